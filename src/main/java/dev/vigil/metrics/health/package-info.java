/**
 * Whether the process's threads move: each tells when it works and when it waits for work, and who watches asks which of them have
 * been silent for too long. Telling costs a thread two writes for each piece of work.
 */
package dev.vigil.metrics.health;

/**
 * What all others stand on: the clocks, secrets and addresses that are safe to show, durations as people write them, certificates
 * that are known by their fingerprint, logs that do not flood. Sees nobody.
 */
package dev.vigil.base;

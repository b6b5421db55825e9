/** What all others stand on: the clocks, secrets and addresses that are safe to show, durations as people write them, logs that do not flood. Sees nobody. */
package dev.vigil.base;

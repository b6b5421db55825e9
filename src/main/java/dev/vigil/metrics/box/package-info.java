/**
 * What the box gives the process and takes from it again: CPU, memory, heat, descriptors. Read from the kernel's files under a root
 * folder that tests make themselves; what a box does not tell is null.
 */
package dev.vigil.metrics.box;

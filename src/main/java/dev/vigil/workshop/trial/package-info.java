/** Trying models out: pictures to try them on, runs, what they cost, and how far the boxes of two are apart. */
package dev.vigil.workshop.trial;

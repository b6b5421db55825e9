/**
 * Proofs of the ingest, as programs that print figures and end with 1 when what is claimed does not hold; the test suite runs
 * short versions of the same programs.
 */
package dev.vigil.source.proof;

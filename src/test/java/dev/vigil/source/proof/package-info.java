/**
 * Proofs of the ingest, as programs that print figures and end with 1 when what is claimed does not hold: {@code ./vigil prove
 * reconnect} and {@code ingest-fuzz}. What is measured runs in a process of its own with a heap of fixed size. The test suite
 * runs short versions of the same programs.
 *
 * <pre>
 *  ReconnectCommand ─► ReconnectRun (a process of its own): CameraReader, simulated camera
 *  IngestFuzzCommand ► IngestFuzzRun (a process of its own): FuzzCase ─► FuzzCamera ─► SourceReader, ledger
 * </pre>
 */
package dev.vigil.source.proof;

/**
 * Proofs of the ingest, as programs that print figures and end with 1 when what is claimed does not hold: {@code ./vigil prove
 * reconnect}, {@code ingest-fuzz} and {@code clock}. What is measured runs in a process of its own with a heap of fixed size. The test suite
 * runs short versions of the same programs.
 *
 * <pre>
 *  ReconnectCommand ─► ReconnectRun (a process of its own): CameraReader, simulated camera
 *  IngestFuzzCommand ► IngestFuzzRun (a process of its own): FuzzCase ─► FuzzCamera ─► SourceReader, ledger
 *  ClockProofCommand ► ClockProof: simulated camera with numbered pictures ─► CameraReader
 * </pre>
 */
package dev.vigil.source.proof;

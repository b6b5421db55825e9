/**
 * Recordings of what the process does, as files that viewers of traces open.
 *
 * <pre>
 *  base.trace: hooks write events into a buffer ──► PipelineTrace ──► ChromeTrace ──► chrome://tracing, Perfetto
 *                      ProcessSampler, PauseLog ──────────┘               ▲
 *                                       workshop.trace: runs of a model ──┘
 * </pre>
 */
package dev.vigil.metrics.trace;

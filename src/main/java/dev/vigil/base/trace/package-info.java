/**
 * What the process does from moment to moment, kept while somebody asks for it. Places that have something to tell look at
 * {@link dev.vigil.base.trace.Tracing#current()}, which is null nearly always; {@code metrics.trace} makes files of what they
 * tell.
 */
package dev.vigil.base.trace;

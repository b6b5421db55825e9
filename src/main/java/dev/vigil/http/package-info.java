/**
 * A small HTTP server for looking into a daemon: reading only, one request a connection, and limits on all that comes in. It knows
 * nothing of what its pages show.
 *
 * <pre>
 *  connection ──► Connections ──► decoder ──► RequestHandler ──► Gatekeeper ──► Site ──► Page ──► Reply
 *                 not too many    limits on   deadlines, one      who may ask   which    on the event loop,
 *                                 line and    request                           page     or on few workers
 *                                 headers
 * </pre>
 *
 * <p>One event loop, which never does what takes long; what does is done by at most three workers, and refused when too many wait
 * for these. TLS is left to a proxy.
 */
package dev.vigil.http;

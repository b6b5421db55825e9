/**
 * What a daemon that runs is told from outside. It takes its configuration's file again: told by SIGHUP, or by
 * {@code vigil reload} over a socket of the daemon's, which answers what became of it. And it records what it does, for
 * {@code vigil trace} over the same socket.
 *
 * <pre>
 *  kill -HUP ──► Hangup ───────────────► Reloader ──► Daemon.reload
 *  vigil reload ──► socket ──► ControlServer ──┘          │
 *        ▲                        │                       ▼
 *        └──────── Answer ◄───────┴───────── what has changed, or all that is wrong
 *
 *  vigil trace ──► socket ──► ControlServer ──► TraceServer ──► LiveTrace
 *        ▲                                          │
 *        └──────── Answer, then its events ◄────────┘
 * </pre>
 */
package dev.vigil.app.reload;

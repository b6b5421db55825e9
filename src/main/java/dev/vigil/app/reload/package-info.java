/**
 * A daemon takes its configuration's file again while it runs: told by SIGHUP, or by {@code vigil reload} over a socket of the
 * daemon's, which answers what became of it.
 *
 * <pre>
 *  kill -HUP ──► Hangup ───────────────► Reloader ──► Daemon.reload
 *  vigil reload ──► socket ──► ControlServer ──┘          │
 *        ▲                        │                       ▼
 *        └──────── Answer ◄───────┴───────── what has changed, or all that is wrong
 * </pre>
 */
package dev.vigil.app.reload;

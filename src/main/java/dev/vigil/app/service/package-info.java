/**
 * What a service tells systemd of itself (sd_notify(3)), where {@code NOTIFY_SOCKET} asks for it; nothing anywhere else.
 *
 * <pre>
 *  Health ── phases, line, what is stuck ──► Systemd ── datagrams ──► NotifySocket ──► systemd
 * </pre>
 */
package dev.vigil.app.service;

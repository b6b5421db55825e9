/**
 * The pages of the HTTP port: what a daemon is like at the moment, for people, probes and Prometheus ({@code docs/http.md}). They
 * read what the daemon keeps anyway and change nothing.
 */
package dev.vigil.app.http;

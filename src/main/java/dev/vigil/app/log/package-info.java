/**
 * The log of the process: each event one line of text or JSON, what comes again and again bounded and counted, written by a thread
 * of its own so that nobody waits for whoever reads it.
 */
package dev.vigil.app.log;

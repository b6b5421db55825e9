/** What the words of a command line name: files, all that folders hold, streams, and the cameras of a configuration. */
package dev.vigil.app.media;

/** What a package brings for a user to look up, written from the command line itself: the manual page and the completion. */
package dev.vigil.app.manual;

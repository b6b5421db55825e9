/** {@code vigil model}: looking into models, and making others of them. */
package dev.vigil.app.model;

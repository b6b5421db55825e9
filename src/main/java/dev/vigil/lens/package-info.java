/**
 * Whether a camera's pictures show anything: black, all of one colour, frozen, out of focus. A few times a second a picture is
 * measured on its way, and what lasts becomes a warning of the camera.
 *
 * <pre>
 *  decoded picture ──► LumaRows ──► LensMeter ──► LensHealth ──► Warnings
 *                      48 rows of   figures of    what they say,
 *                      brightness   one picture   and for how long
 * </pre>
 */
package dev.vigil.lens;

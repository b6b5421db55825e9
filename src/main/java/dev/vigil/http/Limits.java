package dev.vigil.http;

import java.time.Duration;

/**
 * How long things may take; other than usual for tests.
 *
 * @param request for a request to be there as a whole, from the connection on
 * @param piece for a piece of a stream to be taken
 * @param answer for a whole answer to be taken
 * @param bindAgain between two tries to open the port
 */
record Limits(Duration request, Duration piece, Duration answer, Duration bindAgain) {
    static final Limits USUAL =
            new Limits(Duration.ofSeconds(5), Duration.ofSeconds(10), Duration.ofSeconds(30), Duration.ofSeconds(5));
}

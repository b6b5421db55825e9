package dev.vigil.mqtt.proof;

/** What the chaos does to the way from the publisher to the broker. */
enum Cut {
    /** The broker is killed with -9 while messages flow, and started again. */
    BROKER_KILLED("broker killed -9"),
    /** The broker is ended with TERM while messages flow, and started again. */
    BROKER_STOPPED("broker stopped"),
    /** The connection is reset (RST). */
    RESET("connection reset"),
    /** All bytes vanish and the connection stays, until the client itself notices. */
    HALF_OPEN("half-open"),
    /** For some time only a trickle passes. */
    SLOW_READER("slow reader"),
    /** The publishing process is killed with -9, and a new one goes on. */
    PUBLISHER_KILLED("publisher killed -9");

    final String words;

    Cut(String words) {
        this.words = words;
    }
}

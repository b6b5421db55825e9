package dev.vigil.app.repair;

import java.time.Duration;

/** Something of which the process takes what it needs, and gives back what it does not: unless something leaks. Threadsafe. */
public interface Resource {
    /** For people: {@code memory outside of Java's heap}. */
    String name();

    /** How much of it is taken; 0 where nobody tells. */
    long used();

    /** How much of it is planned for what runs at the moment. */
    long needed();

    /** What is too little to tell a leak by. */
    long slack();

    /** Whether there is hardly any left, for people: {@code 990 of 1024 MiB (memory.limit) are in use}; null while there is. */
    String scarce();

    /** How old what is told may be. */
    default Duration age() {
        return Duration.ZERO;
    }

    /** For people: {@code 612 MiB}. */
    String show(long amount);
}

package dev.vigil.mqtt.proof;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * What a subscriber that tells duplicates apart has of the messages 0, 1, 2, …, of which message {@code n} goes to topic
 * {@code n % topics}. Threadsafe.
 */
final class Arrivals {
    private static final int EXAMPLES = 20;

    private final int messages;
    private final BitSet seen = new BitSet();
    private final int[] highest;
    private final List<String> disorder = new ArrayList<>();
    private int unique;
    private long duplicates;
    private long disordered;

    Arrivals(int messages, int topics) {
        this.messages = messages;
        this.highest = new int[topics];
        java.util.Arrays.fill(highest, -1);
    }

    synchronized void received(int topic, int number) {
        if (number < 0 || number >= messages || topic != number % highest.length) {
            fault("number " + number + " on topic " + topic + ", which was never published there");
        } else if (seen.get(number)) {
            duplicates++;
        } else {
            if (number < highest[topic]) {
                fault("number " + number + " after " + highest[topic] + " on topic " + topic);
            }
            seen.set(number);
            highest[topic] = Math.max(highest[topic], number);
            unique++;
        }
    }

    private void fault(String what) {
        disordered++;
        if (disorder.size() < EXAMPLES) {
            disorder.add(what);
        }
    }

    synchronized int unique() {
        return unique;
    }

    synchronized long duplicates() {
        return duplicates;
    }

    /** How many came after a newer one of their topic, duplicates aside, or were never published. */
    synchronized long disordered() {
        return disordered;
    }

    /** The first of them, for people. */
    synchronized List<String> disorder() {
        return List.copyOf(disorder);
    }

    /** The first numbers that are missing, for people; empty when all are there. */
    synchronized List<Integer> missing() {
        List<Integer> missing = new ArrayList<>();
        for (int number = seen.nextClearBit(0);
                number < messages && missing.size() < EXAMPLES;
                number = seen.nextClearBit(number + 1)) {
            missing.add(number);
        }
        return missing;
    }
}

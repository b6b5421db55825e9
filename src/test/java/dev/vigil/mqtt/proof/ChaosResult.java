package dev.vigil.mqtt.proof;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What the witness and the publishers counted.
 *
 * @param cuts by kind
 * @param connects connections of all publishers
 * @param resent messages sent once more
 * @param refused messages that a publisher was told are not delivered
 * @param awayS time without a connection in seconds, each publisher's first connecting aside
 * @param unique different messages that arrived
 * @param duplicates further arrivals of the same messages
 * @param missing the first numbers that did not arrive
 * @param disordered arrivals after a newer message of their topic
 * @param disorder the first of them
 */
record ChaosResult(
        int messages,
        Map<Cut, Integer> cuts,
        long connects,
        long resent,
        long refused,
        double awayS,
        int unique,
        long duplicates,
        List<Integer> missing,
        long disordered,
        List<String> disorder,
        double seconds) {
    boolean holds() {
        return unique == messages && disordered == 0 && refused == 0;
    }

    /** For people, a line each. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        int total = cuts.values().stream().mapToInt(Integer::intValue).sum();
        StringBuilder kinds = new StringBuilder();
        cuts.forEach((cut, count) -> kinds.append(kinds.isEmpty() ? "" : ", ")
                .append(cut.words)
                .append(" ")
                .append(count));
        lines.add("cuts         " + total + ": " + kinds);
        lines.add("messages     " + messages + " published, " + unique + " arrived, " + (messages - unique)
                + " missing, " + disordered + " out of order, " + refused + " refused");
        lines.add("duplicates   " + duplicates + ", told apart by number: the client sent " + resent
                + " messages again, the broker the rest");
        lines.add(String.format(
                Locale.ROOT,
                "time         %.1f s, %.1f s of it away, %d connections, %.0f messages/s over all",
                seconds,
                awayS,
                connects,
                unique / seconds));
        if (!missing.isEmpty()) {
            lines.add("missing      " + missing + (messages - unique > missing.size() ? " and more" : ""));
        }
        disorder.forEach(line -> lines.add("out of order " + line));
        return lines;
    }
}

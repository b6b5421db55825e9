package dev.vigil.app.chaos;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The figures of a chaos run, for people and as JSON. */
final class ChaosReport {
    private static final String COLUMNS = "%8s  %-28s %7s  %8s  %9s  %6s %7s %5s %5s  %s";
    private static final int BY_CHARS = 110;

    private ChaosReport() {}

    static String head() {
        return line(
                COLUMNS,
                "at, s",
                "fault",
                "for, s",
                "noticed",
                "recovered",
                "MiB",
                "threads",
                "fds",
                "temp",
                "dropped");
    }

    static String line(Outcome outcome) {
        ChaosDaemon.Footprint took = outcome.footprint();
        String by = outcome.noticedBy() == null ? "" : shortened(outcome.noticedBy());
        return line(
                        COLUMNS,
                        seconds(outcome.atS()),
                        outcome.kind(),
                        seconds(outcome.lasted().toMillis() / 1e3),
                        outcome.noticedBy() == null && outcome.unharmed() ? "unharmed" : seconds(outcome.noticedS()),
                        seconds(outcome.recoveredS()),
                        Math.round(took.residentMib()),
                        took.threads(),
                        took.descriptors(),
                        took.tempFiles(),
                        counts(outcome.dropped()))
                + (by.isEmpty() ? "" : line("%8s  %s", "", "by: " + by));
    }

    private static String shortened(String text) {
        return text.length() <= BY_CHARS ? text : text.substring(0, BY_CHARS) + "…";
    }

    private static String counts(Map<String, Long> counts) {
        return counts.entrySet().stream()
                .map(each -> each.getValue() + " " + each.getKey())
                .collect(Collectors.joining(", "));
    }

    static String text(ChaosResult result) {
        StringBuilder text = new StringBuilder(System.lineSeparator());
        for (RunAccount.Sum run : result.runs()) {
            text.append(line(
                    "%-8s run %s: %d frames = %d messages + %d told as dropped; %s, came twice %d; %s",
                    run.camera(),
                    run.run(),
                    run.newest(),
                    run.came(),
                    run.told(),
                    run.killed()
                            ? "killed with at most " + run.inFlightAtKill() + " in flight"
                            : "ledger: read " + run.read() + " = published " + run.published() + " + dropped "
                                    + run.dropped(),
                    run.duplicates(),
                    run.lost() == 0 ? "balances" : run.lost() + " NOT ACCOUNTED FOR"));
        }
        text.append(System.lineSeparator());
        text.append(line("faults           %d, processes %d", result.outcomes().size(), result.processes()));
        text.append(line(
                "noticed          at most %s s, bound %.0f",
                seconds(most(
                        result.outcomes().stream().map(Outcome::noticedInNeedS).toList())),
                Outcome.NOTICED_MAX_S));
        text.append(line(
                "recovered        at most %s s, bound %.0f",
                seconds(most(result.outcomes().stream().map(Outcome::recoveredS).toList())), Outcome.RECOVERED_MAX_S));
        text.append(line("not accounted    %d frames, bound 0", result.lost()));
        text.append(line(
                "resident memory  %.0f MiB, at the end %.0f, at most %.0f",
                result.first().residentMib(), result.last().residentMib(), result.residentMaxMib()));
        text.append(line(
                "threads          %d, at the end %d",
                result.first().threads(), result.last().threads()));
        text.append(line(
                "descriptors      %d, at the end %d",
                result.first().descriptors(), result.last().descriptors()));
        text.append(line(
                "temporary files  %d, at the end %d",
                result.first().tempFiles(), result.last().tempFiles()));
        List<String> broken = result.broken();
        broken.forEach(bound -> text.append(line("BROKEN           %s", bound)));
        if (broken.isEmpty()) {
            text.append(line("holds            all bounds"));
        }
        return text.toString();
    }

    private static double most(List<Double> values) {
        return values.stream()
                .mapToDouble(Double::doubleValue)
                .filter(value -> !Double.isNaN(value))
                .max()
                .orElse(Double.NaN);
    }

    private static String seconds(double value) {
        return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%.2f", value);
    }

    private static String line(String format, Object... values) {
        return String.format(Locale.ROOT, format, values).stripTrailing() + System.lineSeparator();
    }

    static ObjectNode json(Outcome outcome) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("at_s", outcome.atS())
                .put("fault", outcome.kind())
                .put("lasted_s", outcome.lasted().toMillis() / 1e3);
        number(json, "noticed_s", outcome.noticedS());
        json.put("noticed_by", outcome.noticedBy()).put("unharmed", outcome.unharmed());
        number(json, "recovered_s", outcome.recoveredS());
        ObjectNode dropped = json.putObject("dropped");
        outcome.dropped().forEach(dropped::put);
        footprint(json, outcome.footprint());
        return json;
    }

    private static void footprint(ObjectNode json, ChaosDaemon.Footprint footprint) {
        json.put("resident_mib", footprint.residentMib())
                .put("threads", footprint.threads())
                .put("descriptors", footprint.descriptors())
                .put("temp_files", footprint.tempFiles());
    }

    static ObjectNode json(ChaosResult result, long seed) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("seed", seed)
                .put("faults", result.outcomes().size())
                .put("processes", result.processes())
                .put("real_disk", result.ownDisk());
        number(
                json,
                "noticed_max_s",
                most(result.outcomes().stream().map(Outcome::noticedInNeedS).toList()));
        number(
                json,
                "recovered_max_s",
                most(result.outcomes().stream().map(Outcome::recoveredS).toList()));
        json.put("not_accounted_for", result.lost());
        footprint(json.putObject("start"), result.first());
        footprint(json.putObject("end"), result.last());
        json.put("resident_max_mib", result.residentMaxMib());
        number(json, "resident_mib_per_hour", result.resident().perHour());
        for (RunAccount.Sum run : result.runs()) {
            json.withArray("/runs")
                    .addObject()
                    .put("camera", run.camera())
                    .put("run", run.run())
                    .put("killed", run.killed())
                    .put("newest_frame", run.newest())
                    .put("messages", run.came())
                    .put("duplicates", run.duplicates())
                    .put("told_dropped", run.told())
                    .put("ledger_read", run.read())
                    .put("ledger_published", run.published())
                    .put("ledger_dropped", run.dropped())
                    .put("ledger_in_flight", run.inFlight())
                    .put("in_flight_at_kill", run.inFlightAtKill())
                    .put("not_accounted_for", run.lost());
        }
        result.broken().forEach(json.putArray("broken")::add);
        return json;
    }

    /** JSON knows no NaN: null for what there is not. */
    private static void number(ObjectNode json, String key, double value) {
        json.put(key, Double.isNaN(value) ? null : (Double) value);
    }
}

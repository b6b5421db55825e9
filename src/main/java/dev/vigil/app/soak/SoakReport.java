package dev.vigil.app.soak;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;

/** The figures of a soak, for people and as JSON. */
final class SoakReport {
    private final SoakResult result;

    SoakReport(SoakResult result) {
        this.result = result;
    }

    String text() {
        StringBuilder text = new StringBuilder();
        line(text, "%-20s %6s   %-26s %-26s", "", "faults", "recovered after, s", "told in the status after, s");
        line(text, "%-20s %6s   %8s %8s %8s %8s %8s %8s", "", "", "p50", "p99", "max", "p50", "p99", "max");
        for (Recoveries.Summary kind : result.kinds()) {
            Recoveries.Times noticed = kind.noticedS();
            line(
                    text,
                    "%-20s %6d   %8s %8s %8s %8s %8s %8s",
                    kind.kind(),
                    kind.faults(),
                    seconds(kind.recoveredS().p50()),
                    seconds(kind.recoveredS().p99()),
                    seconds(kind.recoveredS().max()),
                    seconds(noticed.p50()),
                    seconds(noticed.p99()),
                    seconds(noticed.max()));
        }
        Recoveries.Times all = result.all();
        line(
                text,
                "%-20s %6d   %8s %8s %8s",
                "all",
                result.kinds().stream().mapToInt(Recoveries.Summary::faults).sum(),
                seconds(all.p50()),
                seconds(all.p99()),
                seconds(all.max()));
        line(text, "");
        for (CameraWatch.Account account : result.accounts()) {
            line(
                    text,
                    "%-8s read %d = published %d + dropped %d; came %d, of them twice %d; %s",
                    account.camera(),
                    account.read(),
                    account.published(),
                    account.dropped(),
                    account.received(),
                    account.duplicates(),
                    account.balances() ? "balances" : "DOES NOT BALANCE, in flight " + account.inFlight());
        }
        line(text, "");
        line(
                text,
                "resident memory  %d MiB, at the end %d MiB: %s",
                result.residentMib()[0],
                result.residentMib()[1],
                slope(result.resident()));
        line(
                text,
                "left in the heap %s",
                result.heapMib()[0] < 0
                        ? "unknown: there is no jcmd beside this Java"
                        : result.heapMib()[0] + " MiB, at the end " + result.heapMib()[1] + " MiB");
        line(text, "threads          %d, at the end %d", result.threads()[0], result.threads()[1]);
        line(text, "descriptors      %d, at the end %d", result.descriptors()[0], result.descriptors()[1]);
        line(text, "temporary files  %d, at the end %d", result.tempFiles()[0], result.tempFiles()[1]);
        line(text, "longest silence  %.1f s of a camera that had no fault", result.quietS());
        result.disturbances().forEach(note -> line(text, "disturbed        %s", note));
        List<String> broken = result.broken();
        broken.forEach(bound -> line(text, "BROKEN           %s", bound));
        if (broken.isEmpty()) {
            line(text, "holds            all bounds");
        }
        return text.toString();
    }

    private static String seconds(double value) {
        return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%.2f", value);
    }

    private static String slope(SampleLine.Slope slope) {
        return Double.isNaN(slope.perHour())
                ? "too short to tell whether it grows"
                : String.format(
                        Locale.ROOT,
                        "%+.1f ± %.1f MiB/h over %.1f min",
                        slope.perHour(),
                        slope.confidence(),
                        slope.hours() * 60);
    }

    private static void line(StringBuilder text, String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values).stripTrailing()).append(System.lineSeparator());
    }

    ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        ObjectNode faults = json.putObject("faults");
        for (Recoveries.Summary kind : result.kinds()) {
            ObjectNode of = faults.putObject(kind.kind());
            of.put("count", kind.faults())
                    .put("unrecovered", kind.unrecovered())
                    .put("unnoticed", kind.unnoticed());
            times(of.putObject("recovered_s"), kind.recoveredS());
            times(of.putObject("noticed_s"), kind.noticedS());
        }
        times(json.putObject("recovered_s"), result.all());
        ObjectNode ledger = json.putObject("ledger");
        for (CameraWatch.Account account : result.accounts()) {
            ledger.putObject(account.camera())
                    .put("read", account.read())
                    .put("published", account.published())
                    .put("dropped", account.dropped())
                    .put("in_flight", account.inFlight())
                    .put("received", account.received())
                    .put("duplicates", account.duplicates())
                    .put("balances", account.balances());
        }
        slope(json.putObject("resident"), result.resident());
        json.withObjectProperty("resident")
                .put("start_mib", result.residentMib()[0])
                .put("end_mib", result.residentMib()[1]);
        if (result.heapMib()[0] >= 0) {
            startEnd(json.putObject("heap_left_mib"), result.heapMib());
        }
        startEnd(json.putObject("threads"), result.threads());
        startEnd(json.putObject("descriptors"), result.descriptors());
        startEnd(json.putObject("temp_files"), result.tempFiles());
        json.put("longest_silence_s", result.quietS()).put("disturbed", result.disturbed());
        strings(json.putArray("disturbances"), result.disturbances());
        strings(json.putArray("broken"), result.broken());
        return json;
    }

    private static void times(ObjectNode json, Recoveries.Times times) {
        json.put("count", times.count());
        number(json, "p50", times.p50());
        number(json, "p99", times.p99());
        number(json, "max", times.max());
    }

    private static void slope(ObjectNode json, SampleLine.Slope slope) {
        number(json, "mib_per_hour", slope.perHour());
        number(json, "confidence_mib_per_hour", slope.confidence());
        json.put("hours", slope.hours());
    }

    private static void startEnd(ObjectNode json, int[] values) {
        json.put("start", values[0]).put("end", values[1]);
    }

    /** JSON knows no NaN: null for what there is not. */
    private static void number(ObjectNode json, String key, double value) {
        json.put(key, Double.isNaN(value) ? null : (Double) value);
    }

    private static void strings(ArrayNode json, List<String> values) {
        values.forEach(json::add);
    }
}

package dev.vigil.app.model;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vigil.workshop.half.Half;
import dev.vigil.workshop.trial.Reference;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What became of a model in half precision, for people and for programs. */
final class HalfText {
    private static final int NAMED_MAX = 3;

    private HalfText() {}

    static void print(PrintWriter to, Path in, Path out, Reference reference, Half.Report report) {
        to.println(out + ": " + report.bytesAfter() + " bytes, " + percent(report.bytesAfter(), report.bytesBefore())
                + " of " + in);
        to.println(
                report.rounded() == null
                        ? "  FP16      " + report.halfTensors()
                                + " weights, with a cast to FP32 behind each; arithmetic in FP32"
                        : "  FP16      " + report.halfNodes() + " of " + report.nodes() + " nodes; " + report.casts()
                                + " casts between FP16 and FP32");
        byReason(report.kept())
                .forEach((reason, names) -> to.println("  in FP32   " + shortened(names) + ", because " + reason));
        if (report.rounded() != null) {
            to.println("  rounded   " + LikenessText.shown(report.rounded()) + " on " + reference.shown()
                    + ", every value rounded to FP16 as a GPU does");
        }
        to.println("  here      " + LikenessText.shown(report.here()) + " on " + reference.shown()
                + ", as this box runs it");
        LikenessText.printDuel(to, report.duel());
        if (report.rounded() != null && report.duel().device().startsWith("cpu") && slower(report)) {
            to.println(
                    "  note      this CPU has no FP16 arithmetic; --weights-only makes a file as small that is as fast as before");
        }
    }

    private static boolean slower(Half.Report report) {
        return report.duel().afterMs() > 1.1 * report.duel().beforeMs();
    }

    static ObjectNode json(Path in, Path out, Reference reference, Half.Report report) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("file", out.toString());
        json.put("made_from", in.toString());
        json.put("bytes_before", report.bytesBefore());
        json.put("bytes", report.bytesAfter());
        json.put("nodes", report.nodes());
        json.put("half_nodes", report.halfNodes());
        json.put("half_tensors", report.halfTensors());
        json.put("casts", report.casts());
        ObjectNode kept = json.putObject("in_fp32");
        report.kept().forEach(kept::put);
        json.put("tried_on", reference.shown());
        json.set("rounded", report.rounded() == null ? null : LikenessText.json(report.rounded()));
        json.set("here", LikenessText.json(report.here()));
        json.set("latency", LikenessText.json(report.duel()));
        return json;
    }

    private static Map<String, List<String>> byReason(Map<String, String> kept) {
        Map<String, List<String>> byReason = new LinkedHashMap<>();
        kept.forEach((name, reason) ->
                byReason.computeIfAbsent(reason, r -> new ArrayList<>()).add(name));
        return byReason;
    }

    private static String shortened(List<String> names) {
        return String.join(", ", names.subList(0, Math.min(NAMED_MAX, names.size())))
                + (names.size() > NAMED_MAX ? " and " + (names.size() - NAMED_MAX) + " more" : "");
    }

    private static String percent(long part, long whole) {
        return String.format(Locale.ROOT, "%.1f %%", 100.0 * part / whole);
    }
}

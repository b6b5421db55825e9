package dev.vigil.app.model;

import dev.vigil.app.TextTable;
import dev.vigil.workshop.quantize.ByteArithmetic;
import dev.vigil.workshop.quantize.QuantizeOptions;
import dev.vigil.workshop.quantize.Quantized;
import dev.vigil.workshop.quantize.Quantized.LayerReport;
import dev.vigil.workshop.quantize.Range;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Collectors;

/** What became of a model in 8 bits, for people. */
final class QuantizeText {
    private static final int NAME_MAX = 60;

    private final PrintWriter to;

    QuantizeText(PrintWriter to) {
        this.to = to;
    }

    /** @param description that was copied beside the new model; null for none */
    void print(
            Path in, Path out, Path description, Quantized result, QuantizeOptions options, ByteArithmetic arithmetic) {
        long inBytes = result.layers().stream().filter(l -> l.inFloat() == null).count();
        if (result.refused() == null) {
            line(
                    "%s: %.1f %% of the bytes of %s (%.2f of %.2f MB)",
                    out,
                    100.0 * result.bytesAfter() / result.bytesBefore(),
                    in,
                    result.bytesAfter() / 1e6,
                    result.bytesBefore() / 1e6);
        }
        line("  layers    %d of %d in 8 bits", inBytes, result.layers().size());
        line(
                "  loss      %.2f points of mAP50 on %d frames%s",
                result.loss(),
                result.measured(),
                result.loss() == result.lossAll()
                        ? ""
                        : String.format(Locale.ROOT, " (%.2f with all layers in 8 bits)", result.lossAll()));
        line(
                "  ranges    %s of %d frames (loss of %s)",
                result.calibration().word(),
                result.calibrated(),
                result.tried().entrySet().stream()
                        .map(e ->
                                String.format(Locale.ROOT, "%s %.2f", e.getKey().word(), e.getValue()))
                        .collect(Collectors.joining(", ")));
        line(
                "  processor %s%s; weights of %d bits",
                arithmetic.instructions().isEmpty() ? "" : arithmetic.instructions() + ": ",
                arithmetic.expected(),
                options.reduceRange() ? 7 : 8);
        if (result.opset() < 13) {
            line("  opset     raised from %d to 13", result.opset());
        }
        if (result.floatRun() != null) {
            line(
                    "  speed     %.2f ms, and %.2f ms in float: %.2f times as fast (this CPU, one thread, fastest of %d runs)",
                    result.byteRun().minMs(),
                    result.floatRun().minMs(),
                    result.speedup(),
                    result.floatRun().runs());
        }
        if (description != null) {
            line("  copied    %s", description);
        }
        to.println();
        TextTable table = new TextTable("LAYER", "WORK", "INPUT", "OUTPUT", "SNR dB", "ALONE", "");
        for (LayerReport layer : result.layers()) {
            table.row(
                    shortened(layer.name()),
                    String.format(Locale.ROOT, "%.1f %%", 100 * layer.share()),
                    shown(layer.input()),
                    shown(layer.output()),
                    Double.isNaN(layer.signalToNoiseDb())
                            ? "-"
                            : String.format(Locale.ROOT, "%.1f", layer.signalToNoiseDb()),
                    Double.isNaN(layer.errorAlone()) ? "-" : String.format(Locale.ROOT, "%.2g", layer.errorAlone()),
                    layer.inFloat() == null ? "" : "float: " + layer.inFloat());
        }
        table.lines().forEach(to::println);
        if (result.speedup() < 1.1) {
            to.println();
            to.println("Not faster in 8 bits on this CPU; vigil model trace shows where the time goes.");
        }
    }

    private void line(String format, Object... values) {
        to.println(String.format(Locale.ROOT, format, values));
    }

    /** The end of a long name tells more than its beginning. */
    private static String shortened(String name) {
        return name.length() <= NAME_MAX ? name : "…" + name.substring(name.length() - NAME_MAX + 1);
    }

    private static String shown(Range range) {
        return range == null ? "-" : String.format(Locale.ROOT, "%.3g..%.3g", range.min(), range.max());
    }
}

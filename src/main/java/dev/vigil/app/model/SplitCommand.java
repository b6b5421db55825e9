package dev.vigil.app.model;

import dev.vigil.config.ConfigException;
import dev.vigil.config.Surroundings;
import dev.vigil.detect.ModelDescription.Size;
import dev.vigil.detect.ModelException;
import dev.vigil.graph.GraphException;
import dev.vigil.graph.cut.NmsForm;
import dev.vigil.infer.InferException;
import dev.vigil.workshop.BoxForm;
import dev.vigil.workshop.NmsOnCpu;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code vigil model split}: a model with NMS inside, cut before it. */
@Command(
        name = "split",
        mixinStandardHelpOptions = true,
        description = {
            "Cuts a model before the NMS that it has inside: what is left gives boxes and scores of all anchors, for Vigil's"
                    + " NMS on the CPU while the device works on the next frame.",
            "",
            "The new file says itself what its outputs are and which limits the NMS had. The .yml beside the old one is still"
                    + " needed beside the new one, where there is one."
        },
        footer = {
            "",
            "Exit codes: 0 done, 1 it can not be cut, with the node that is in the way, 2 wrong usage.",
            "",
            "Example: vigil model split mine.onnx -o models/mine-raw.onnx"
        })
final class SplitCommand extends NewModelTool {
    enum Unit {
        PIXELS,
        UNIT
    }

    @Option(
            names = "--boxes",
            paramLabel = "FORM",
            description = "xyxy, yxyx (corners, with x or y first) or cxcywh (default: found out).")
    private BoxForm form;

    @Option(
            names = "--unit",
            paramLabel = "UNIT",
            description =
                    "What boxes count in: pixels of the model's input, or unit: parts of it (default: found out).")
    private Unit unit;

    @Option(
            names = "--size",
            paramLabel = "WxH",
            converter = SizeOption.class,
            description = "The picture's size, for a model that leaves it open.")
    private Size size;

    SplitCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    int work() throws ConfigException, GraphException, ModelException, InferException, IOException {
        requireFiles();
        Path in = modelIn();
        Path out = modelOut();
        Size said = size != null ? size : description(in).input().size();
        NmsOnCpu.Options options = new NmsOnCpu.Options(form, unit == null ? null : unit == Unit.UNIT, said);
        try {
            print(new NmsOnCpu(surroundings().cacheDir()).split(in, out, options));
        } catch (GraphException e) {
            throw reading(in, e);
        } catch (ModelException e) {
            throw new ModelException("the model " + in + " can not be cut: " + e.getMessage());
        }
        return 0;
    }

    private void print(NmsOnCpu.Split split) {
        PrintWriter to = out();
        NmsForm nms = split.nms();
        to.println(modelOut() + ": " + nms.removed() + " nodes less than " + modelIn());
        to.println("  cut away  "
                + String.join(", ", nms.nodes().size() > 3 ? nms.nodes().subList(0, 3) : nms.nodes())
                + (nms.nodes().size() > 3 ? " and " + (nms.nodes().size() - 3) + " more" : ""));
        to.println("  boxes     " + split.form().word() + " in " + (split.unit() ? "parts of the picture" : "pixels")
                + " (" + split.why() + ")");
        to.println("  scores    " + (nms.bestClassOnly() ? "of each box its best class" : "of each box every class")
                + ", " + (nms.classes() < 0 ? "?" : nms.classes()) + " classes");
        to.println("  its NMS   " + (nms.allClasses() ? "over all classes" : "by class") + limits(nms));
        if (nms.chosenMax() < Integer.MAX_VALUE) {
            to.println("  note      it looked at the best " + nms.chosenMax()
                    + " boxes only; now all that are above the threshold are looked at");
        }
        to.flush();
    }

    private static String limits(NmsForm nms) {
        StringBuilder limits = new StringBuilder();
        if (nms.iouMax() >= 0) {
            limits.append(String.format(Locale.ROOT, ", iou %.3g", nms.iouMax()));
        }
        if (nms.scoreMin() > 0) {
            limits.append(String.format(Locale.ROOT, ", score above %.3g", nms.scoreMin()));
        }
        if (nms.perClassMax() < Integer.MAX_VALUE) {
            limits.append(", at most ").append(nms.perClassMax()).append(" boxes of a class");
        }
        if (nms.boxesMax() < Integer.MAX_VALUE) {
            limits.append(", at most ").append(nms.boxesMax()).append(" boxes");
        }
        return limits.toString();
    }
}

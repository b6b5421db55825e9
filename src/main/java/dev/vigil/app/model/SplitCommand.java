package dev.vigil.app.model;

import dev.vigil.app.SpeaksForItself;
import dev.vigil.config.ConfigException;
import dev.vigil.config.ConfigReader;
import dev.vigil.config.Surroundings;
import dev.vigil.detect.ModelDescription.Size;
import dev.vigil.detect.ModelException;
import dev.vigil.graph.GraphException;
import dev.vigil.graph.cut.NmsForm;
import dev.vigil.infer.InferException;
import dev.vigil.infer.ModelFile;
import dev.vigil.workshop.BoxForm;
import dev.vigil.workshop.NmsOnCpu;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

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
final class SplitCommand implements Callable<Integer>, SpeaksForItself {
    enum Unit {
        PIXELS,
        UNIT
    }

    private final Surroundings surroundings;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "IN", description = "The model with NMS inside.")
    private Path in;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "OUT",
            required = true,
            description = "Where the new model goes. A file that is there is replaced.")
    private Path out;

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
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        String problem = ModelFile.look(in);
        if (problem != null) {
            return fail("the model " + in + " " + problem);
        }
        try {
            if (Files.exists(out) && Files.isSameFile(in, out)) {
                return fail("-o " + out + " is the model itself; it is not replaced");
            }
            Size said = size != null
                    ? size
                    : new ConfigReader(surroundings).readDescription(in).input().size();
            NmsOnCpu.Options options = new NmsOnCpu.Options(form, unit == null ? null : unit == Unit.UNIT, said);
            print(new NmsOnCpu(surroundings.cacheDir()).split(in, out, options));
            return 0;
        } catch (GraphException e) {
            return fail("the model " + in + " " + e.getMessage());
        } catch (ModelException | InferException e) {
            return fail("the model " + in + " can not be cut: " + e.getMessage());
        } catch (ConfigException e) {
            return fail(e.getMessage());
        } catch (IOException e) {
            return fail(out + " can not be written: " + e);
        }
    }

    private void print(NmsOnCpu.Split split) {
        PrintWriter to = spec.commandLine().getOut();
        NmsForm nms = split.nms();
        to.println(out + ": " + nms.removed() + " nodes less than " + in);
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

    private int fail(String lines) {
        PrintWriter err = spec.commandLine().getErr();
        lines.lines().forEach(line -> err.println("vigil model split: " + line));
        err.flush();
        return 1;
    }
}

package dev.vigil.infer.opencv;

import dev.vigil.frame.TensorInfo;
import dev.vigil.frame.TensorInfo.ElementType;
import dev.vigil.infer.InferException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a model's files tell of it, since OpenCV itself does not tell what a network wants.
 *
 * @param inputs as OpenCV takes them: pictures in any number, NCHW
 * @param outputs as the file declares them; empty where only the network shows them
 * @param metadata the file's own; for formats other than ONNX, {@code format} is {@code caffe}, {@code darknet} or
 *     {@code tensorflow}, and {@code num_classes} is what the detection layer says
 */
record CvDescription(List<TensorInfo> inputs, List<TensorInfo> outputs, Map<String, String> metadata) {
    private static final Pattern CAFFE_INPUT = Pattern.compile("(?m)^\\s*input\\s*:\\s*\"([^\"]+)\"");
    private static final Pattern CAFFE_LAYER = Pattern.compile(
            "top\\s*:\\s*\"([^\"]+)\"[^{}]*type\\s*:\\s*\"Input\"|type\\s*:\\s*\"Input\"[^{}]*top\\s*:\\s*\"([^\"]+)\"");
    private static final Pattern CAFFE_DIM = Pattern.compile("\\b(?:input_)?dim\\s*:\\s*(\\d+)");
    private static final Pattern CLASSES = Pattern.compile("\\bnum_classes\\s*:\\s*(\\d+)");
    private static final Pattern PLACEHOLDER = Pattern.compile(
            "(?s)node\\s*\\{\\s*name\\s*:\\s*\"([^\"]+)\"\\s*op\\s*:\\s*\"Placeholder\"(.*?)(?=\\bnode\\s*\\{|\\z)");
    private static final Pattern SIZE = Pattern.compile("\\bsize\\s*:\\s*(-?\\d+)");
    private static final Pattern TF_CLASSES =
            Pattern.compile("(?s)\"num_classes\"\\s*value\\s*\\{\\s*i\\s*:\\s*(\\d+)");

    /** Reads it. */
    static CvDescription of(CvFiles files) throws InferException {
        try {
            return switch (files.format()) {
                case CAFFE -> caffe(text(files.graph()), files);
                case DARKNET -> darknet(text(files.graph()), files);
                case TENSORFLOW -> files.graph() == null ? frozen(files) : tensorflow(text(files.graph()), files);
                default -> GraphHeader.onnx(files.weights());
            };
        } catch (IOException e) {
            Path file = files.graph() == null ? files.weights() : files.graph();
            throw new InferException("the model " + file + " can not be read: " + e.getMessage(), e);
        }
    }

    private static String text(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).replaceAll("(?m)#.*$", "");
    }

    private static CvDescription caffe(String text, CvFiles files) throws InferException {
        Matcher line = CAFFE_INPUT.matcher(text);
        Matcher layer = CAFFE_LAYER.matcher(text);
        String name;
        int from;
        if (line.find()) {
            name = line.group(1);
            from = line.end();
        } else if (layer.find()) {
            name = layer.group(1) != null ? layer.group(1) : layer.group(2);
            from = layer.start();
        } else {
            throw new InferException("the graph " + files.graph() + " names no input");
        }
        long[] shape = {-1, 3, -1, -1};
        Matcher dims = CAFFE_DIM.matcher(text).region(from, text.length());
        for (int i = 0; i < shape.length && dims.find(); i++) {
            shape[i] = i == 0 ? -1 : Long.parseLong(dims.group(1));
        }
        return described("caffe", name, shape, first(CLASSES, text));
    }

    private static CvDescription darknet(String text, CvFiles files) throws InferException {
        int end = text.indexOf('[', text.indexOf('[') + 1);
        String net = end < 0 ? text : text.substring(0, end);
        return described(
                "darknet",
                "data",
                new long[] {-1, value(net, "channels", files), value(net, "height", files), value(net, "width", files)},
                null);
    }

    private static long value(String net, String key, CvFiles files) throws InferException {
        String value = first(Pattern.compile("(?m)^\\s*" + key + "\\s*=\\s*(\\d{1,6})\\s*$"), net);
        if (value == null) {
            throw new InferException("the graph " + files.graph() + " has no " + key + " in its first section");
        }
        return Long.parseLong(value);
    }

    private static CvDescription tensorflow(String text, CvFiles files) throws InferException {
        Matcher placeholder = PLACEHOLDER.matcher(text);
        if (!placeholder.find()) {
            throw new InferException("the graph " + files.graph() + " names no input (a node Placeholder)");
        }
        long[] shape = {-1, -1, -1, 3};
        Matcher sizes = SIZE.matcher(placeholder.group(2));
        for (int i = 0; i < shape.length && sizes.find(); i++) {
            shape[i] = Long.parseLong(sizes.group(1));
        }
        return described("tensorflow", placeholder.group(1), planes(shape), first(TF_CLASSES, text));
    }

    private static CvDescription frozen(CvFiles files) throws IOException, InferException {
        TensorInfo input = GraphHeader.placeholder(files.weights());
        return described("tensorflow", input.name(), planes(input.shape()), null);
    }

    /** OpenCV turns what is NHWC in the file. */
    private static long[] planes(long[] shape) {
        return shape.length == 4 && shape[3] >= 1
                ? new long[] {-1, shape[3], shape[1], shape[2]}
                : new long[] {-1, 3, -1, -1};
    }

    private static String first(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        return matcher.find() ? matcher.group(1) : null;
    }

    private static CvDescription described(String format, String input, long[] shape, String classes) {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("format", format);
        if (classes != null) {
            metadata.put("num_classes", classes);
        }
        return new CvDescription(List.of(new TensorInfo(input, ElementType.FLOAT32, shape)), List.of(), metadata);
    }
}

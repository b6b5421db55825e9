package dev.vigil.infer;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** What a model's file is, told by its ending, and which backends read it, the usual one first. */
public enum ModelFormat {
    ONNX("ONNX", List.of(Backend.ONNXRUNTIME, Backend.OPENCV), "onnx"),
    /** ONNX Runtime's own. */
    ORT("ORT", List.of(Backend.ONNXRUNTIME), "ort"),
    /** A frozen graph. */
    TENSORFLOW("TensorFlow", List.of(Backend.OPENCV), "pb"),
    CAFFE("Caffe", List.of(Backend.OPENCV), "caffemodel"),
    DARKNET("Darknet", List.of(Backend.OPENCV), "weights"),
    TFLITE("TensorFlow Lite", List.of(Backend.TFLITE), "tflite");

    private final String label;
    private final List<Backend> backends;
    private final String ending;

    ModelFormat(String label, List<Backend> backends, String ending) {
        this.label = label;
        this.backends = backends;
        this.ending = ending;
    }

    /** A file's format; ONNX where the ending says nothing. */
    public static ModelFormat of(Path file) {
        String ending = ending(file);
        for (ModelFormat format : values()) {
            if (format.ending.equals(ending)) {
                return format;
            }
        }
        return ONNX;
    }

    /** A file's ending in lower case, without the dot; empty for none. */
    public static String ending(Path file) {
        String name = String.valueOf(file.getFileName());
        return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    }

    /** A file's name without its ending. */
    public static String stem(Path file) {
        return String.valueOf(file.getFileName()).replaceFirst("\\.[^.]*$", "");
    }

    /** For people. */
    public String label() {
        return label;
    }

    public List<Backend> backends() {
        return backends;
    }

    /**
     * The backend for a file of this format.
     *
     * @param wanted what the configuration says
     * @throws InferException when that one does not read it
     */
    public Backend backend(Backend wanted, Path file) throws InferException {
        if (wanted == Backend.AUTO) {
            return backends.get(0);
        }
        if (!backends.contains(wanted)) {
            throw new InferException("the model " + file + " is for " + label + ", which backend " + wanted.label()
                    + " does not read; allowed: "
                    + String.join(", ", backends.stream().map(Backend::label).toList()));
        }
        return wanted;
    }
}

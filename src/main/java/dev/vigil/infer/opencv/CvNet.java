package dev.vigil.infer.opencv;

import dev.vigil.frame.TensorInfo.ElementType;
import dev.vigil.infer.InferException;
import dev.vigil.infer.NativeView;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_dnn;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.MatVector;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.bytedeco.opencv.opencv_core.StringVector;
import org.bytedeco.opencv.opencv_dnn.Net;

/**
 * A network of OpenCV, which holds what is computed in it: one for each thread. An exception of OpenCV becomes an
 * {@link InferException} of one line.
 */
final class CvNet implements AutoCloseable {
    private static final Pattern PREFIX =
            Pattern.compile("OpenCV\\([^)]*\\) \\S+:\\d+: error: \\(-?\\d+:([^)]*)\\)( in function '[^']*')?");
    private static final int LINE_MAX = 300;

    private final String name;
    private final Net net;
    private final StringVector outputNames;
    private final MatVector outputs = new MatVector();

    private CvNet(String name, Net net) {
        this.name = name;
        this.net = net;
        this.outputNames = net.getUnconnectedOutLayersNames();
    }

    /** Loads it. */
    static CvNet load(CvFiles files, String name) throws InferException {
        String weights = files.weights().toString();
        String graph = files.graph() == null ? "" : files.graph().toString();
        Net net;
        try {
            net = switch (files.format()) {
                case CAFFE -> opencv_dnn.readNetFromCaffe(graph, weights);
                case DARKNET -> opencv_dnn.readNetFromDarknet(graph, weights);
                case TENSORFLOW -> opencv_dnn.readNetFromTensorflow(weights, graph);
                default -> opencv_dnn.readNetFromONNX(weights);
            };
        } catch (RuntimeException e) {
            throw new InferException("the model " + files.weights() + " can not be loaded: " + line(e), e);
        }
        if (net.empty()) {
            net.close();
            throw new InferException("the model " + files.weights() + " can not be loaded: it has no layers");
        }
        net.setPreferableBackend(opencv_dnn.DNN_BACKEND_OPENCV);
        net.setPreferableTarget(opencv_dnn.DNN_TARGET_CPU);
        return new CvNet(name, net);
    }

    /** The names of what it gives, in its own order. */
    List<String> outputs() {
        List<String> names = new ArrayList<>();
        for (long i = 0; i < outputNames.size(); i++) {
            names.add(text(outputNames.get(i)));
        }
        return names;
    }

    /** The preset counts the zero at a text's end as part of it. */
    private static String text(BytePointer pointer) {
        String text = pointer.getString();
        int end = text.indexOf('\0');
        return end < 0 ? text : text.substring(0, end);
    }

    /** What kind of layer gives an output, such as {@code DetectionOutput}; empty where it is not to be told. */
    String layerType(String output) {
        try (PointerScope scope = new PointerScope()) {
            return net.getLayerId(output) < 0 ? "" : text(net.getLayer(output).type());
        } catch (RuntimeException e) {
            return ""; // an output that has another name than its layer
        }
    }

    /**
     * A view of memory as OpenCV has it.
     *
     * @param memory must outlive it
     */
    static Mat view(ByteBuffer memory, ElementType type, long[] shape) throws InferException {
        int depth =
                switch (type) {
                    case FLOAT32 -> opencv_core.CV_32F;
                    case FLOAT16 -> opencv_core.CV_16F;
                    case UINT8 -> opencv_core.CV_8U;
                    case INT8 -> opencv_core.CV_8S;
                    case INT32 -> opencv_core.CV_32S;
                    case FLOAT64 -> opencv_core.CV_64F;
                    default ->
                        throw new InferException(
                                "OpenCV takes no input of " + type.name().toLowerCase(java.util.Locale.ROOT));
                };
        int[] sizes = Arrays.stream(shape).mapToInt(Math::toIntExact).toArray();
        return new Mat(sizes.length, sizes, depth, new Pointer((Buffer) memory));
    }

    /** Sets an input, whose values are copied. */
    void input(Mat values, String input) throws InferException {
        try (PointerScope scope = new PointerScope()) {
            net.setInput(values, input, 1, new Scalar());
        } catch (RuntimeException e) {
            throw failed(e);
        }
    }

    /** Takes one output. */
    interface Taker {
        /** @param values valid while this runs */
        void take(int output, ByteBuffer values, ElementType type, long[] shape) throws InferException;
    }

    /** Computes the outputs and hands them on, each once, in the network's order. */
    void forward(Taker taker) throws InferException {
        try (PointerScope scope = new PointerScope()) {
            try {
                net.forward(outputs, outputNames);
            } catch (RuntimeException e) {
                throw failed(e);
            }
            for (int i = 0; i < outputs.size(); i++) {
                Mat mat = outputs.get(i);
                if (!mat.isContinuous()) {
                    mat = mat.clone();
                }
                long[] shape = new long[mat.dims()];
                for (int d = 0; d < shape.length; d++) {
                    shape[d] = mat.size(d);
                }
                long bytes = mat.total() * mat.elemSize();
                ByteBuffer values = bytes == 0
                        ? ByteBuffer.allocate(0)
                        : NativeView.of(mat.data().capacity(bytes));
                taker.take(i, values, type(mat.depth()), shape);
            }
        }
    }

    private ElementType type(int depth) throws InferException {
        if (depth == opencv_core.CV_32F) {
            return ElementType.FLOAT32;
        } else if (depth == opencv_core.CV_16F) {
            return ElementType.FLOAT16;
        } else if (depth == opencv_core.CV_32S) {
            return ElementType.INT32;
        } else if (depth == opencv_core.CV_8U) {
            return ElementType.UINT8;
        } else if (depth == opencv_core.CV_8S) {
            return ElementType.INT8;
        } else if (depth == opencv_core.CV_64F) {
            return ElementType.FLOAT64;
        }
        throw new InferException(
                "the model " + name + " gives values of a type that is not known (depth " + depth + ")");
    }

    private InferException failed(RuntimeException e) {
        return new InferException("the model " + name + " failed: " + line(e), e);
    }

    /** What OpenCV says, on one line and without where in its source. */
    static String line(RuntimeException e) {
        String message = String.valueOf(e.getMessage()).replaceAll("\\s*\\R>?\\s*", " ");
        String line = PREFIX.matcher(message)
                .replaceAll("$1:")
                .replaceAll("\\p{Cc}", "?")
                .strip();
        return line.length() <= LINE_MAX ? line : line.substring(0, LINE_MAX) + "…";
    }

    @Override
    public void close() {
        outputs.close();
        outputNames.close();
        net.close();
    }
}

package dev.vigil.infer.opencv;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes tiny models of the formats that OpenCV reads besides ONNX. */
final class CvModels {
    private CvModels() {}

    /** The content of one message. */
    private interface Message {
        void write(CodedOutputStream out) throws IOException;
    }

    private static ByteString message(Message content) throws IOException {
        ByteString.Output bytes = ByteString.newOutput();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        content.write(out);
        out.flush();
        return bytes.toByteString();
    }

    /** A frozen graph of a picture (1, size, size, 3) whose negative values become 0. */
    static Path frozenRelu(Path file, int sizePx) throws IOException {
        ByteString shape = message(s -> {
            for (int extent : new int[] {1, sizePx, sizePx, 3}) {
                s.writeBytes(2, message(dim -> dim.writeInt64(1, extent)));
            }
        });
        ByteString placeholder = message(node -> {
            node.writeString(1, "picture");
            node.writeString(2, "Placeholder");
            node.writeBytes(5, attribute("dtype", message(value -> value.writeInt32(6, 1))));
            node.writeBytes(5, attribute("shape", message(value -> value.writeBytes(7, shape))));
        });
        ByteString relu = message(node -> {
            node.writeString(1, "positive");
            node.writeString(2, "Relu");
            node.writeString(3, "picture");
            node.writeBytes(5, attribute("T", message(value -> value.writeInt32(6, 1))));
        });
        ByteString graph = message(out -> {
            out.writeBytes(1, placeholder);
            out.writeBytes(1, relu);
        });
        return Files.write(file, graph.toByteArray());
    }

    private static ByteString attribute(String key, ByteString value) throws IOException {
        return message(entry -> {
            entry.writeString(1, key);
            entry.writeBytes(2, value);
        });
    }

    /** The same graph as text. */
    static Path textRelu(Path file, int sizePx) throws IOException {
        return Files.writeString(file, """
                node {
                  name: "picture"
                  op: "Placeholder"
                  attr { key: "dtype" value { type: DT_FLOAT } }
                  attr { key: "shape" value { shape {
                    dim { size: -1 } dim { size: %1$d } dim { size: %1$d } dim { size: 3 } } } }
                }
                node {
                  name: "positive"
                  op: "Relu"
                  input: "picture"
                  attr { key: "T" value { type: DT_FLOAT } }
                }
                """.formatted(sizePx));
    }

    /** Weights of Caffe for layers that have none. */
    static Path caffeWeights(Path file) throws IOException {
        return Files.write(file, message(out -> out.writeString(1, "tiny")).toByteArray());
    }

    /**
     * SSD's end as Caffe has it over a picture (1, 3, 2, 2): one prior box in the middle, of half the side; its four corrections
     * are the first channel, its scores of background and seven classes the other two.
     */
    static Path detectionOutput(Path file) throws IOException {
        return Files.writeString(file, """
                name: "tiny"
                # input: "not this"
                layer { name: "data" type: "Input" top: "data"
                  input_param { shape: { dim: 1 dim: 3 dim: 2 dim: 2 } } }
                layer { name: "parts" type: "Slice" bottom: "data" top: "corrections" top: "classes"
                  slice_param { axis: 1 slice_point: 1 } }
                layer { name: "loc" type: "Flatten" bottom: "corrections" top: "loc" }
                layer { name: "conf" type: "Flatten" bottom: "classes" top: "conf" }
                layer { name: "small" type: "Pooling" bottom: "data" top: "small"
                  pooling_param { pool: MAX global_pooling: true } }
                layer { name: "prior" type: "PriorBox" bottom: "small" bottom: "data" top: "prior"
                  prior_box_param { min_size: 1 variance: 0.1 variance: 0.1 variance: 0.2 variance: 0.2 clip: false } }
                layer { name: "found" type: "DetectionOutput" bottom: "loc" bottom: "conf" bottom: "prior" top: "found"
                  detection_output_param { num_classes: 8 share_location: true background_label_id: 0
                    nms_param { nms_threshold: 0.45 top_k: 100 } code_type: CENTER_SIZE keep_top_k: 100
                    confidence_threshold: 0.25 } }
                """);
    }

    /**
     * YOLOv3's end over a picture of 32x32: one cell with one anchor of 8x16 pixels, whose raw values are always the same.
     *
     * @param raw x, y, w, h, objectness, classes
     */
    static Path darknetGraph(Path file, float... raw) throws IOException {
        return Files.writeString(file, """
                [net]
                # made by a test
                batch=1
                width=32
                height=32
                channels=3

                [maxpool]
                size=32
                stride=32

                [convolutional]
                filters=%d
                size=1
                stride=1
                pad=1
                activation=linear

                [yolo]
                mask=0
                anchors=8,16
                classes=%d
                num=1
                """.formatted(raw.length, raw.length - 5));
    }

    /** The weights to {@link #darknetGraph}. */
    static Path darknetWeights(Path file, float... raw) throws IOException {
        ByteBuffer bytes =
                ByteBuffer.allocate(20 + 4 * (raw.length + 3 * raw.length)).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(0).putInt(2).putInt(0).putLong(0);
        for (float bias : raw) {
            bytes.putFloat(bias);
        }
        return Files.write(file, bytes.array());
    }
}

package dev.vigil.infer;

import dev.vigil.graph.GraphCheck;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/**
 * A quick look at a model's file before a library gets it, whose only words for whatever is wrong are "Protobuf parsing failed",
 * if it does not crash. Of files in protobuf's encoding it walks over the fields at the top of the message, and skips what is in
 * them.
 */
public final class ModelFile {
    private static final int IR_VERSION = 1;
    private static final int GRAPH = 7;
    /** Of {@code GraphDef}, tensorflow/core/framework/graph.proto: node, library, versions. */
    private static final Set<Integer> GRAPH_DEF = Set.of(1, 2, 4);
    /** Of {@code NetParameter}, caffe.proto: name, layers, input, layer. */
    private static final Set<Integer> NET_PARAMETER = Set.of(1, 2, 3, 100);

    /** Of files that say how weights belong together. */
    private static final Set<String> GRAPH_ENDINGS = Set.of("cfg", "prototxt", "pbtxt");

    private static final int DARKNET_HEADER_BYTES = 16;
    /** Wire types of the protobuf encoding. */
    private static final int VARINT = 0;

    private static final int FIXED_64 = 1;
    private static final int LENGTH = 2;
    private static final int FIXED_32 = 5;

    private final InputStream in;
    private final long size;
    private long at;

    private ModelFile(InputStream in, long size) {
        this.in = in;
        this.size = size;
    }

    /** Why the file should not be loaded, to be read after its name; null when nothing speaks against it. */
    static String problem(Path file) {
        String problem = look(file);
        boolean isOnnx = ModelFormat.of(file) == ModelFormat.ONNX || ModelFormat.of(file) == ModelFormat.ORT;
        return problem != null || !isOnnx || isOrtFormat(file) ? problem : GraphCheck.problem(file);
    }

    private static boolean isOrtFormat(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return isOrtFormat(in.readNBytes(8));
        } catch (IOException e) {
            return false; // whoever reads it next says why that can not be done
        }
    }

    private static boolean isOrtFormat(byte[] head) {
        return new String(head, StandardCharsets.ISO_8859_1).endsWith("ORTM");
    }

    /** Why the file can not be a model, by its size and its first fields; null when it may be one. */
    public static String look(Path file) {
        if (Files.isDirectory(file)) {
            return "is a folder, not a file";
        }
        if (!Files.isRegularFile(file)) {
            return "does not exist";
        }
        if (GRAPH_ENDINGS.contains(ModelFormat.ending(file))) {
            return "is a graph without weights: name the file of the weights, and the graph is found beside it";
        }
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 4_096)) {
            in.mark(8);
            byte[] head = in.readNBytes(8);
            if (head.length == 0) {
                return "is empty";
            }
            in.reset();
            ModelFile look = new ModelFile(in, Files.size(file));
            return switch (ModelFormat.of(file)) {
                // The other format of ONNX Runtime, which it tells by the same letters.
                case ONNX, ORT -> isOrtFormat(head) ? null : look.onnxProblem();
                case TENSORFLOW -> look.protobufProblem("frozen graph of TensorFlow", GRAPH_DEF);
                case CAFFE -> look.protobufProblem("model of Caffe", NET_PARAMETER);
                case DARKNET -> look.darknetProblem(head);
                // The file identifier of schema.fbs comes after the offset of the root.
                case TFLITE ->
                    new String(head, StandardCharsets.ISO_8859_1).endsWith("TFL3")
                            ? null
                            : "is no model of TensorFlow Lite";
            };
        } catch (AccessDeniedException e) {
            return "can not be read: permission denied";
        } catch (IOException e) {
            return "can not be read: " + e.getMessage();
        }
    }

    /**
     * @param fields numbers of the message's fields that hold messages and texts
     */
    private String protobufProblem(String what, Set<Integer> fields) throws IOException {
        while (at < size) {
            long tag = varint();
            int wire = (int) (tag & 7);
            if (tag <= 0 || fields.contains((int) (tag >>> 3)) && wire != LENGTH) {
                return "is no " + what;
            }
            long length =
                    switch (wire) {
                        case VARINT -> varint() < 0 ? -1 : 0;
                        case FIXED_64 -> 8;
                        case LENGTH -> varint();
                        case FIXED_32 -> 4;
                        default -> -1;
                    };
            boolean known = fields.contains((int) (tag >>> 3));
            if (length < 0 || length > size - at) {
                return length >= 0 && known ? cutShort(length) : "is no " + what;
            }
            in.skipNBytes(length);
            at += length;
        }
        return null;
    }

    private String cutShort(long length) {
        return "is cut short: it has " + size + " bytes, and " + (at + length) + " are wanted at least";
    }

    /** Three numbers, of which the first two are a version, come before the weights (darknet, src/parser.c, load_weights). */
    private String darknetProblem(byte[] head) {
        if (size < DARKNET_HEADER_BYTES) {
            return "is cut short: it has " + size + " bytes";
        }
        ByteBuffer numbers = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN);
        int major = numbers.getInt(0);
        int minor = numbers.getInt(4);
        boolean isVersion = major >= 0 && major < 10 && minor >= 0 && minor < 10;
        return isVersion ? null : "holds no weights of Darknet";
    }

    private String onnxProblem() throws IOException {
        boolean versionSeen = false;
        boolean graphSeen = false;
        while (at < size) {
            long tag = varint();
            long field = tag >>> 3;
            int wire = (int) (tag & 7);
            if (tag < 0 || field == 0 || field == IR_VERSION && wire != VARINT || field == GRAPH && wire != LENGTH) {
                return notOnnx();
            }
            long length =
                    switch (wire) {
                        case VARINT -> varint() < 0 ? -1 : 0;
                        case FIXED_64 -> 8;
                        case LENGTH -> varint();
                        case FIXED_32 -> 4;
                        default -> -1;
                    };
            if (length > size - at && versionSeen && wire == LENGTH) {
                return cutShort(length);
            }
            if (length < 0 || length > size - at) {
                return notOnnx();
            }
            in.skipNBytes(length);
            at += length;
            versionSeen |= field == IR_VERSION;
            graphSeen |= field == GRAPH;
        }
        return graphSeen ? null : versionSeen ? "is cut short: it holds no graph" : notOnnx();
    }

    private static String notOnnx() {
        return "is no ONNX file";
    }

    /** A number of up to 63 bits; -1 for anything else. */
    private long varint() throws IOException {
        long value = 0;
        for (int shift = 0; shift < 63; shift += 7) {
            int next = in.read();
            if (next < 0) {
                return -1;
            }
            at++;
            value |= (long) (next & 0x7f) << shift;
            if (next < 0x80) {
                return value;
            }
        }
        return -1;
    }
}

package dev.vigil.workshop.quantize;

import dev.vigil.convert.ConvertException;
import dev.vigil.convert.FrameConverter;
import dev.vigil.detect.ModelDescription.Size;
import dev.vigil.detect.ModelException;
import dev.vigil.frame.InputSpec;
import dev.vigil.frame.TensorInfo;
import dev.vigil.graph.Graph;
import dev.vigil.graph.GraphException;
import dev.vigil.graph.OnnxModel;
import dev.vigil.graph.shape.Fact;
import dev.vigil.infer.InferException;
import dev.vigil.workshop.trial.FrameSet;
import dev.vigil.workshop.trial.GraphRun;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;
import onnx.Onnx.TensorProto.DataType;
import onnx.Onnx.TypeProto;
import onnx.Onnx.ValueInfoProto;

/**
 * Reads what a graph computes in between, as further outputs of a copy of it; some at a time, so that memory stays bounded however
 * many there are.
 *
 * @param folder for the copies, of the pool where models are in one
 * @param size of the picture, for a model that leaves it open
 * @param input what pictures are made into
 * @param progress is told a line now and then
 */
record Activations(Path folder, Size size, InputSpec input, Path cacheDir, Consumer<String> progress) {
    /** Bytes of all outputs of one copy that are always fine. */
    private static final long CHUNK_BYTES = 32L << 20;

    /** Takes one value, valid until it returns. */
    interface Reader {
        void read(String name, FloatBuffer values);
    }

    /**
     * Runs frames and counts the values.
     *
     * @param names of values of type float32
     * @param facts of the model's values
     * @param frames which of the set
     */
    Map<String, Histogram> histograms(
            OnnxModel model, Collection<String> names, Map<String, Fact> facts, FrameSet set, int[] frames)
            throws GraphException, ModelException, InferException, ConvertException, IOException {
        Map<String, Histogram> histograms = new LinkedHashMap<>();
        names.forEach(name -> histograms.put(name, new Histogram()));
        read(model, names, facts, set, frames, (name, values) -> count(name, histograms.get(name), values));
        return histograms;
    }

    /** Hands over each of these values of each frame, all frames of one value before those of the next few. */
    void read(
            OnnxModel model,
            Collection<String> names,
            Map<String, Fact> facts,
            FrameSet set,
            int[] frames,
            Reader reader)
            throws GraphException, ModelException, InferException, ConvertException, IOException {
        Set<String> given =
                model.graph().realInputs().stream().map(ValueInfoProto::getName).collect(Collectors.toSet());
        List<String> made = names.stream().filter(n -> !given.contains(n)).toList();
        Set<String> pictures = new HashSet<>(names);
        pictures.retainAll(given);
        int done = 0;
        for (List<String> chunk : chunks(made, facts, Math.max(CHUNK_BYTES, model.fileBytes()))) {
            Path copy = folder.resolve("values.onnx");
            copy(model, chunk).write(copy);
            String what = "reading values " + (done + 1) + " to " + (done + chunk.size()) + " of " + made.size();
            run(copy, set, frames, i -> progress.accept(what + ", frame " + (i + 1)), (name, values) -> {
                if (!given.contains(name) || pictures.contains(name)) {
                    reader.read(name, values);
                }
            });
            Files.delete(copy);
            done += chunk.size();
            pictures.clear(); // once is enough
        }
    }

    private static void count(String name, Histogram histogram, FloatBuffer values) {
        try {
            histogram.add(values);
        } catch (ArithmeticException e) {
            throw new NotFinite("the value " + name + " " + e.getMessage() + " on one of the frames", e);
        }
    }

    /** A value that no range holds. */
    static final class NotFinite extends RuntimeException {
        private static final long serialVersionUID = 1;

        NotFinite(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** Runs a graph on frames; hands over the picture's tensor, where it is of float32, and all outputs. */
    void run(Path graph, FrameSet set, int[] frames, IntConsumer before, Reader reader)
            throws ModelException, InferException, ConvertException, IOException {
        try (GraphRun run = GraphRun.open(graph, size, LossMeter.ON_CPU, cacheDir);
                FrameConverter converter = new FrameConverter(input)) {
            List<TensorInfo> infos = run.outputInfos();
            TensorInfo picture = run.picture();
            for (int i = 0; i < frames.length; i++) {
                before.accept(i);
                run.fill(set.picture(frames[i]), converter);
                run.run();
                if (picture.type() == TensorInfo.ElementType.FLOAT32) {
                    reader.read(picture.name(), run.tensors().inputFloats(0));
                }
                FloatBuffer[] outputs = run.outputs();
                for (int o = 0; o < outputs.length; o++) {
                    reader.read(infos.get(o).name(), outputs[o]);
                }
            }
        }
    }

    /** One after the other until there are too many bytes; one alone may have more. */
    private static List<List<String>> chunks(List<String> names, Map<String, Fact> facts, long mostBytes) {
        List<List<String>> chunks = new ArrayList<>();
        long bytes = mostBytes;
        for (String name : names) {
            long count = facts.getOrDefault(name, Fact.UNKNOWN).count();
            long more = count < 0 ? mostBytes / 4 : Float.BYTES * count;
            if (bytes + more > mostBytes) {
                chunks.add(new ArrayList<>());
                bytes = 0;
            }
            chunks.get(chunks.size() - 1).add(name);
            bytes += more;
        }
        return chunks;
    }

    private static OnnxModel copy(OnnxModel model, List<String> names) {
        OnnxModel copy = model.copy();
        Graph graph = copy.graph();
        Map<String, ValueInfoProto> declared =
                graph.outputs().stream().collect(Collectors.toMap(ValueInfoProto::getName, o -> o));
        graph.outputs().clear();
        for (String name : names) {
            graph.outputs().add(declared.getOrDefault(name, output(name)));
        }
        graph.prune(names);
        return copy;
    }

    /** An output of float32 of whatever shape. */
    static ValueInfoProto output(String name) {
        TypeProto.Tensor type =
                TypeProto.Tensor.newBuilder().setElemType(DataType.FLOAT_VALUE).build();
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder().setTensorType(type))
                .build();
    }
}

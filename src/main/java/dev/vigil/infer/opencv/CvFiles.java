package dev.vigil.infer.opencv;

import dev.vigil.infer.InferException;
import dev.vigil.infer.ModelFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The files of one model.
 *
 * @param graph the file that says how the weights belong together; null where the weights' own file says it
 */
record CvFiles(ModelFormat format, Path weights, Path graph) {
    /**
     * Finds them.
     *
     * @param graph as the configuration says; null where it does not, and then the one beside the weights is taken: of the same
     *     name, or the only one
     */
    static CvFiles of(Path weights, Path graph) throws InferException {
        ModelFormat format = ModelFormat.of(weights);
        String ending =
                switch (format) {
                    case CAFFE -> "prototxt";
                    case DARKNET -> "cfg";
                    case TENSORFLOW -> "pbtxt";
                    default -> null;
                };
        if (graph != null) {
            if (ending == null) {
                throw new InferException("the model " + weights + " holds its graph itself: graph: " + graph
                        + " is for weights of Caffe, Darknet and TensorFlow");
            }
            if (!Files.isRegularFile(graph)) {
                throw new InferException("the graph " + graph + " of the model " + weights + " does not exist");
            }
            return new CvFiles(format, weights, graph);
        }
        Path found = ending == null ? null : beside(weights, ending);
        if (found == null && (format == ModelFormat.CAFFE || format == ModelFormat.DARKNET)) {
            throw new InferException("the model " + weights + " holds weights only: put its graph beside it as "
                    + ModelFormat.stem(weights) + "." + ending + ", or say graph: FILE." + ending);
        }
        return new CvFiles(format, weights, found);
    }

    private static Path beside(Path weights, String ending) throws InferException {
        Path named = weights.resolveSibling(ModelFormat.stem(weights) + "." + ending);
        if (Files.isRegularFile(named)) {
            return named;
        }
        // Frozen graphs often lie together, and most need no text beside them.
        if (ending.equals("pbtxt")) {
            return null;
        }
        try (Stream<Path> files = Files.list(weights.toAbsolutePath().getParent())) {
            List<Path> all = files.filter(file -> ModelFormat.ending(file).equals(ending))
                    .limit(2)
                    .toList();
            return all.size() == 1 ? all.get(0) : null;
        } catch (IOException e) {
            throw new InferException("the folder of the model " + weights + " can not be read: " + e.getMessage(), e);
        }
    }
}

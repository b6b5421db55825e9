package dev.vigil.infer.ort;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.vigil.infer.InferException;
import dev.vigil.infer.InferOptions.Device;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where a session of ONNX Runtime writes down what it does: the time of every node that it runs, and the graph that it has made
 * of the model. Immutable.
 *
 * @param folder for both, and for nothing else
 */
public record OrtProfile(Path folder) {
    private static final String LOG = "profile";
    private static final String GRAPH = "optimised.onnx";
    private static final String WEIGHTS = "optimised.bin";

    /**
     * Events that ONNX Runtime keeps of a session, all later ones are lost: {@code Profiler::max_num_events_} in its
     * {@code onnxruntime/core/common/profiler.h}. A node is one event, a run some three.
     */
    public static final int EVENTS_MAX = 1_000_000;

    /** Tells a session that is not made yet. */
    void askFor(OrtSession.SessionOptions settings, Device device) throws OrtException {
        settings.enableProfiling(folder.resolve(LOG).toString());
        if (device != Device.TENSORRT) { // which leaves nothing that could be written
            settings.setOptimizedModelFilePath(graph().toString());
            // So that the graph of a large model is small, and one of more than 2 GiB can be written at all.
            settings.addConfigEntry("session.optimized_model_external_initializers_file_name", WEIGHTS);
            settings.addConfigEntry("session.optimized_model_external_initializers_min_size_in_bytes", "1024");
        }
    }

    /** The graph that runs, once the model is loaded; not there on devices that make something else of it. */
    public Path graph() {
        return folder.resolve(GRAPH);
    }

    /**
     * The times, once the session has ended its profile: JSON in Chrome's trace-event format.
     *
     * @throws InferException when nothing was written
     */
    public Path log() throws InferException {
        try (DirectoryStream<Path> logs = Files.newDirectoryStream(folder, LOG + "*.json")) {
            for (Path log : logs) {
                return log;
            }
        } catch (IOException e) {
            throw new InferException(folder + " can not be read: " + e.getMessage(), e);
        }
        throw new InferException("ONNX Runtime has written no profile into " + folder);
    }
}

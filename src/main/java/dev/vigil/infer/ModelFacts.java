package dev.vigil.infer;

import dev.vigil.frame.TensorInfo;
import java.util.List;
import java.util.Map;

/**
 * What a model's file tells of itself.
 *
 * @param name the file's name without its ending
 * @param inputs as the file declares them, in its order
 * @param outputs as far as the file declares them, in its order; of no dimensions where it says nothing
 * @param metadata the file's own key-value pairs
 */
public record ModelFacts(String name, List<TensorInfo> inputs, List<TensorInfo> outputs, Map<String, String> metadata) {
    public ModelFacts {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        metadata = Map.copyOf(metadata);
    }
}

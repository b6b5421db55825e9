package dev.vigil.workshop.compare;

import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.ModelException;
import dev.vigil.graph.GraphException;
import dev.vigil.infer.ModelFormat;
import dev.vigil.workshop.Inspection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How large a model is.
 *
 * @param bytes of its file, with its external data
 * @param parameters -1 where the file's form is not one that can be looked into
 * @param multiplyAdds for one picture, as far as known; NaN likewise
 * @param unknownCost nodes whose multiply-adds are not known and not counted
 */
public record ModelSize(long bytes, long parameters, double multiplyAdds, int unknownCost) {
    static ModelSize of(Path file, ModelDescription description) throws IOException {
        if (ModelFormat.of(file) == ModelFormat.ONNX) {
            try {
                Inspection inspection = Inspection.of(file, description, null);
                long external = inspection.external().values().stream()
                        .mapToLong(Long::longValue)
                        .sum();
                return new ModelSize(
                        inspection.fileBytes() + external,
                        inspection.parameters(),
                        inspection.multiplyAdds(),
                        inspection.unknownCost());
            } catch (GraphException | ModelException notUnderstood) {
                return new ModelSize(Files.size(file), -1, Double.NaN, 0); // it may run for all that
            }
        }
        return new ModelSize(Files.size(file), -1, Double.NaN, 0);
    }
}

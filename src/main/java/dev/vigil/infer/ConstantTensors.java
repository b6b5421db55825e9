package dev.vigil.infer;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import dev.vigil.frame.ConstantInput;
import dev.vigil.frame.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The tensors of inputs that take no picture, written once. Stateless. */
final class ConstantTensors {
    private ConstantTensors() {}

    /**
     * Makes them.
     *
     * @param picture the input that is left out
     * @return by name, and then by number of frames from 1 to {@code batch}
     * @throws InferException when the model wants what is not among {@code others}
     */
    static Map<String, OnnxTensor[]> of(Engine engine, TensorInfo picture, List<ConstantInput> others, int batch)
            throws InferException, OrtException {
        Map<String, OnnxTensor[]> tensors = new HashMap<>();
        for (TensorInfo declared : engine.inputs()) {
            if (declared.name().equals(picture.name())) {
                continue;
            }
            ConstantInput given = others.stream()
                    .filter(other -> other.name().equals(declared.name()))
                    .findFirst()
                    .orElseThrow(() -> new InferException(
                            "the model " + engine.name() + " wants " + declared + " besides a picture"));
            if (!OutputTensors.isAskedFor(declared)) {
                throw new InferException("the model " + engine.name() + " wants " + declared + ", which is no number");
            }
            int count = given.values().length;
            ByteBuffer bytes = TensorRing.direct(Math.multiplyExact(batch * Values.bytes(declared.type()), count));
            for (int i = 0; i < batch * count; i++) {
                Values.put(bytes, declared.type(), i, given.values()[i % count]);
            }
            OnnxTensor[] byFrames = new OnnxTensor[batch + 1];
            for (int frames = 1; frames <= batch; frames++) {
                ByteBuffer part = bytes.slice(0, frames * count * Values.bytes(declared.type()))
                        .order(ByteOrder.nativeOrder());
                byFrames[frames] = OnnxTensor.createTensor(
                        engine.environment(),
                        part,
                        TensorRing.withBatch(given.shape(), frames),
                        Values.javaType(declared.type()));
            }
            tensors.put(declared.name(), byFrames);
        }
        return tensors;
    }
}

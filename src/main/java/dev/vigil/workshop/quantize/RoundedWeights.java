package dev.vigil.workshop.quantize;

import dev.vigil.graph.GraphException;
import dev.vigil.graph.OnnxModel;
import dev.vigil.graph.Weights;
import dev.vigil.workshop.quantize.IntegerParts.Layer;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TensorProto.DataType;

/** The weights of a model's layers rounded to bytes, each once for all forms of the model. Not threadsafe. */
final class RoundedWeights {
    private final int levels;
    private final Map<Key, InBytes> inBytes = new HashMap<>();
    private final Map<Key, TensorProto> inFloats = new HashMap<>();

    private record Key(String weights, int channels, int inner, int padding) {}

    /**
     * @param tensor of int8
     * @param scales by output channel
     */
    record InBytes(TensorProto tensor, float[] scales) {}

    /** @param levels see {@link ChannelWeights} */
    RoundedWeights(int levels) {
        this.levels = levels;
    }

    /**
     * A layer's weights in bytes.
     *
     * @param model that the layer is of: the same, or one with the same weights, every time
     * @param padding channels of zeros that are put behind the input's own
     */
    InBytes inBytes(OnnxModel model, Layer layer, int padding) throws GraphException {
        Key key = new Key(layer.weights(), layer.channels(), layer.inner(), padding);
        InBytes known = inBytes.get(key);
        if (known == null) {
            TensorProto tensor = model.graph().initializers().get(layer.weights());
            float[] weights = Weights.floats(tensor, model.folder());
            long[] dims = dims(tensor);
            int inner = layer.inner();
            if (padding > 0) {
                long kernel = dims[2] * dims[3];
                weights = padded(weights, layer.channels(), inner, kernel, padding);
                dims[1] += padding;
                inner += (int) (padding * kernel);
            }
            ChannelWeights rounded = ChannelWeights.of(weights, layer.channels(), inner, levels);
            known = new InBytes(
                    model.weights(layer.weights(), DataType.INT8, dims, ByteBuffer.wrap(rounded.values())),
                    rounded.scales());
            inBytes.put(key, known);
        }
        return known;
    }

    /** The same weights with zeros for the channels that were put behind. */
    private static float[] padded(float[] weights, int channels, int inner, long kernel, int padding) {
        int more = Math.toIntExact(padding * kernel);
        float[] padded = new float[weights.length + channels * more];
        for (int i = 0; i < channels; i++) {
            System.arraycopy(weights, i * inner, padded, i * (inner + more), inner);
        }
        return padded;
    }

    /** What the bytes stand for. */
    TensorProto inFloats(OnnxModel model, Layer layer) throws GraphException {
        Key key = new Key(layer.weights(), layer.channels(), layer.inner(), 0);
        TensorProto known = inFloats.get(key);
        if (known == null) {
            TensorProto tensor = model.graph().initializers().get(layer.weights());
            float[] weights = Weights.floats(tensor, model.folder());
            ChannelWeights rounded = ChannelWeights.of(weights, layer.channels(), layer.inner(), levels);
            for (int i = 0; i < weights.length; i++) {
                weights[i] = rounded.value(i, layer.inner());
            }
            known = model.weights(layer.weights(), dims(tensor), weights);
            inFloats.put(key, known);
        }
        return known;
    }

    private static long[] dims(TensorProto tensor) {
        return tensor.getDimsList().stream().mapToLong(Long::longValue).toArray();
    }
}

package dev.vigil.workshop.optimize;

import dev.vigil.detect.ModelDescription.Size;
import dev.vigil.detect.ModelException;
import dev.vigil.frame.TensorInfo;
import dev.vigil.graph.Graph;
import dev.vigil.graph.GraphException;
import dev.vigil.graph.OnnxModel;
import dev.vigil.graph.shape.Fact;
import dev.vigil.graph.shape.ShapeInference;
import dev.vigil.workshop.ModelShapes;
import java.util.HashMap;
import java.util.Map;
import onnx.Onnx.TensorShapeProto;
import onnx.Onnx.TensorShapeProto.Dimension;
import onnx.Onnx.ValueInfoProto;

/** Settles what a file leaves open of its inputs, so that all that follows from it can be computed beforehand. Stateless. */
public final class FixedShapes {
    private FixedShapes() {}

    /**
     * Writes sizes into the model's inputs and outputs.
     *
     * @param size of the picture; null to leave it as it is
     * @param batch of all inputs; 0 to leave it as it is
     * @throws ModelException when the file says other sizes, or takes no picture
     */
    public static void apply(OnnxModel model, Size size, int batch) throws GraphException, ModelException {
        Map<String, long[]> shapes = new HashMap<>();
        for (ValueInfoProto input : model.graph().realInputs()) {
            Fact fact = Fact.of(input.getType());
            if (fact.hasRank()) {
                shapes.put(input.getName(), fact.shape().clone());
            }
        }
        if (size != null) {
            ModelShapes sized = ModelShapes.of(model, size);
            TensorInfo image = sized.info().image();
            if (sized.info().widthPx() != size.widthPx() || sized.info().heightPx() != size.heightPx()) {
                throw new ModelException("--size " + size + ": the model has no input that takes a picture");
            }
            System.arraycopy(image.shape(), 1, shapes.get(image.name()), 1, image.rank() - 1);
        }
        for (Map.Entry<String, long[]> input : shapes.entrySet()) {
            long[] shape = input.getValue();
            if (batch > 0 && shape.length > 0) {
                if (shape[0] > 0 && shape[0] != batch && shape.length == 4) {
                    throw new ModelException("--batch " + batch + ", but input " + input.getKey() + " has a batch of "
                            + shape[0] + " that the file does not leave open");
                }
                shape[0] = shape[0] < 0 ? batch : shape[0];
            }
        }
        Graph graph = model.graph();
        graph.inputs().replaceAll(info -> with(info, shapes.get(info.getName())));
        // What the file says of values in between was for any size.
        graph.valueInfos().clear();
        Map<String, Fact> facts = ShapeInference.run(model, Map.of());
        graph.outputs()
                .replaceAll(info -> with(
                        info, facts.getOrDefault(info.getName(), Fact.UNKNOWN).shape()));
    }

    /** What a value is declared as, with the dimensions that are known. */
    private static ValueInfoProto with(ValueInfoProto info, long[] shape) {
        Fact declared = Fact.of(info.getType());
        if (shape == null || declared.rank() != shape.length) {
            return info;
        }
        ValueInfoProto.Builder changed = info.toBuilder();
        TensorShapeProto.Builder dims =
                changed.getTypeBuilder().getTensorTypeBuilder().getShapeBuilder();
        for (int i = 0; i < shape.length; i++) {
            if (shape[i] >= 0) {
                dims.setDim(i, Dimension.newBuilder().setDimValue(shape[i]));
            }
        }
        return changed.build();
    }
}

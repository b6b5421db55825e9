package dev.vigil.workshop;

import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.ModelException;
import dev.vigil.detect.ModelInfo;
import dev.vigil.frame.InputSpec.Layout;
import dev.vigil.frame.TensorInfo;
import dev.vigil.frame.TensorInfo.ElementType;
import dev.vigil.graph.GraphException;
import dev.vigil.graph.OnnxModel;
import dev.vigil.graph.shape.Fact;
import dev.vigil.graph.shape.ShapeInference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import onnx.Onnx.TensorProto.DataType;
import onnx.Onnx.ValueInfoProto;

/**
 * A model's values for a picture of one size, in a batch of one.
 *
 * @param declared inputs and outputs as the file has them
 * @param info the same with what is known for the picture
 * @param assumed the picture's size, where neither file nor user say it and one was taken; else null
 */
public record ModelShapes(ModelInfo declared, ModelInfo info, Map<String, Fact> facts, ModelDescription.Size assumed) {
    /** What detectors of an open size are trained with most. */
    private static final ModelDescription.Size USUAL = new ModelDescription.Size(640, 640);

    /**
     * Works it out.
     *
     * @param size of the picture, for a model that leaves it open; null where nobody says it
     * @throws ModelException when a size is said that the file contradicts
     */
    public static ModelShapes of(OnnxModel model, ModelDescription.Size size) throws GraphException, ModelException {
        List<TensorInfo> inputs = infos(model.graph().realInputs(), null);
        List<TensorInfo> outputs = infos(model.graph().outputs(), null);
        ModelInfo declared = new ModelInfo(inputs, outputs, model.metadata());
        ModelInfo sized = declared;
        ModelDescription.Size assumed = null;
        if (takesPicture(declared)) {
            boolean told =
                    size != null || isOpen(declared) && declared.metadata().containsKey("imgsz");
            try {
                sized = declared.sized(size);
            } catch (ModelException e) {
                if (told) {
                    throw e;
                }
                assumed = assumed(declared);
                sized = declared.sized(assumed);
            }
        }
        Map<String, long[]> shapes = new HashMap<>();
        for (TensorInfo input : sized.inputs()) {
            long[] shape = input.shape().clone();
            if (shape.length > 0 && shape[0] < 0) {
                shape[0] = 1;
            }
            shapes.put(input.name(), shape);
        }
        Map<String, Fact> facts = ShapeInference.run(model, shapes);
        ModelInfo info = new ModelInfo(sized.inputs(), infos(model.graph().outputs(), facts), model.metadata());
        return new ModelShapes(declared, info, facts, assumed);
    }

    /** The usual size where the file says none. */
    private static ModelDescription.Size assumed(ModelInfo model) throws ModelException {
        long[] shape = model.image().shape();
        int heightAt = model.layout() == Layout.NCHW ? 2 : 1;
        return new ModelDescription.Size(
                side(shape[heightAt + 1], USUAL.widthPx()), side(shape[heightAt], USUAL.heightPx()));
    }

    private static int side(long declared, int usual) {
        return declared < 0 || declared > Integer.MAX_VALUE ? usual : (int) declared;
    }

    private static boolean takesPicture(ModelInfo model) {
        return model.inputs().stream()
                .filter(input -> input.rank() == 4)
                .findFirst()
                .filter(input -> input.shape()[1] == 3 || input.shape()[3] == 3)
                .isPresent();
    }

    private static boolean isOpen(ModelInfo model) throws ModelException {
        for (long extent : model.image().shape()) {
            if (extent < 0) {
                return true;
            }
        }
        return false;
    }

    /** @param facts what is known besides; null for the file's own words only */
    private static List<TensorInfo> infos(List<ValueInfoProto> values, Map<String, Fact> facts) {
        List<TensorInfo> infos = new ArrayList<>();
        for (ValueInfoProto value : values) {
            Fact fact = facts == null ? Fact.of(value.getType()) : facts.getOrDefault(value.getName(), Fact.UNKNOWN);
            infos.add(new TensorInfo(value.getName(), type(fact.type()), fact.hasRank() ? fact.shape() : new long[0]));
        }
        return infos;
    }

    private static ElementType type(int type) {
        DataType known = DataType.forNumber(type);
        return switch (known == null ? DataType.UNDEFINED : known) {
            case FLOAT -> ElementType.FLOAT32;
            case FLOAT16 -> ElementType.FLOAT16;
            case DOUBLE -> ElementType.FLOAT64;
            case UINT8 -> ElementType.UINT8;
            case INT8 -> ElementType.INT8;
            case BOOL -> ElementType.BOOL;
            case INT64 -> ElementType.INT64;
            case INT32 -> ElementType.INT32;
            default -> ElementType.OTHER;
        };
    }
}

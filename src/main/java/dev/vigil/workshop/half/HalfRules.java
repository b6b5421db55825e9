package dev.vigil.workshop.half;

import dev.vigil.graph.Bodies;
import dev.vigil.graph.Nodes;
import java.util.Map;
import java.util.Set;
import onnx.Onnx.NodeProto;

/**
 * Which operators stay in FP32, whatever the values are. As in the lists of {@code onnxconverter_common/float16.py}
 * (microsoft/onnxconverter-common) and {@code onnxruntime/python/tools/transformers/float16.py} (microsoft/onnxruntime), with
 * three differences: {@code Resize} and {@code Upsample} take their picture in FP16 (only regions and scales stay, as the operator
 * wants them), {@code Min} and {@code Max} are taken by every provider since opset 8, and what works with coordinates or is
 * declared for float32 only in ONNX's operator schemas is added. Stateless.
 */
final class HalfRules {
    private static final Set<String> COORDINATES =
            Set.of("NonMaxSuppression", "RoiAlign", "MaxRoiPool", "GridSample", "DeformConv", "AffineGrid", "TopK");

    /** Their schemas have no float16 in any version, or make values of a type that an attribute says. */
    private static final Set<String> FLOAT_ONLY = Set.of(
            "Range",
            "Celu",
            "Multinomial",
            "RandomNormal",
            "RandomUniform",
            "RandomNormalLike",
            "RandomUniformLike",
            "Bernoulli",
            "EyeLike",
            "ConstantOfShape",
            "DynamicQuantizeLinear",
            "QLinearConv",
            "QLinearMatMul",
            "STFT",
            "DFT",
            "MelWeightMatrix",
            "HannWindow",
            "HammingWindow",
            "BlackmanWindow",
            "ImageDecoder",
            "StringNormalizer",
            "TfIdfVectorizer",
            "CenterCropPad");

    /** The version of the operator set whose schema first has float16. */
    private static final Map<String, Integer> SINCE = Map.of(
            "CumSum", 14, "IsInf", 20, "QuantizeLinear", 19, "DequantizeLinear", 19, "Max", 8, "Min", 8, "Equal", 11);

    private HalfRules() {}

    /** Why a node can not be in FP16, to be read after "because"; null when it can. */
    static String refusal(NodeProto node, int opset) {
        if (!Bodies.of(node).isEmpty()) {
            return "it holds graphs of its own";
        }
        if (!Nodes.is(node, node.getOpType())) {
            return "nothing is known of operators of " + node.getDomain();
        }
        if (COORDINATES.contains(node.getOpType())) {
            return "it works with coordinates or orders by value";
        }
        if (FLOAT_ONLY.contains(node.getOpType())) {
            return "ONNX has it in FP32 only";
        }
        int since = SINCE.getOrDefault(node.getOpType(), 0);
        return opset >= since ? null : "ONNX has it in FP16 from opset " + since + " on only";
    }

    /** Whether an input of a node in FP16 stays a float: regions and scales of a resize, the ratio of a dropout. */
    static boolean staysFloat(NodeProto node, int input) {
        return switch (node.getOpType()) {
            case "Resize", "Upsample", "Dropout" -> input > 0;
            default -> false;
        };
    }

    /** Whether an input is a limit, so that a value beyond all halves may as well be the largest of them. */
    static boolean isLimit(NodeProto node, int input) {
        return Nodes.is(node, "Clip") && input > 0;
    }
}

package dev.vigil.infer.ort;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import dev.vigil.frame.TensorInfo;
import dev.vigil.frame.TensorInfo.ElementType;

/** ONNX Runtime's names of types, and ours. Stateless. */
final class OrtTypes {
    private OrtTypes() {}

    static TensorInfo describe(NodeInfo node) {
        return node.getInfo() instanceof ai.onnxruntime.TensorInfo tensor
                ? new TensorInfo(node.getName(), type(tensor.type), tensor.getShape())
                : new TensorInfo(node.getName(), ElementType.OTHER, new long[0]);
    }

    private static ElementType type(OnnxJavaType type) {
        return switch (type) {
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

    static OnnxJavaType javaType(ElementType type) {
        return switch (type) {
            case FLOAT32 -> OnnxJavaType.FLOAT;
            case FLOAT16 -> OnnxJavaType.FLOAT16;
            case FLOAT64 -> OnnxJavaType.DOUBLE;
            case INT64 -> OnnxJavaType.INT64;
            case INT32 -> OnnxJavaType.INT32;
            case UINT8 -> OnnxJavaType.UINT8;
            case INT8 -> OnnxJavaType.INT8;
            case BOOL -> OnnxJavaType.BOOL;
            case OTHER -> throw new IllegalArgumentException("no numbers");
        };
    }
}

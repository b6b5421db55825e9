package dev.vigil.detect;

import dev.vigil.frame.ConstantInput;
import dev.vigil.frame.TensorInfo;
import java.util.Arrays;

/**
 * What the inputs of known exports get that take no picture. All are the same for every picture: where a model scales its boxes
 * to the picture's own size, it is told the size of its input, and whoever placed the picture there maps them back. Stateless.
 */
final class OtherInputs {
    private static final String KNOWN = "orig_target_sizes, im_shape, scale_factor, image_shape and pixel_mask";

    private OtherInputs() {}

    /** @throws ModelException when it is not known what it wants */
    static ConstantInput of(TensorInfo input, int widthPx, int heightPx) throws ModelException {
        float width = widthPx;
        float height = heightPx;
        return switch (input.name()) {
            // RT-DETR, D-FINE and DEIM: tools/export_onnx.py of each, which scales by (w, h, w, h).
            case "orig_target_sizes" -> pair(input, width, height);
            // PaddleDetection's exports, and the ONNX zoo's YOLOv3 (its name for the same).
            case "im_shape", "image_shape" -> pair(input, height, width);
            case "scale_factor" -> pair(input, 1, 1);
            // DETR as Hugging Face's optimum exports it: 1 where the picture is.
            case "pixel_mask" -> ones(input, widthPx, heightPx);
            default ->
                throw new ModelException("input " + input + " is not known; besides a picture, known are " + KNOWN);
        };
    }

    private static ConstantInput pair(TensorInfo input, float first, float second) throws ModelException {
        long[] shape = input.shape();
        boolean fits = shape.length == 2 && (shape[1] == 2 || shape[1] < 0);
        if (!fits) {
            throw new ModelException("input " + input + " is not known: one of that name has a shape of (batch, 2)");
        }
        return new ConstantInput(input.name(), new long[] {2}, new float[] {first, second});
    }

    private static ConstantInput ones(TensorInfo input, int widthPx, int heightPx) throws ModelException {
        if (input.rank() != 3) {
            throw new ModelException("input " + input + " is not known: one of that name has a shape of (batch, h, w)");
        }
        long height = input.shape()[1] < 0 ? heightPx : input.shape()[1];
        long width = input.shape()[2] < 0 ? widthPx : input.shape()[2];
        float[] values = new float[Math.toIntExact(Math.multiplyExact(height, width))];
        Arrays.fill(values, 1);
        return new ConstantInput(input.name(), new long[] {height, width}, values);
    }
}

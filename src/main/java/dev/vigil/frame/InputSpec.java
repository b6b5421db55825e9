package dev.vigil.frame;

/**
 * What a model wants its input tensor to hold.
 *
 * @param widthPx width of the tensor's picture
 * @param heightPx height of the tensor's picture
 * @param layout order of the dimensions
 * @param element type of a value
 * @param color order of the channels
 * @param mean subtracted from a channel's 0..255 value, in the tensor's order of channels
 * @param std what is left is divided by, in the tensor's order of channels
 * @param resize how a frame is fitted in
 * @param padding 0..255 values of what a letterbox leaves free, in the tensor's order of channels
 */
public record InputSpec(
        int widthPx,
        int heightPx,
        Layout layout,
        Element element,
        Color color,
        float[] mean,
        float[] std,
        Resize resize,
        int[] padding) {
    public enum Layout {
        NCHW,
        NHWC
    }

    public enum Element {
        FLOAT32,
        FLOAT16,
        UINT8;

        /** Bytes of one value. */
        public int bytes() {
            return switch (this) {
                case FLOAT32 -> 4;
                case FLOAT16 -> 2;
                case UINT8 -> 1;
            };
        }
    }

    public enum Color {
        RGB,
        BGR
    }

    public enum Resize {
        /** To the tensor's size, whatever the frame's aspect. */
        STRETCH,
        /** Aspect kept, in the middle. */
        LETTERBOX,
        /** Aspect kept, in the top left corner. */
        LETTERBOX_TOP_LEFT,
        /** Aspect kept, filled; what stands over at two sides is not seen. */
        CROP
    }
}

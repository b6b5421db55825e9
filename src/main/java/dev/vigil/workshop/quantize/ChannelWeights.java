package dev.vigil.workshop.quantize;

/**
 * Weights as bytes with a sign, each output channel with a scale of its own, and zero as zero.
 *
 * @param values in the order of the weights
 * @param scales by channel
 */
record ChannelWeights(byte[] values, float[] scales) {
    /** -128 is not used, so that a weight and its negative are equally far from zero. */
    static final int LEVELS = 127;
    /** Half of them, for processors that add two products in 16 bits: AVX2 and AVX-512 without VNNI. */
    static final int REDUCED_LEVELS = 63;

    /**
     * Rounds weights.
     *
     * @param channels they belong to
     * @param inner distance between neighbours of one channel's run: see {@link #channel}
     * @param levels above zero
     */
    static ChannelWeights of(float[] weights, int channels, int inner, int levels) {
        float[] most = new float[channels];
        for (int i = 0; i < weights.length; i++) {
            int channel = channel(i, channels, inner);
            most[channel] = Math.max(most[channel], Math.abs(weights[i]));
        }
        float[] scales = new float[channels];
        for (int i = 0; i < channels; i++) {
            scales[i] = most[i] < Float.MIN_NORMAL * levels ? 1 : most[i] / levels;
        }
        byte[] values = new byte[weights.length];
        for (int i = 0; i < weights.length; i++) {
            double at = Math.rint(weights[i] / scales[channel(i, channels, inner)]);
            values[i] = (byte) Math.max(-levels, Math.min(levels, at));
        }
        return new ChannelWeights(values, scales);
    }

    /** What a weight became. */
    float value(int index, int inner) {
        return values[index] * scales[channel(index, scales.length, inner)];
    }

    /** Of a value, where each channel has {@code inner} values in a row: (channels, inner) or (any, channels, inner). */
    static int channel(int index, int channels, int inner) {
        return index / inner % channels;
    }
}

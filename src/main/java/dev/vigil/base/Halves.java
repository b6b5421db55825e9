package dev.vigil.base;

/** IEEE 754 half-precision floats in shorts, which Java knows from version 20 on only. Stateless. */
public final class Halves {
    private static final int MANTISSA_SHIFT = 13;
    private static final int EXPONENT_BIAS = 127 - 15;
    /** The smallest float that rounds to infinity, 65520. */
    private static final float OVERFLOW = 65_520f;

    private static final float SMALLEST_NORMAL = 0x1p-14f;
    /** Adding it leaves a subnormal half in the lowest bits, rounded as floats are. */
    private static final float SUBNORMAL_MAGIC = 0.5f;

    private Halves() {}

    /** The nearest half, the even one of two; what is too large becomes infinite. */
    public static short of(float value) {
        int sign = Float.floatToRawIntBits(value) >>> 16 & 0x8000;
        float magnitude = Math.abs(value);
        if (Float.isNaN(value)) {
            return (short) (sign | 0x7e00);
        }
        if (magnitude >= OVERFLOW) {
            return (short) (sign | 0x7c00);
        }
        if (magnitude < SMALLEST_NORMAL) {
            int bits = Float.floatToRawIntBits(magnitude + SUBNORMAL_MAGIC);
            return (short) (sign | bits - Float.floatToRawIntBits(SUBNORMAL_MAGIC));
        }
        int bits = Float.floatToRawIntBits(magnitude);
        int roundUp = (bits >>> MANTISSA_SHIFT & 1) + (1 << MANTISSA_SHIFT - 1) - 1;
        return (short) (sign | (bits + roundUp >>> MANTISSA_SHIFT) - (EXPONENT_BIAS << 10));
    }

    /** The same number as a float. */
    public static float toFloat(short half) {
        int sign = (half & 0x8000) << 16;
        int exponent = half >>> 10 & 0x1f;
        int mantissa = half & 0x3ff;
        if (exponent == 0) {
            float magnitude = mantissa * 0x1p-24f;
            return sign == 0 ? magnitude : -magnitude;
        }
        int bits = exponent == 0x1f ? 0x7f800000 : exponent + EXPONENT_BIAS << 23;
        return Float.intBitsToFloat(sign | bits | mantissa << MANTISSA_SHIFT);
    }
}

package dev.vigil.workshop.quantize;

import dev.vigil.detect.ModelDescription;
import java.util.List;

/**
 * How a model becomes one of 8 bits.
 *
 * @param calibration how ranges are chosen; null for the one with the least loss
 * @param lossMax in points of a hundred of mAP50, see {@link dev.vigil.workshop.trial.Agreement#lossPoints}
 * @param keep names of layers that stay in float; {@code *} stands for anything
 * @param biasCorrection whether the mean error of each channel is taken off
 * @param equalize whether channels are made as large as each other where that changes nothing, see {@link Equalization}
 * @param reduceRange weights of 7 bits, for processors without VNNI
 * @param scoreMin boxes of the model above this are what should be found
 * @param size of the picture, for a model that leaves it open
 */
public record QuantizeOptions(
        Calibration calibration,
        double lossMax,
        List<String> keep,
        boolean biasCorrection,
        boolean equalize,
        boolean reduceRange,
        float scoreMin,
        ModelDescription.Size size) {
    public static final double LOSS_MAX = 0.5;

    public static final QuantizeOptions DEFAULT =
            new QuantizeOptions(null, LOSS_MAX, List.of(), true, true, false, 0.4f, null);

    int levels() {
        return reduceRange ? ChannelWeights.REDUCED_LEVELS : ChannelWeights.LEVELS;
    }
}

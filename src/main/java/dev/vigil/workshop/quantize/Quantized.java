package dev.vigil.workshop.quantize;

import dev.vigil.workshop.trial.Latency;
import java.util.List;
import java.util.Map;

/**
 * What became of a model, or would have.
 *
 * @param refused why it was not written; null where it was
 * @param opset that the model was of
 * @param tried loss by calibration, all layers in 8 bits, in points
 * @param calibration that was taken
 * @param loss in points
 * @param lossAll the same with all layers in 8 bits
 * @param calibrated frames that ranges are from
 * @param measured frames that losses are from
 * @param floatRun one thread, in turns with the next; null where nothing was written
 * @param layers in the order of the graph
 */
public record Quantized(
        String refused,
        int opset,
        long bytesBefore,
        long bytesAfter,
        Map<Calibration, Double> tried,
        Calibration calibration,
        double loss,
        double lossAll,
        int calibrated,
        int measured,
        Latency floatRun,
        Latency byteRun,
        List<LayerReport> layers) {

    /**
     * A layer.
     *
     * @param share of the multiply-adds of all layers, 0..1
     * @param input its range
     * @param output the same of what it gives
     * @param signalToNoiseDb by itself in 8 bits, see {@link LayerErrors}
     * @param errorAlone of the outputs with this layer alone in 8 bits, power of the error over that of the outputs; NaN where it
     *     was not measured
     * @param inFloat why it is in float; null where it is in 8 bits
     */
    public record LayerReport(
            String name,
            String operator,
            double share,
            Range input,
            Range output,
            double signalToNoiseDb,
            double errorAlone,
            String inFloat) {
        /** That the user wants it in float. */
        static final String KEPT = "kept";
        /** That it costs too much in 8 bits. */
        static final String LOSS = "loss";
    }

    /** How many times as fast as in float it runs, by the fastest run of each. */
    public double speedup() {
        return floatRun == null ? Double.NaN : floatRun.minMs() / byteRun.minMs();
    }
}

package dev.vigil.app.model;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vigil.workshop.quantize.ByteArithmetic;
import dev.vigil.workshop.quantize.QuantizeOptions;
import dev.vigil.workshop.quantize.Quantized;
import dev.vigil.workshop.quantize.Quantized.LayerReport;
import dev.vigil.workshop.quantize.Range;
import dev.vigil.workshop.trial.Latency;
import java.nio.file.Path;

/** What became of a model in 8 bits, as one JSON object. What was not measured is null. */
final class QuantizeJson {
    private QuantizeJson() {}

    static ObjectNode of(Path in, Path out, Quantized result, QuantizeOptions options, ByteArithmetic arithmetic) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("model", in.toString());
        json.put("output", result.refused() == null ? out.toString() : null);
        json.put("refused", result.refused());
        json.put("opset", result.opset());
        json.put("processor", arithmetic.instructions().isEmpty() ? null : arithmetic.instructions());
        json.put("weight_bits", options.reduceRange() ? 7 : 8);
        json.put("bytes", result.bytesBefore());
        json.put("output_bytes", result.refused() == null ? result.bytesAfter() : null);
        json.put("calibration", result.calibration().word());
        ObjectNode tried = json.putObject("loss_by_calibration");
        result.tried().forEach((calibration, loss) -> number(tried, calibration.word(), loss));
        number(json, "loss", result.loss());
        number(json, "loss_all", result.lossAll());
        json.put("frames_calibrated", result.calibrated());
        json.put("frames_measured", result.measured());
        latency(json, "float_ms", result.floatRun());
        latency(json, "int8_ms", result.byteRun());
        number(json, "speedup", result.speedup());
        ArrayNode layers = json.putArray("layers");
        for (LayerReport layer : result.layers()) {
            ObjectNode row = layers.addObject();
            row.put("name", layer.name());
            row.put("operator", layer.operator());
            number(row, "work", layer.share());
            range(row, "input", layer.input());
            range(row, "output", layer.output());
            number(row, "snr_db", layer.signalToNoiseDb());
            number(row, "error_alone", layer.errorAlone());
            row.put("int8", layer.inFloat() == null);
            row.put("why_float", layer.inFloat());
        }
        return json;
    }

    private static void range(ObjectNode json, String key, Range range) {
        if (range == null) {
            json.putNull(key);
        } else {
            json.putArray(key).add(range.min()).add(range.max());
        }
    }

    private static void latency(ObjectNode json, String key, Latency latency) {
        if (latency == null) {
            json.putNull(key);
        } else {
            ObjectNode row = json.putObject(key);
            number(row, "min", latency.minMs());
            number(row, "p50", latency.p50Ms());
        }
    }

    private static void number(ObjectNode json, String key, double value) {
        if (Double.isFinite(value)) {
            json.put(key, value);
        } else {
            json.putNull(key);
        }
    }
}

package dev.vigil.app.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vigil.app.bench.Subscriber.Message;
import dev.vigil.frame.Step;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Figures of the detection messages of a stretch of time. */
final class Window {
    private final Map<Step, double[]> stepsMs = new EnumMap<>(Step.class);
    private final double[] ageMs;
    private final double[] overheadMs;
    private final double[] inRingMs;
    private final Map<String, Long> dropped = new TreeMap<>();
    private final Map<String, Integer> byCamera = new TreeMap<>();

    Window(List<Message> detections) {
        int count = detections.size();
        for (Step step : Step.ALL) {
            stepsMs.put(step, new double[count]);
        }
        ageMs = new double[count];
        overheadMs = new double[count];
        inRingMs = new double[count];
        for (int i = 0; i < count; i++) {
            Message message = detections.get(i);
            JsonNode json = message.json();
            JsonNode us = json.get("us");
            for (Step step : Step.ALL) {
                stepsMs.get(step)[i] = us.get(step.label()).longValue() / 1e3;
            }
            Instant captured = Instant.parse(json.get("captured").textValue());
            long capturedUtcUs = captured.getEpochSecond() * 1_000_000L + captured.getNano() / 1_000;
            ageMs[i] = (message.receivedUtcUs() - capturedUtcUs) / 1e3;
            overheadMs[i] = ageMs[i] - at(i, Step.DECODE) - at(i, Step.CONVERT) - at(i, Step.INFER) - at(i, Step.POST);
            inRingMs[i] =
                    at(i, Step.CONVERT) + at(i, Step.QUEUE) + at(i, Step.INFER) + at(i, Step.POST) + at(i, Step.ENCODE);
            json.get("dropped")
                    .properties()
                    .forEach(cause ->
                            dropped.merge(cause.getKey(), cause.getValue().longValue(), Long::sum));
            byCamera.merge(json.get("camera").textValue(), 1, Integer::sum);
        }
        stepsMs.values().forEach(Arrays::sort);
        Arrays.sort(ageMs);
        Arrays.sort(overheadMs);
        Arrays.sort(inRingMs);
    }

    private double at(int message, Step step) {
        return stepsMs.get(step)[message];
    }

    int count() {
        return ageMs.length;
    }

    /** Milliseconds of a step, sorted. */
    double[] step(Step step) {
        return stepsMs.get(step);
    }

    /** From the capture to the subscriber, in milliseconds, sorted. */
    double[] ageMs() {
        return ageMs;
    }

    /** What of the age is neither decoding, converting, inference nor decoding of boxes, in milliseconds, sorted. */
    double[] overheadMs() {
        return overheadMs;
    }

    /** From a frame's admission to the ring to its message, in milliseconds, sorted. */
    double[] inRingMs() {
        return inRingMs;
    }

    /** Frames that the messages tell of as dropped, by cause. */
    Map<String, Long> dropped() {
        return dropped;
    }

    Map<String, Integer> byCamera() {
        return byCamera;
    }

    /** The largest deviation of a camera's share of the messages from the mean of all cameras, 0..1. */
    double unfairness(int cameras) {
        double mean = (double) count() / cameras;
        double worst = byCamera.size() < cameras ? 1 : 0;
        for (int messages : byCamera.values()) {
            worst = Math.max(worst, Math.abs(messages - mean) / mean);
        }
        return worst;
    }

    /** What the stats messages say the daemon allocated on its heap for each frame that it published, in bytes. */
    static double allocatedPerFrame(List<Message> stats) {
        List<Double> values = new ArrayList<>();
        for (int i = 1; i < stats.size(); i++) {
            JsonNode before = stats.get(i - 1).json();
            JsonNode after = stats.get(i).json();
            long frames =
                    after.get("published").longValue() - before.get("published").longValue();
            long bytes = after.get("heap_allocated_bytes").longValue()
                    - before.get("heap_allocated_bytes").longValue();
            if (frames > 0) {
                values.add((double) bytes / frames);
            }
        }
        return Sample.of(values).median();
    }
}

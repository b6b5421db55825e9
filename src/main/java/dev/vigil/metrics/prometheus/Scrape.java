package dev.vigil.metrics.prometheus;

import dev.vigil.metrics.StepTimes;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Exemplar;
import io.prometheus.metrics.model.snapshots.Exemplars;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.Quantiles;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;
import io.prometheus.metrics.model.snapshots.SummarySnapshot.SummaryDataPointSnapshot;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The values of all metrics at one moment, and how they are written. Owned by one thread. */
public final class Scrape {
    /** From a step of some µs to a frame that has waited for seconds. */
    private static final long[] BOUNDS_US = {
        100,
        500,
        1_000,
        2_500,
        5_000,
        10_000,
        25_000,
        50_000,
        100_000,
        250_000,
        500_000,
        1_000_000,
        2_500_000,
        10_000_000
    };

    /** The same in seconds, and after them infinity. */
    private static final double[] BOUNDS_S = boundsS();

    private static final ExpositionFormats FORMATS = ExpositionFormats.init();

    private final Map<Metric, List<DataPointSnapshot>> points = new EnumMap<>(Metric.class);

    private static double[] boundsS() {
        double[] bounds = Arrays.copyOf(
                Arrays.stream(BOUNDS_US).mapToDouble(us -> us / 1e6).toArray(), BOUNDS_US.length + 1);
        bounds[BOUNDS_US.length] = Double.POSITIVE_INFINITY;
        return bounds;
    }

    /** The bounds that {@link #histogram} needs values spread by. */
    public static long[] boundsUs() {
        return BOUNDS_US.clone();
    }

    /**
     * Sets a counter or a gauge.
     *
     * @param labels values of the metric's labels, in their order
     */
    public void set(Metric metric, double value, String... labels) {
        add(
                metric,
                switch (metric.type()) {
                    case COUNTER -> new CounterDataPointSnapshot(value, labels(metric, labels), (Exemplar) null, 0);
                    case GAUGE -> new GaugeDataPointSnapshot(value, labels(metric, labels), null);
                    default -> throw new IllegalArgumentException(metric + " is no single value");
                });
    }

    public void set(Metric metric, boolean holds, String... labels) {
        set(metric, holds ? 1 : 0, labels);
    }

    /** @param spread by {@link #boundsUs} */
    public void histogram(Metric metric, StepTimes.Spread spread, String... labels) {
        ClassicHistogramBuckets buckets = ClassicHistogramBuckets.of(BOUNDS_S, spread.counts());
        add(
                metric,
                new HistogramDataPointSnapshot(
                        buckets, spread.sumUs() / 1e6, labels(metric, labels), Exemplars.EMPTY, 0));
    }

    public void summary(Metric metric, long count, double sum, String... labels) {
        add(
                metric,
                new SummaryDataPointSnapshot(count, sum, Quantiles.EMPTY, labels(metric, labels), Exemplars.EMPTY, 0));
    }

    private void add(Metric metric, DataPointSnapshot point) {
        points.computeIfAbsent(metric, m -> new ArrayList<>()).add(point);
    }

    private static Labels labels(Metric metric, String... values) {
        return Labels.of(metric.labels(), List.of(values));
    }

    /** A page in the format that whoever asks reads best. */
    public record Written(String contentType, byte[] content) {}

    /** @param accept what a request accepts; null for anything */
    public Written write(String accept) {
        ExpositionFormatWriter format = FORMATS.findWriter(textOnly(accept));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            format.write(out, snapshots());
        } catch (IOException e) {
            throw new IllegalStateException("memory takes what is written", e);
        }
        return new Written(format.getContentType(), out.toByteArray());
    }

    /** Prometheus may like Protobuf best, which the client would choose without having it. */
    private static String textOnly(String accept) {
        return accept == null
                ? null
                : Arrays.stream(accept.split(",", -1))
                        .filter(type -> !type.contains("protobuf"))
                        .collect(Collectors.joining(","));
    }

    private MetricSnapshots snapshots() {
        MetricSnapshots.Builder all = MetricSnapshots.builder();
        points.forEach((metric, of) -> all.metricSnapshot(snapshot(metric, of)));
        return all.build();
    }

    private static MetricSnapshot snapshot(Metric metric, List<DataPointSnapshot> of) {
        MetricMetadata about = new MetricMetadata(metric.title().replaceFirst("_total$", ""), metric.meaning());
        return switch (metric.type()) {
            case COUNTER -> new CounterSnapshot(about, cast(of, CounterDataPointSnapshot.class));
            case GAUGE -> new GaugeSnapshot(about, cast(of, GaugeDataPointSnapshot.class));
            case HISTOGRAM -> new HistogramSnapshot(about, cast(of, HistogramDataPointSnapshot.class));
            case SUMMARY -> new SummarySnapshot(about, cast(of, SummaryDataPointSnapshot.class));
        };
    }

    private static <T> List<T> cast(List<DataPointSnapshot> points, Class<T> type) {
        Stream<T> cast = points.stream().map(type::cast);
        return cast.toList();
    }
}

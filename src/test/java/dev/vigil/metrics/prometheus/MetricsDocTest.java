package dev.vigil.metrics.prometheus;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds {@code docs/metrics.md}, the dashboard and the alerts against the metrics that there are. */
class MetricsDocTest {
    private static final Pattern NAME = Pattern.compile("\\b(?:vigil|process|jvm)_[a-z_]+");

    @Test
    void shouldTellEveryMetricWithTypeUnitAndLabelsWhenTheDocumentIsRead() throws IOException {
        List<String> rows = Files.readAllLines(Path.of("docs/metrics.md")).stream()
                .filter(line -> line.startsWith("| `"))
                .toList();
        assertThat(rows)
                .isEqualTo(
                        Arrays.stream(Metric.values()).map(MetricsDocTest::row).toList());
    }

    private static String row(Metric metric) {
        String labels = metric.labels().stream().map(label -> "`" + label + "`").collect(Collectors.joining(", "));
        return "| `" + metric.title() + "` | " + metric.type().name().toLowerCase(Locale.ROOT) + " | " + metric.unit()
                + " | " + labels + " | " + metric.meaning() + " |";
    }

    @ParameterizedTest
    @EnumSource
    void shouldFollowPrometheusConventionsWhenItIsNamed(Metric metric) {
        assertThat(metric.title()).matches("(vigil|process|jvm)(_[a-z]+)+");
        assertThat(metric.title().endsWith("_total")).isEqualTo(metric.type() == Metric.Type.COUNTER);
        assertThat(metric.title())
                .doesNotContain("milli")
                .doesNotContain("micro")
                .doesNotContain("kilo");
        assertThat(metric.meaning()).endsWith(".").doesNotContain("|").doesNotContain("\n");
        if (metric.type() == Metric.Type.HISTOGRAM || metric.type() == Metric.Type.SUMMARY) {
            assertThat(metric.unit()).isEqualTo("seconds");
        }
        assertThat(Set.of(
                        "version",
                        "commit",
                        "java",
                        "camera",
                        "gpu",
                        "state",
                        "model",
                        "kind",
                        "cause",
                        "step",
                        "device",
                        "broker",
                        "status",
                        "area",
                        "pool",
                        "gc",
                        "resource"))
                .as("labels whose values are configured, or of an enum, or of the build, or parts of the box")
                .containsAll(metric.labels());
    }

    @ParameterizedTest
    @ValueSource(strings = {"config/grafana-dashboard.json", "config/alerts.yml", "docs/metrics.md"})
    void shouldUseOnlyMetricsThatThereAreWhenAFileNamesSome(String file) throws IOException {
        Set<String> there = new TreeSet<>();
        for (Metric metric : Metric.values()) {
            there.add(metric.title());
            if (metric.type() == Metric.Type.HISTOGRAM || metric.type() == Metric.Type.SUMMARY) {
                there.addAll(List.of(metric.title() + "_sum", metric.title() + "_count"));
            }
            if (metric.type() == Metric.Type.HISTOGRAM) {
                there.add(metric.title() + "_bucket");
            }
        }
        Set<String> used = NAME.matcher(Files.readString(Path.of(file)))
                .results()
                .map(MatchResult::group)
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(used).isNotEmpty();
        assertThat(there).containsAll(used);
    }
}

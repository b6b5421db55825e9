package dev.vigil.metrics.prometheus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.frame.Capture;
import dev.vigil.frame.FrameTimes;
import dev.vigil.frame.Step;
import dev.vigil.metrics.StepTimes;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ScrapeTest {
    @Test
    void shouldWriteBaseUnitsAndBucketsWhenStepsWereRecorded() {
        StepTimes times = new StepTimes();
        for (long ms : new long[] {1, 4, 4, 70}) {
            FrameTimes frame = new FrameTimes();
            frame.begin(0, Capture.atArrival(0));
            frame.mark(Step.INFER, ms * 1_000_000);
            times.record(frame, 60_000_000 + ms); // older than is told apart
        }
        Scrape scrape = new Scrape();
        scrape.histogram(Metric.STEP_SECONDS, times.step(Step.INFER, Scrape.boundsUs()), "gate", "infer");
        scrape.histogram(Metric.AGE_SECONDS, times.age(Scrape.boundsUs()), "gate");
        scrape.set(Metric.FRAMES_DROPPED, 3, "gate", "corrupt");
        String text = new String(scrape.write(null).content(), StandardCharsets.UTF_8);
        assertThat(text)
                .contains("# TYPE vigil_camera_step_seconds histogram")
                .contains("vigil_camera_step_seconds_bucket{camera=\"gate\",step=\"infer\",le=\"5.0E-4\"} 0")
                .contains("vigil_camera_step_seconds_bucket{camera=\"gate\",step=\"infer\",le=\"0.001\"} 1")
                .contains("vigil_camera_step_seconds_bucket{camera=\"gate\",step=\"infer\",le=\"0.005\"} 3")
                .contains("vigil_camera_step_seconds_bucket{camera=\"gate\",step=\"infer\",le=\"0.05\"} 3")
                .contains("vigil_camera_step_seconds_bucket{camera=\"gate\",step=\"infer\",le=\"0.1\"} 4")
                .contains("vigil_camera_step_seconds_bucket{camera=\"gate\",step=\"infer\",le=\"+Inf\"} 4")
                .contains("vigil_camera_step_seconds_sum{camera=\"gate\",step=\"infer\"} 0.079")
                .contains("vigil_camera_age_seconds_bucket{camera=\"gate\",le=\"10.0\"} 0")
                .contains("vigil_camera_age_seconds_count{camera=\"gate\"} 4")
                .contains("# TYPE vigil_camera_frames_dropped_total counter")
                .contains("vigil_camera_frames_dropped_total{camera=\"gate\",cause=\"corrupt\"} 3.0");
    }

    @Test
    void shouldWriteWhatIsReadBestWhenFormatsAreAccepted() {
        Scrape scrape = new Scrape();
        scrape.set(Metric.READY, true);
        Scrape.Written open = scrape.write("application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5");
        assertThat(open.contentType()).startsWith("application/openmetrics-text");
        assertThat(new String(open.content(), StandardCharsets.UTF_8)).endsWith("# EOF\n");
        Scrape.Written instead = scrape.write("application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;"
                + "encoding=delimited;q=0.6,application/openmetrics-text;version=1.0.0;q=0.5,*/*;q=0.1");
        assertThat(instead.contentType()).startsWith("application/openmetrics-text");
        Scrape.Written plain = scrape.write("text/html,*/*");
        assertThat(plain.contentType()).startsWith("text/plain; version=0.0.4");
        assertThat(new String(plain.content(), StandardCharsets.UTF_8)).contains("vigil_ready 1.0");
    }
}

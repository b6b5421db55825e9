package dev.vigil.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vigil.app.demo.EmbeddedBroker;
import dev.vigil.config.CameraConfig;
import dev.vigil.detect.DetectOptions;
import dev.vigil.detect.TileOptions;
import dev.vigil.lens.LensOptions;
import dev.vigil.mqtt.Await;
import dev.vigil.publish.PublishOptions;
import dev.vigil.source.Ffmpeg;
import dev.vigil.source.SourceOptions;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A camera whose lens is covered for a while: what a subscriber is told of it. */
@Timeout(90)
class LensTest {
    @TempDir
    private Path folder;

    @Test
    void shouldTellOfBlackPicturesAndThatTheyAreOverAndOnlyOfThoseThatAreJudged() throws Exception {
        Path video = Ffmpeg.run(
                folder.resolve("covered.mp4"),
                List.of(
                        "-f",
                        "lavfi",
                        "-i",
                        "testsrc2=size=640x360:rate=10:duration=12",
                        "-vf",
                        "drawbox=color=black:t=fill:enable='between(t,4,8)'",
                        "-c:v",
                        "mjpeg"));
        SourceOptions source = TestDaemon.impatient(video.toUri());
        LensOptions quick = new LensOptions(
                true, Duration.ofMillis(100), Duration.ofSeconds(1), Duration.ofSeconds(60), Duration.ofSeconds(60));
        LensOptions off =
                new LensOptions(false, quick.interval(), quick.blackAfter(), quick.frozenAfter(), quick.blurredAfter());
        try (EmbeddedBroker broker = EmbeddedBroker.start(0)) {
            URI uri = URI.create("mqtt://127.0.0.1:" + broker.port());
            List<CameraConfig> cameras = List.of(camera("cam1", source, quick), camera("cam2", source, off));
            try (TestDaemon daemon = new TestDaemon(folder, TestDaemon.impatient(uri, null, null), cameras)) {
                daemon.subscribe(uri);
                daemon.start();
                Await.until("a warning", Duration.ofSeconds(40), () -> kinds(daemon, 1)
                        .contains("lens_black"));
                Await.until("its end", Duration.ofSeconds(40), () -> kinds(daemon, 1)
                        .isEmpty());
                assertThat(daemon.statuses(2)).isNotEmpty().allMatch(s -> s.get("warnings")
                        .isEmpty());
                assertThat(daemon.statuses(1))
                        .flatMap(LensTest::kinds)
                        .as("and of nothing else")
                        .containsOnly("lens_black");
            }
        }
    }

    private static CameraConfig camera(String name, SourceOptions source, LensOptions lens) {
        return new CameraConfig(
                name,
                "small",
                true,
                source,
                DetectOptions.DEFAULT,
                PublishOptions.DEFAULT,
                List.of(),
                lens,
                TileOptions.NONE);
    }

    /** Of the warnings that were told last. */
    private static List<String> kinds(TestDaemon daemon, int camera) {
        List<JsonNode> statuses = daemon.statuses(camera);
        return statuses.isEmpty() ? List.of() : kinds(statuses.get(statuses.size() - 1));
    }

    private static List<String> kinds(JsonNode status) {
        return StreamSupport.stream(status.get("warnings").spliterator(), false)
                .map(warning -> warning.get("kind").textValue())
                .toList();
    }
}

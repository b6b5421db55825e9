package dev.vigil.workshop.trial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vigil.base.Clock;
import dev.vigil.detect.Labels;
import dev.vigil.source.SourceOptions;
import dev.vigil.workshop.accuracy.TruthException;
import dev.vigil.workshop.accuracy.TruthFile;
import dev.vigil.workshop.trial.FrameSet.Source;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FrameTruthsTest {
    private static final Path TRUTH = Path.of("media/demo-clip.truth.json");
    private static final SourceOptions CLIP =
            SourceOptions.builder(Path.of("media/demo-clip.mp4").toUri()).build();

    @TempDir
    Path folder;

    private FrameSet take(String... shown) throws Exception {
        List<Source> sources = new ArrayList<>();
        for (String name : shown) {
            sources.add(new Source(name, CLIP, false));
        }
        return FrameSet.take(sources, 4, Duration.ofSeconds(1), folder, Clock.SYSTEM, line -> {});
    }

    private static TruthFile read(Labels labels) throws IOException {
        return TruthFile.read(TRUTH, labels, yaml -> List.of());
    }

    @Test
    void shouldTellObjectsOfTheFramesThatAreKnownWhenOthersAreNot() throws Exception {
        Labels labels = Labels.of(List.of("cat", "person"), "the test");
        try (FrameSet frames = take("media/demo-clip.mp4", "media/other.mp4")) {
            FrameTruths truths = FrameTruths.of(TRUTH, read(labels), frames);
            assertThat(truths.known()).isEqualTo(2);
            assertThat(truths.of(0)).isNotEmpty();
            assertThat(truths.of(3)).as("a frame of another video").isNull();
            assertThat(truths.count())
                    .isEqualTo(truths.of(0).size() + truths.of(1).size());
            assertThat(truths.unknown()).as("told, not dropped").isEqualTo(unknownIn(frames));
        }
    }

    /** The objects of the first two frames that are neither cat nor person. */
    private static Map<String, Integer> unknownIn(FrameSet frames) throws IOException {
        Map<String, Integer> unknown = new TreeMap<>();
        for (int i = 0; i < 2; i++) {
            read(Labels.of(List.of("cat", "person"), "the test"))
                    .of("demo-clip.mp4", frames.name(i).number(), 1280, 720)
                    .unknown()
                    .forEach(label -> unknown.merge(label, 1, Integer::sum));
        }
        assertThat(unknown).isNotEmpty();
        return unknown;
    }

    @Test
    void shouldRefuseWhenItKnowsNothingOfAnyFrame() throws Exception {
        try (FrameSet frames = take("media/other.mp4")) {
            assertThatThrownBy(() -> FrameTruths.of(TRUTH, read(Labels.of(List.of("cat"), "the test")), frames))
                    .isInstanceOf(TruthException.class)
                    .hasMessage(
                            "media/demo-clip.truth.json: knows nothing of any frame: it is the truth of 400 frames of a"
                                    + " video called demo-clip, and the first frame is media/other.mp4 51");
        }
    }

    @Test
    void shouldRefuseWhenTwoFramesWouldBeTheSame() throws Exception {
        try (FrameSet frames = take("a/demo-clip.mp4", "b/demo-clip.mp4")) {
            assertThatThrownBy(() -> FrameTruths.of(TRUTH, read(Labels.of(List.of("cat"), "the test")), frames))
                    .hasMessageContaining("would be of both a/demo-clip.mp4 ")
                    .hasMessageContaining(" and b/demo-clip.mp4 ");
        }
    }
}

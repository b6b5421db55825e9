package dev.vigil.workshop.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import dev.vigil.source.SourceOptions;
import dev.vigil.workshop.trial.FrameSet.Source;
import dev.vigil.workshop.trial.FrameWalk.Place;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SplitTest {
    private static final long NS_PER_S = 1_000_000_000L;
    private static final int LABELS = 3;

    private static Source source(String name) {
        return new Source(
                name, SourceOptions.builder(URI.create("file:///clip")).build(), false);
    }

    private static Candidate candidate(
            Source source, long number, long length, double seconds, int scene, int... labels) {
        BitSet seen = new BitSet();
        IntStream.of(labels).forEach(seen::set);
        Place place = new Place(source, number, length, (long) (seconds * NS_PER_S));
        return new Candidate(Path.of(source.shown() + number), place, scene, new float[0], seen, 640, 360);
    }

    /** A camera that hangs still: a frame each half second, all of one scene. */
    private static List<Candidate> stillCamera(int frames) {
        Source source = source("gate.mp4");
        return IntStream.range(0, frames)
                .mapToObj(i -> candidate(source, i + 1, frames, i * 0.5, 0, i % 4 == 0 ? new int[] {0} : new int[] {}))
                .toList();
    }

    private static void assertNothingTwice(Split split, int all) {
        Set<Integer> seen = new HashSet<>(split.train());
        seen.addAll(split.val());
        assertThat(seen).hasSize(split.train().size() + split.val().size());
        assertThat(seen.size() + split.between()).isEqualTo(all);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.1, 0.2, 0.5})
    void shouldLeaveTimeBetweenTheSidesWhenAVideoIsOneScene(double share) {
        List<Candidate> candidates = stillCamera(1_000); // 500 s
        for (long seed = 0; seed < 5; seed++) {
            Split split = Split.of(candidates, share, LABELS, seed);

            assertNothingTwice(split, 1_000);
            double valShare = split.val().size()
                    / (double) (split.val().size() + split.train().size());
            assertThat(valShare).isCloseTo(share, offset(0.06));
            for (int train : split.train()) {
                for (int val : split.val()) {
                    long apartNs = Math.abs(candidates.get(train).place().timeNs()
                            - candidates.get(val).place().timeNs());
                    assertThat(apartNs).isGreaterThanOrEqualTo(2 * NS_PER_S);
                }
            }
            assertThat(split).as("by its seed").isEqualTo(Split.of(candidates, share, LABELS, seed));
        }
        Split split = Split.of(candidates, share, LABELS, 1);
        assertThat(split.equals(Split.of(candidates, share, LABELS, 2)))
                .as("whatever the seed")
                .isFalse();
        assertThat(split.val().get(split.val().size() - 1) - split.val().get(0))
                .as("of several times, not of one only")
                .isGreaterThan(split.val().size());
    }

    @Test
    void shouldKeepScenesTogetherWhenThereAreMany() {
        List<Candidate> candidates = new ArrayList<>();
        for (int video = 0; video < 12; video++) {
            Source source = source("video" + video);
            for (int i = 0; i < 10; i++) {
                // Each video has two scenes, 30 s apart.
                candidates.add(candidate(source, i + 1, 10, i < 5 ? i : 30 + i, 2 * video + i / 5, video % LABELS));
            }
        }

        Split split = Split.of(candidates, 0.25, LABELS, 7);

        assertNothingTwice(split, candidates.size());
        assertThat(split.between()).isZero();
        assertThat(split.val()).hasSize(30);
        Set<Integer> scenesOfVal = new HashSet<>();
        split.val().forEach(i -> scenesOfVal.add(candidates.get(i).scene()));
        assertThat(split.train())
                .noneMatch(i -> scenesOfVal.contains(candidates.get(i).scene()));
        for (int label = 0; label < LABELS; label++) {
            int wanted = label;
            assertThat(split.val().stream()
                            .filter(i -> candidates.get(i).labels().get(wanted)))
                    .as("label %d is on both sides", label)
                    .hasSizeBetween(5, 15);
        }
    }

    @Test
    void shouldKeepPicturesOfOneSceneTogetherWhenTheyHaveNoTime() {
        List<Candidate> candidates = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            candidates.add(candidate(source("photo" + i + ".jpg"), 1, 1, 0, i / 2)); // pairs
        }

        Split split = Split.of(candidates, 0.2, LABELS, 0);

        assertNothingTwice(split, 40);
        assertThat(split.between()).isZero();
        assertThat(split.val()).hasSize(8);
        split.val().forEach(i -> assertThat(split.val()).contains(i ^ 1));
    }

    @Test
    void shouldDoWhatCanBeDoneWhenThereIsLittle() {
        List<Candidate> one = stillCamera(1);
        assertThat(Split.of(one, 0.2, LABELS, 0)).isEqualTo(new Split(List.of(0), List.of(), 0));
        Split ofTwo = Split.of(stillCamera(2), 0.2, LABELS, 0);
        assertThat(ofTwo.val()).hasSize(1);
        assertThat(ofTwo.train()).hasSize(1);
        List<Candidate> many = stillCamera(50);
        assertThat(Split.of(many, 0, LABELS, 0).val()).isEmpty();
        assertThat(Split.of(many, 0, LABELS, 0).train()).hasSize(50);
    }

    @Test
    void shouldNameEachPictureOnceWhenSourcesAreCalledTheSame() {
        FileNames names = new FileNames();
        assertThat(names.of(new Place(source("a/clip.mp4"), 7, 100, 0))).isEqualTo("clip-000007");
        assertThat(names.of(new Place(source("b/clip.mp4"), 7, 100, 0))).isEqualTo("clip-2-000007");
        assertThat(names.of(new Place(source("clip-000007.jpg"), 1, 1, 0))).isEqualTo("clip-000007-2");
        assertThat(names.of(new Place(source("CLIP-000007.png"), 1, 1, 0))).isEqualTo("CLIP-000007-2-2");
        assertThat(names.of(new Place(source("rtsp://box/büro 1?x=/y"), 3, Long.MAX_VALUE, 0)))
                .isEqualTo("b_ro_1-000003");
        assertThat(names.of(new Place(source("/.jpg"), 1, 1, 0))).isEqualTo("frame.jpg");
    }
}

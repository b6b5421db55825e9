package dev.vigil.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.vigil.frame.Window;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SeamMergeTest {
    private static final int WIDTH = 1000;
    private static final int HEIGHT = 800;
    /** Four tiles that share a strip from 450 to 550 across and from 360 to 440 down, and the whole. */
    private static final Window[] VIEWS = {
        new Window(0, 0, 550, 440),
        new Window(450, 0, 550, 440),
        new Window(0, 360, 550, 440),
        new Window(450, 360, 550, 440),
        new Window(0, 0, WIDTH, HEIGHT)
    };

    private static final BoxRules RULES = rules(100, BoxFilter.NONE);

    private final Detections[] found = new Detections[VIEWS.length];
    private final Detections merged = new Detections(100, 1);
    private final SeamMerge merge = new SeamMerge();

    SeamMergeTest() {
        for (int i = 0; i < found.length; i++) {
            found[i] = new Detections(100, 1);
        }
    }

    private static BoxRules rules(int boxesMax, Integer ofClass) {
        return rules(boxesMax, new BoxFilter(null, null, null, null, null, ofClass));
    }

    private static BoxRules rules(int boxesMax, BoxFilter each) {
        LabelFilters filters = new LabelFilters(List.of(), each, Map.of());
        return new DetectOptions(0.3f, new Suppression.Override(null, 0.45f, null), boxesMax, filters)
                .rules(Suppression.USUAL, Labels.numbered(3));
    }

    private void add(int view, float x1, float y1, float x2, float y2, float score, int classId) {
        found[view].add(x1, y1, x2, y2, score, classId);
        found[view].keypoint(0, x1 + view, y1);
    }

    /** What a view would see of an object: the part of it that is inside. */
    private void see(int view, float x1, float y1, float x2, float y2, float score) {
        Window window = VIEWS[view];
        float left = Math.max(x1, window.leftPx());
        float top = Math.max(y1, window.topPx());
        float right = Math.min(x2, window.rightPx());
        float bottom = Math.min(y2, window.bottomPx());
        if (left < right && top < bottom) {
            add(view, left, top, right, bottom, score, 0);
        }
    }

    private void merge(int views) {
        merge.merge(found, VIEWS, views, WIDTH, HEIGHT, RULES, merged);
    }

    private void assertBox(int i, float x1, float y1, float x2, float y2, float score) {
        assertThat(new float[] {merged.x1(i), merged.y1(i), merged.x2(i), merged.y2(i), merged.score(i)})
                .containsExactly(new float[] {x1, y1, x2, y2, score}, within(0.001f));
    }

    @Test
    void shouldKeepTheBetterWhenTwoViewsShowTheSameAsAWhole() {
        add(0, 460, 100, 520, 160, 0.7f, 0);
        add(1, 462, 101, 522, 161, 0.8f, 0);
        merge(4);
        assertThat(merged.count()).isEqualTo(1);
        assertBox(0, 462, 101, 522, 161, 0.8f);
        assertThat(merge.viewOf(0)).isEqualTo(1);
        assertThat(merged.keypointX(0, 0)).as("of the box that stays").isEqualTo(463);
    }

    @Test
    void shouldKeepTheFullerWithTheBestScoreWhenOneViewShowsAPartOnly() {
        add(1, 460, 100, 600, 160, 0.5f, 0); // whole in the second view
        add(0, 460, 100, 550, 160, 0.9f, 0); // cut off in the first
        merge(4);
        assertThat(merged.count()).isEqualTo(1);
        assertBox(0, 460, 100, 600, 160, 0.9f);
    }

    @Test
    void shouldJoinThePartsWhenNoViewShowsTheWhole() {
        add(0, 200, 100, 549, 300, 0.6f, 0);
        add(1, 451, 104, 800, 298, 0.7f, 0);
        merge(4);
        assertThat(merged.count()).isEqualTo(1);
        assertBox(0, 200, 100, 800, 300, 0.7f);
    }

    @Test
    void shouldFindOnceWhatLiesInTheCornerOfFourTilesWhateverItsSize() {
        for (int half : new int[] {10, 30, 45, 60, 100, 200, 340}) {
            for (int offset : new int[] {0, 17, -33}) {
                for (Detections each : found) {
                    each.clear();
                }
                float x = 500 + offset;
                float y = 400 - offset / 2f;
                for (int view = 0; view < 4; view++) {
                    see(view, x - half, y - half, x + half, y + half, 0.5f + view / 10f);
                }
                merge(4);
                assertThat(merged.count())
                        .as("of size %d, off by %d: %s", 2 * half, offset, merged)
                        .isEqualTo(1);
                assertThat(merged.x1(0)).isEqualTo(x - half);
                assertThat(merged.y1(0)).isEqualTo(y - half);
                assertThat(merged.x2(0)).isEqualTo(x + half);
                assertThat(merged.y2(0)).isEqualTo(y + half);
            }
        }
    }

    /** Objects that do not touch, of any place and size: each once, and each where it is. */
    @Test
    void shouldFindEachOnceWhenObjectsLieAnywhere() {
        Random random = new Random(5);
        for (int round = 0; round < 2_000; round++) {
            List<float[]> objects = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                float w = 8 + random.nextInt(300);
                float h = 8 + random.nextInt(300);
                float x = random.nextFloat() * (WIDTH - w);
                float y = random.nextFloat() * (HEIGHT - h);
                float[] object = {x, y, x + w, y + h};
                if (objects.stream().allMatch(other -> apart(object, other))) {
                    objects.add(object);
                }
            }
            int views = 4 + round % 2;
            for (Detections each : found) {
                each.clear();
            }
            for (int view = 0; view < views; view++) {
                for (float[] o : objects) {
                    see(view, o[0], o[1], o[2], o[3], 0.5f + random.nextFloat() / 2);
                }
            }
            merge(views);
            assertThat(merged.count()).as("round %d: %s", round, merged).isEqualTo(objects.size());
            for (float[] o : objects) {
                boolean there = false;
                for (int i = 0; i < merged.count(); i++) {
                    there |= merged.x1(i) == o[0]
                            && merged.y1(i) == o[1]
                            && merged.x2(i) == o[2]
                            && merged.y2(i) == o[3];
                }
                assertThat(there)
                        .as("round %d: an object at %s", round, java.util.Arrays.toString(o))
                        .isTrue();
            }
        }
    }

    private static boolean apart(float[] a, float[] b) {
        return a[2] + 1 < b[0] || b[2] + 1 < a[0] || a[3] + 1 < b[1] || b[3] + 1 < a[1];
    }

    @Test
    void shouldJoinFromPartToPartWhenSomethingIsLongerThanTwoTiles() {
        Window[] row = new Window[5];
        for (int i = 0; i < row.length; i++) {
            row[i] = new Window(180 * i, 0, 280, HEIGHT);
        }
        // The middle, which holds the others together, comes last.
        float[] scores = {0.9f, 0.6f, 0.8f, 0.5f, 0.7f};
        for (int i = 0; i < row.length; i++) {
            add(i, Math.max(20, 180 * i), 100, Math.min(980, 180 * i + 280), 200, scores[i], 0);
        }
        merge.merge(found, row, 5, WIDTH, HEIGHT, RULES, merged);
        assertThat(merged.count()).isEqualTo(1);
        assertBox(0, 20, 100, 980, 200, 0.9f);
    }

    @Test
    void shouldKeepBothWhenClassesOrPlacesDiffer() {
        add(0, 460, 100, 520, 160, 0.7f, 0);
        add(1, 462, 101, 522, 161, 0.8f, 1);
        add(1, 530, 300, 545, 320, 0.6f, 0); // small, in front of
        add(0, 100, 200, 550, 400, 0.5f, 0); // something large that is cut
        merge(4);
        assertThat(merged.count()).isEqualTo(4);
    }

    @Test
    void shouldKeepWhatOneViewHasToldApartWhenPartsOfBothAreSeenBesides() {
        add(0, 400, 100, 500, 300, 0.9f, 0);
        add(0, 440, 110, 540, 310, 0.8f, 0); // its neighbour, half behind it
        add(1, 450, 100, 500, 300, 0.7f, 0); // the first, cut
        add(1, 450, 110, 540, 310, 0.7f, 0); // the second, cut
        merge(4);
        assertThat(merged.count()).isEqualTo(2);
        assertBox(0, 400, 100, 500, 300, 0.9f);
        assertBox(1, 440, 110, 540, 310, 0.8f);
    }

    @Test
    void shouldCallNoBoxCutWhenItEndsAtTheFramesEdge() {
        add(0, 0, 0, 60, 60, 0.9f, 0);
        add(4, 0, 0, 200, 200, 0.8f, 0); // another one, around it
        merge(5);
        assertThat(merged.count()).isEqualTo(2);
    }

    @Test
    void shouldKeepTheBestWhenThereIsNoRoomForAll() {
        Detections two = new Detections(2, 1);
        for (int i = 0; i < 50; i++) {
            add(
                    i % 4,
                    VIEWS[i % 4].leftPx() + 40 + 8 * i,
                    VIEWS[i % 4].topPx() + 40,
                    VIEWS[i % 4].leftPx() + 44 + 8 * i,
                    VIEWS[i % 4].topPx() + 44,
                    0.3f + i / 100f,
                    0);
        }
        merge.merge(found, VIEWS, 4, WIDTH, HEIGHT, RULES, two);
        assertThat(two.count()).isEqualTo(2);
        assertThat(two.score(0)).isEqualTo(0.79f);
        assertThat(two.score(1)).isEqualTo(0.78f);
        merge.merge(found, VIEWS, 4, WIDTH, HEIGHT, rules(1, BoxFilter.NONE), merged);
        assertThat(merged.count()).isEqualTo(1);
    }

    @Test
    void shouldKeepTheBestOfEachClassWhenThereIsALimitToThem() {
        for (int i = 0; i < 12; i++) {
            add(
                    i % 4,
                    VIEWS[i % 4].leftPx() + 40 + 20 * i,
                    60,
                    VIEWS[i % 4].leftPx() + 55 + 20 * i,
                    80,
                    0.9f - i / 100f,
                    i / 6);
        }
        merge.merge(found, VIEWS, 4, WIDTH, HEIGHT, rules(3, 2), merged);
        assertThat(merged.count()).as("two of the first class, and one more").isEqualTo(3);
        assertThat(new float[] {merged.score(0), merged.score(1), merged.score(2)})
                .containsExactly(0.9f, 0.89f, 0.84f);
        assertThat(merged.classId(2)).isEqualTo(1);
        assertThat(merge.viewOf(2))
                .as("of the box, whatever was left out before it")
                .isEqualTo(6 % 4);
    }

    /** 600x200 of 1000x800 is 0.15 of it and 3 to 1; its parts are 349x200. */
    @Test
    void shouldJudgeAreaAndRatioOfWhatIsJoinedAndNotOfItsParts() {
        add(0, 200, 100, 549, 300, 0.6f, 0);
        add(1, 451, 100, 800, 300, 0.7f, 0);
        add(2, 100, 500, 300, 700, 0.9f, 0); // another, of 0.05
        BoxFilter[] wanting = {
            new BoxFilter(null, 0.1f, null, null, null, null),
            new BoxFilter(null, null, null, 2.5f, null, null),
            new BoxFilter(null, 0.1f, null, null, null, 1)
        };
        for (BoxFilter filter : wanting) {
            merge.merge(found, VIEWS, 4, WIDTH, HEIGHT, rules(100, filter), merged);
            assertThat(merged.count()).as("%s", filter).isEqualTo(1);
            assertBox(0, 200, 100, 800, 300, 0.7f);
            assertThat(merge.viewOf(0)).as("of the best part").isEqualTo(1);
        }
        BoxFilter[] refusing = {
            new BoxFilter(null, null, 0.1f, null, null, null), new BoxFilter(null, null, null, null, 2.5f, null)
        };
        for (BoxFilter filter : refusing) {
            merge.merge(found, VIEWS, 4, WIDTH, HEIGHT, rules(100, filter), merged);
            assertThat(merged.count()).as("%s", filter).isEqualTo(1);
            assertBox(0, 100, 500, 300, 700, 0.9f);
        }
    }

    @Test
    void shouldGiveNoPointsWhenTheFramesBoxesMayHaveMoreOfThem() {
        Detections ofTwoModels = new Detections(100, 5);
        add(0, 100, 100, 200, 200, 0.9f, 0);
        merge.merge(found, VIEWS, 4, WIDTH, HEIGHT, RULES, ofTwoModels);
        assertThat(ofTwoModels.keypoints(0)).isEqualTo(1);
        assertThat(ofTwoModels.keypointX(0, 0)).isEqualTo(100);
    }

    @Test
    void shouldGiveNothingWhenNothingWasFound() {
        merge(5);
        assertThat(merged.count()).isZero();
    }
}

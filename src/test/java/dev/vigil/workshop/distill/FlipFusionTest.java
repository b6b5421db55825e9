package dev.vigil.workshop.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import dev.vigil.detect.Detections;
import dev.vigil.frame.Window;
import java.util.List;
import org.junit.jupiter.api.Test;

class FlipFusionTest {
    /** Each x1, y1, x2, y2, score, class. */
    static Detections boxes(float[]... rows) {
        Detections boxes = new Detections(Math.max(1, rows.length));
        for (float[] row : rows) {
            boxes.add(row[0], row[1], row[2], row[3], row[4], (int) row[5]);
        }
        return boxes;
    }

    private static float[] box(float x1, float y1, float x2, float y2, float score, int classId) {
        return new float[] {x1, y1, x2, y2, score, classId};
    }

    @Test
    void shouldBeTheMeanByScoreWhenBothLooksAgree() {
        // By hand: (0.9 * 10 + 0.3 * 14) / 1.2 = 11, (0.9 * 110 + 0.3 * 106) / 1.2 = 109, score (0.9 + 0.3) / 2
        Detections fused =
                FlipFusion.fuse(List.of(boxes(box(10, 20, 110, 220, 0.9f, 1)), boxes(box(14, 20, 106, 220, 0.3f, 1))));

        assertThat(fused.count()).isEqualTo(1);
        assertThat(fused.x1(0)).isCloseTo(11, offset(1e-4f));
        assertThat(fused.x2(0)).isCloseTo(109, offset(1e-4f));
        assertThat(fused.y1(0)).isEqualTo(20);
        assertThat(fused.y2(0)).isEqualTo(220);
        assertThat(fused.score(0)).isCloseTo(0.6f, offset(1e-6f));
        assertThat(fused.classId(0)).isEqualTo(1);
    }

    @Test
    void shouldHaveHalfTheScoreWhenOneLookDidNotSeeIt() {
        Detections fused = FlipFusion.fuse(List.of(
                boxes(box(0, 0, 10, 10, 0.8f, 0), box(50, 50, 90, 90, 0.7f, 2)), boxes(box(50, 50, 90, 90, 0.7f, 2))));

        assertThat(fused).hasToString("[2 0.70 (50.0, 50.0, 90.0, 90.0), 0 0.40 (0.0, 0.0, 10.0, 10.0)]");
    }

    @Test
    void shouldStayApartWhenClassesOrPlacesDiffer() {
        Detections fused = FlipFusion.fuse(List.of(
                boxes(box(0, 0, 10, 10, 0.8f, 0)), boxes(box(0, 0, 10, 10, 0.8f, 1), box(0, 0, 10, 5, 0.6f, 0))));

        assertThat(fused.count()).as("an IoU of 0.5 is too little").isEqualTo(3);
    }

    @Test
    void shouldCountALookOnceWhenItHasTwoBoxesThere() {
        // As with car and truck that are both called vehicle.
        Detections fused = FlipFusion.fuse(List.of(
                boxes(box(0, 0, 10, 10, 0.8f, 0), box(0, 0, 10, 10, 0.4f, 0)), boxes(box(0, 0, 10, 10, 0.6f, 0))));

        assertThat(fused.count()).isEqualTo(1);
        assertThat(fused.score(0)).isCloseTo(0.7f, offset(1e-6f));
    }

    @Test
    void shouldLeaveThePartAwayWhenAnotherViewHasTheWhole() {
        Window left = new Window(0, 0, 60, 100);
        Window all = new Window(0, 0, 100, 100);
        Detections whole = boxes(box(10, 10, 50, 90, 0.9f, 0), box(60, 60, 70, 70, 0.5f, 0));
        Detections upper = boxes(box(12, 10, 48, 40, 0.6f, 0), box(12, 10, 48, 40, 0.6f, 1));
        Detections merged = boxes(
                box(10, 10, 50, 90, 0.9f, 0),
                box(12, 10, 48, 40, 0.6f, 0),
                box(12, 10, 48, 40, 0.6f, 1),
                box(60, 60, 70, 70, 0.5f, 0));

        Detections kept = Doubles.without(merged, new Detections[] {upper, whole}, new Window[] {left, all});

        assertThat(kept)
                .hasToString("[0 0.90 (10.0, 10.0, 50.0, 90.0), 1 0.60 (12.0, 10.0, 48.0, 40.0), 0 0.50 (60.0, 60.0,"
                        + " 70.0, 70.0)]");
    }

    @Test
    void shouldKeepBothWhenAViewTellsThemApart() {
        Window all = new Window(0, 0, 100, 100);
        // A child before its father: the whole shows both.
        Detections whole = boxes(box(10, 10, 50, 90, 0.9f, 0), box(20, 50, 40, 90, 0.6f, 0));

        Detections kept = Doubles.without(whole, new Detections[] {whole}, new Window[] {all});

        assertThat(kept.count()).isEqualTo(2);
    }
}

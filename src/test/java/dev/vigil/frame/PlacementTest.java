package dev.vigil.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class PlacementTest {
    @Test
    void shouldComeBackToTheFramesPixelWhenMappedThereAndBack() {
        Random random = new Random(1);
        Placement placement = new Placement();
        for (int i = 0; i < 10_000; i++) {
            int width = 1 + random.nextInt(8_000);
            int height = 1 + random.nextInt(8_000);
            float scaleX = 0.05f + random.nextFloat();
            float scaleY = 0.05f + random.nextFloat();
            float left = random.nextInt(300);
            float top = random.nextInt(300);
            placement.set(width, height, scaleX, scaleY, left, top);
            float x = random.nextFloat() * width;
            float y = random.nextFloat() * height;
            assertThat(placement.toFrameX(x * scaleX + left)).isCloseTo(x, within(0.05f));
            assertThat(placement.toFrameY(y * scaleY + top)).isCloseTo(y, within(0.05f));
        }
    }

    @Test
    void shouldHoldCoordinatesInsideTheFrameWhenTheyLieInThePadding() {
        Placement placement = new Placement();
        placement.set(1920, 1080, 300f / 1920, 169f / 1080, 0, 65);
        assertThat(placement.toFrameX(-20)).isZero();
        assertThat(placement.toFrameX(320)).isEqualTo(1920);
        assertThat(placement.toFrameY(10)).isZero();
        assertThat(placement.toFrameY(299)).isEqualTo(1080);
        assertThat(placement.toFrameX(Float.NEGATIVE_INFINITY)).isZero();
        assertThat(placement.toFrameY(Float.POSITIVE_INFINITY)).isEqualTo(1080);
        assertThat(placement.toFrameXUnbounded(-30)).isCloseTo(-192, within(1e-3f));
        assertThat(placement.toFrameYUnbounded(65 + 338)).isCloseTo(2160, within(1e-3f));
        assertThat(placement.frameWidthPx()).isEqualTo(1920);
        assertThat(placement.frameHeightPx()).isEqualTo(1080);
    }
}

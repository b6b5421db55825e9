package dev.vigil.lens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUV420P;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_alloc;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_get_buffer;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC1;

import dev.vigil.base.Clock;
import dev.vigil.base.ManualClock;
import dev.vigil.frame.Feed;
import dev.vigil.frame.Warnings;
import dev.vigil.source.PictureReader;
import dev.vigil.source.SourceOptions;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Size;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real pictures, and what happens to lenses, at two pictures a second of a clock that the test owns. */
class LensHealthTest {
    private static final int WIDTH = 1280;
    private static final int HEIGHT = 720;
    private static final int BLACK = 16;

    /** Brightness of every 10th picture of the clip. */
    private static final List<byte[]> CLIP = new ArrayList<>();

    private static AVFrame frame;

    private final Feed feed = new Feed("gate", false);
    private final Random random = new Random(1);
    /** Drawn from for each pixel: Gaussian numbers cost more than all the rest. */
    private final double[] gaussian =
            random.doubles(1 << 16).map(unused -> random.nextGaussian()).toArray();

    private int drawn;
    private final List<String> told = new ArrayList<>();
    private final ManualClock clock = new ManualClock(1, 0);
    private final LensHealth lens = new LensHealth(feed, LensOptions.DEFAULT, clock);

    LensHealthTest() {
        feed.warnings().onChange(new Warnings.Listener() {
            @Override
            public void onRaised(Warnings.Warning warning) {
                told.add("+" + warning.kind().label());
            }

            @Override
            public void onCleared(Warnings.Warning warning) {
                told.add("-" + warning.kind().label());
            }
        });
    }

    @BeforeAll
    static void readClip() throws Exception {
        frame = av_frame_alloc();
        frame.format(AV_PIX_FMT_YUV420P).width(WIDTH).height(HEIGHT);
        assertThat(av_frame_get_buffer(frame, 64)).isZero();
        try (PictureReader reader = open()) {
            int number = 0;
            for (AVFrame read = reader.next(); read != null; read = reader.next()) {
                if (number++ % 10 == 0) {
                    byte[] luma = new byte[WIDTH * HEIGHT];
                    ByteBuffer bytes = bytes(read);
                    for (int y = 0; y < HEIGHT; y++) {
                        bytes.get(y * read.linesize(0), luma, y * WIDTH, WIDTH);
                    }
                    CLIP.add(luma);
                }
            }
        }
        assertThat(CLIP).hasSize(40);
    }

    @AfterAll
    static void free() {
        av_frame_free(frame);
    }

    private static PictureReader open() throws Exception {
        return PictureReader.open(
                SourceOptions.builder(Path.of("media/demo-clip.mp4").toUri())
                        .hardware(SourceOptions.Hardware.NONE)
                        .build(),
                Clock.SYSTEM);
    }

    private static ByteBuffer bytes(AVFrame of) {
        return of.data(0).capacity((long) of.linesize(0) * of.height()).asByteBuffer();
    }

    /** What is done to a pixel of the clip. */
    private interface Change {
        int of(int value, int x, int y);
    }

    private static final Change NONE = (value, x, y) -> value;

    private Change noise(double sigma, Change before) {
        return (value, x, y) -> (int) Math.round(before.of(value, x, y) + sigma * gaussian[(drawn += 7919) & 0xffff]);
    }

    private void look(byte[] luma, Change change) {
        ByteBuffer bytes = bytes(frame);
        for (int y = 0; y < HEIGHT; y++) {
            for (int x = 0; x < WIDTH; x++) {
                int value = change.of(luma[y * WIDTH + x] & 0xff, x, y);
                bytes.put(y * frame.linesize(0) + x, (byte) Math.min(Math.max(value, 0), 255));
            }
        }
        look(frame);
    }

    private void look(AVFrame of) {
        lens.look(of);
        clock.advanceNs(TimeUnit.MILLISECONDS.toNanos(500));
    }

    private void clip(int seconds, Change change) {
        for (int i = 0; i < 2 * seconds; i++) {
            look(CLIP.get(i % CLIP.size()), change);
        }
    }

    private void still(int seconds, Change change) {
        for (int i = 0; i < 2 * seconds; i++) {
            look(CLIP.get(0), change);
        }
    }

    private void blurred(int seconds, double sigmaPx, double noise) {
        List<byte[]> softened = new ArrayList<>();
        for (byte[] luma : CLIP) {
            byte[] soft = new byte[WIDTH * HEIGHT];
            try (Mat sharp = new Mat(HEIGHT, WIDTH, CV_8UC1);
                    Mat out = new Mat();
                    Size size = new Size(0, 0)) {
                sharp.data().put(luma, 0, soft.length);
                opencv_imgproc.GaussianBlur(sharp, out, size, sigmaPx);
                out.data().get(soft, 0, soft.length);
            }
            softened.add(soft);
        }
        for (int i = 0; i < 2 * seconds; i++) {
            look(softened.get(i % softened.size()), noise == 0 ? NONE : noise(noise, NONE));
        }
    }

    @Test
    void shouldSayNothingOfAnyFrameWhenClipIsUntouched() throws Exception {
        for (int loop = 0; loop < 2; loop++) {
            try (PictureReader reader = open()) {
                for (AVFrame read = reader.next(); read != null; read = reader.next()) {
                    look(read);
                }
            }
        }
        assertThat(told).isEmpty();
    }

    @Test
    void shouldTellOfBlackAfterTenSecondsAndTakeItBackWhenPicturesComeAgain() {
        clip(30, NONE);
        clip(9, noise(1, (v, x, y) -> BLACK));
        assertThat(told).isEmpty();
        clip(2, noise(1, (v, x, y) -> BLACK));
        assertThat(told).containsExactly("+lens_black");
        clip(4, NONE);
        assertThat(told).as("not yet: it may be a flash").hasSize(1);
        clip(2, NONE);
        assertThat(told).containsExactly("+lens_black", "-lens_black");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 6})
    void shouldNotCallNightBlackWhenThereIsStructure(int noise) {
        still(30, NONE);
        clip(90, noise(noise, (v, x, y) -> BLACK + (v - BLACK) / 8));
        assertThat(told).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {60, 128, 235})
    void shouldTellOfOneColourWhateverItIs(int value) {
        clip(30, NONE);
        clip(12, noise(2, (v, x, y) -> value));
        assertThat(told).containsExactly("+lens_uniform");
    }

    @Test
    void shouldNotFlapWhenHeadlightsOrBusPass() {
        clip(20, NONE);
        clip(5, (v, x, y) -> 90); // a bus
        clip(20, NONE);
        assertThat(told).isEmpty();
        clip(15, (v, x, y) -> BLACK);
        clip(1, (v, x, y) -> x < WIDTH / 3 ? 220 : BLACK); // headlights
        clip(15, (v, x, y) -> BLACK);
        assertThat(told).containsExactly("+lens_black");
    }

    @Test
    void shouldTellOfFrozenPictureAfterAMinuteWhileItsClockRuns() {
        int[] tick = {0};
        Change clockAtTop = (v, x, y) -> y < 40 && x < 300 ? (x / 8 + tick[0]) % 2 * 200 : v;
        for (int second = 0; second < 62; second++) {
            assertThat(told).as("after %d s", second).hasSize(second > 60 ? 1 : 0);
            tick[0]++;
            still(1, clockAtTop);
        }
        assertThat(told).containsExactly("+lens_frozen");
        clip(1, NONE);
        assertThat(told).containsExactly("+lens_frozen", "-lens_frozen");
    }

    @Test
    void shouldNotCallPictureFrozenWhenOnlyItsNoiseOrSomethingSmallMoves() {
        still(70, noise(1.5, NONE));
        int[] at = {0};
        for (int second = 0; second < 70; second++) {
            at[0] = 300 + 20 * (second % 20);
            still(1, (v, x, y) -> x >= at[0] && x < at[0] + 20 && y >= 300 && y < 360 ? 30 : v);
        }
        assertThat(told).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(doubles = {4, 6, 10})
    void shouldTellOfBlurThatCameraDidNotHaveBefore(double sigmaPx) {
        clip(30, NONE);
        blurred(58, sigmaPx, 0);
        assertThat(told).isEmpty();
        blurred(4, sigmaPx, 0);
        assertThat(told).containsExactly("+lens_blurred");
        clip(32, NONE);
        assertThat(told).containsExactly("+lens_blurred", "-lens_blurred");
    }

    @Test
    void shouldTellOfBlurUnderNoise() {
        clip(30, noise(3, NONE));
        blurred(62, 6, 3);
        assertThat(told).containsExactly("+lens_blurred");
    }

    @Test
    void shouldTellOfStrongBlurWhenCameraNeverWasSharp() {
        blurred(62, 7, 0);
        assertThat(told).containsExactly("+lens_blurred");
    }

    @Test
    void shouldNotMindSlightBlur() {
        clip(30, NONE);
        blurred(90, 1, 0);
        assertThat(told).isEmpty();
    }

    @Test
    void shouldKnowNothingWhenPicturesEndAndBeginAgainFromZero() {
        clip(12, (v, x, y) -> BLACK);
        assertThat(told).containsExactly("+lens_black");
        lens.pause();
        assertThat(told).containsExactly("+lens_black", "-lens_black");
        clock.advanceNs(TimeUnit.HOURS.toNanos(1));
        clip(9, (v, x, y) -> BLACK);
        assertThat(told).hasSize(2);
    }

    @Test
    void shouldNotProveAnythingByTwoPicturesThatAreFarApart() {
        clip(1, (v, x, y) -> BLACK);
        clock.advanceNs(TimeUnit.MINUTES.toNanos(5));
        clip(1, (v, x, y) -> BLACK);
        assertThat(told).isEmpty();
    }
}

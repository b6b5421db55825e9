package dev.vigil.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.Sequence;
import dev.vigil.base.Clock;
import dev.vigil.detect.DetectOptions;
import dev.vigil.detect.Labels;
import dev.vigil.detect.Suppression;
import dev.vigil.detect.TileOptions;
import dev.vigil.frame.Capture;
import dev.vigil.frame.DropCause;
import dev.vigil.frame.Feed;
import dev.vigil.frame.InputSpec;
import dev.vigil.frame.Ledger;
import dev.vigil.frame.Picture;
import dev.vigil.metrics.health.Pulse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who gets how much of a model that can not do it all: cameras of made-up rates on a made-up clock. */
class IngressTest {
    private static final InputSpec SPEC = new InputSpec(
            32,
            32,
            InputSpec.Layout.NCHW,
            InputSpec.Element.FLOAT32,
            InputSpec.Color.RGB,
            new float[3],
            new float[] {1, 1, 1},
            InputSpec.Resize.STRETCH,
            new int[3]);
    private static final long TICK_US = 1_000;

    private final List<Lane> lanes = new ArrayList<>();
    private final Sequence done = new Sequence();
    private final RingBuffer<Slot> ring =
            RingBuffer.createSingleProducer(() -> new Slot(0, 1, 1, 0), 4, new ParkingWaitStrategy());
    private final Random random = new Random(1);
    private Ingress ingress;
    private long nowUs;
    private double[] rates;
    private double[] nextUs;
    private long servedAtUs;
    private double capacity;
    private long largestWaitUs;

    private final Clock clock = new Clock() {
        @Override
        public long monotonicNs() {
            return nowUs * 1_000;
        }

        @Override
        public long utcUs() {
            return nowUs;
        }
    };

    /** Cameras that send {@code rates} frames a second to a model that does {@code capacity}. */
    private void build(double capacityFps, double... fps) {
        capacity = capacityFps;
        rates = fps;
        nextUs = new double[fps.length];
        for (int i = 0; i < fps.length; i++) {
            lanes.add(new Lane(
                    new Feed("camera-" + i, false),
                    SPEC,
                    DetectOptions.DEFAULT.rules(Suppression.USUAL, Labels.numbered(1)),
                    TileOptions.NONE));
            nextUs[i] = random.nextDouble() * 1e6 / fps[i];
        }
        ring.addGatingSequences(done);
        ingress = new Ingress(ring, clock, Pulse.unwatched(clock), "test");
        ingress.lanes(lanes.toArray(Lane[]::new), 1);
    }

    /** Time passes: cameras send, and whenever the model is free one frame is let in. */
    private void pass(double seconds) throws InterruptedException {
        long endUs = nowUs + (long) (seconds * 1e6);
        for (; nowUs < endUs; nowUs += TICK_US) {
            for (int i = 0; i < rates.length; i++) {
                while (nextUs[i] <= nowUs) {
                    send(lanes.get(i).feed);
                    nextUs[i] += 1e6 / rates[i] * (0.95 + 0.1 * random.nextDouble());
                }
            }
            if (nowUs >= servedAtUs && ingress.letIn()) {
                servedAtUs = nowUs + (long) (1e6 / capacity);
                serve();
            }
        }
    }

    private void send(Feed feed) throws InterruptedException {
        Picture picture = feed.mailbox().obtain();
        picture.setNumber(feed.ledger().read());
        picture.times().begin(nowUs * 1_000, Capture.atArrival(nowUs));
        feed.mailbox().offer(picture);
    }

    private void serve() {
        Slot slot = ring.get(ring.getCursor());
        largestWaitUs = Math.max(largestWaitUs, slot.times.totalUs());
        slot.feed().ledger().published();
        slot.releasePicture();
        done.set(ring.getCursor());
        ingress.left(1);
    }

    private long[] published() {
        return lanes.stream()
                .mapToLong(lane -> lane.feed.ledger().snapshot().published())
                .toArray();
    }

    private double[] fpsSince(long[] before, double seconds) {
        long[] now = published();
        double[] fps = new double[now.length];
        for (int i = 0; i < now.length; i++) {
            fps[i] = (now[i] - before[i]) / seconds;
        }
        return fps;
    }

    @AfterEach
    void close() {
        for (Lane lane : lanes) {
            lane.feed.mailbox().close();
            Ledger.Snapshot ledger = lane.feed.ledger().snapshot();
            assertThat(ledger.balances()).isTrue();
            assertThat(ledger.inFlight()).isZero();
            lane.close();
        }
    }

    @ParameterizedTest
    @CsvSource({
        // model's frames/s; each camera's rate; the share that is fair: the small ones all, the others the same
        "60, 5 25 100, 5 25 30",
        "30, 5 25 100, 5 12.5 12.5",
        "12, 5 25 100, 4 4 4",
        "80, 25 25 25 25 25 25 25 25, 10 10 10 10 10 10 10 10",
        "50, 1 1 1 100 100, 1 1 1 23.5 23.5",
        "300, 5 25 100, 5 25 100",
    })
    void shouldGiveEachCameraItsRateOrItsFairShare(double capacity, String rates, String shares) throws Exception {
        build(capacity, numbers(rates));
        pass(2);
        long[] before = published();
        pass(40);
        double[] fps = fpsSince(before, 40);
        double[] expected = numbers(shares);
        for (int i = 0; i < fps.length; i++) {
            assertThat(fps[i])
                    .as("camera %d of %s", i, Arrays.toString(fps))
                    .isCloseTo(expected[i], Percentage.withPercentage(10));
        }
    }

    private static double[] numbers(String text) {
        return Arrays.stream(text.split(" ")).mapToDouble(Double::parseDouble).toArray();
    }

    @Test
    void shouldNotStarveTheOthersWhenCameraComesBackAfterPause() throws Exception {
        build(30, 25, 25, 25);
        double rate = rates[0];
        nextUs[0] = 600e6; // it is away for ten minutes
        pass(600);
        long[] before = published();
        rates[0] = rate;
        pass(2);
        double[] fps = fpsSince(before, 2);
        assertThat(fps[0]).as(Arrays.toString(fps)).isBetween(8.0, 13.0);
        assertThat(fps[1]).as(Arrays.toString(fps)).isBetween(8.0, 12.0);
        assertThat(fps[2]).as(Arrays.toString(fps)).isBetween(8.0, 12.0);
    }

    @Test
    void shouldTakeOnlyFreshFramesWhenOverloaded() throws Exception {
        build(20, 25, 25, 25, 25);
        pass(30);
        // A frame that has waited for longer than its camera's interval has been superseded.
        assertThat(largestWaitUs).isLessThanOrEqualTo(45_000);
        for (Lane lane : lanes) {
            assertThat(lane.feed.ledger().snapshot().dropped(DropCause.SUPERSEDED))
                    .isPositive();
        }
    }

    /** Its thread must outlive mailboxes that close between its look and its grip. */
    @Test
    void shouldLetNothingInWhenMailboxClosesBetweenLookAndGrip() throws Exception {
        build(30, 25);
        Lane lane = lanes.get(0);
        send(lane.feed);
        lane.feed.mailbox().close();
        assertThat(ingress.letIn(lane)).isFalse();
        assertThat(ingress.letIn()).isFalse();
        assertThat(ingress.isEmpty()).isTrue();
        assertThat(ring.getCursor()).isEqualTo(-1);
    }
}

package dev.vigil.source;

import dev.vigil.base.Clock;
import dev.vigil.frame.Feed;
import dev.vigil.frame.Ledger;
import dev.vigil.frame.Picture;
import dev.vigil.mqtt.Await;
import dev.vigil.source.CameraStatus.State;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;

/** A camera that is read, with its pictures taken at once and noted, and every word about its state. */
final class CameraProbe implements AutoCloseable {
    /** What is noted of a picture. */
    record Taken(long number, int widthPx, int heightPx, long arrivalUs) {}

    final Feed feed;
    final List<Taken> pictures = new CopyOnWriteArrayList<>();
    final List<CameraStatus> statuses = new CopyOnWriteArrayList<>();
    final CameraReader reader;

    CameraProbe(SourceOptions options) {
        this(new Feed("probe", !options.realtime()), options, Clock.SYSTEM);
    }

    CameraProbe(Feed feed, SourceOptions options, Clock clock) {
        this.feed = feed;
        this.reader = new CameraReader(feed, options, clock, new Random(1), statuses::add);
        feed.mailbox().onArrival(this::take);
    }

    /** On the reader's thread, so that no picture is superseded. */
    private void take() {
        Picture picture = feed.mailbox().take();
        pictures.add(new Taken(
                picture.number(),
                picture.frame().width(),
                picture.frame().height(),
                picture.times().arrivalUs()));
        feed.ledger().published();
        feed.mailbox().recycle(picture);
    }

    CameraProbe start() {
        reader.start();
        return this;
    }

    List<Long> numbers() {
        return pictures.stream().map(Taken::number).toList();
    }

    Ledger.Snapshot ledger() {
        return feed.ledger().snapshot();
    }

    CameraStatus awaitState(State state) {
        Await.until(
                "state " + state + ", it is " + reader.status(),
                () -> reader.status().state() == state);
        return reader.status();
    }

    /** The first time that it was down. */
    CameraStatus awaitDown() {
        Await.until("a failure", () -> statuses.stream().anyMatch(s -> s.state() == State.DOWN));
        return statuses.stream()
                .filter(s -> s.state() == State.DOWN)
                .findFirst()
                .orElseThrow();
    }

    void awaitPictures(int count) {
        Await.until(count + " pictures", () -> pictures.size() >= count);
    }

    /** True when the thread is gone after a stop, within a generous time. */
    boolean stop() throws InterruptedException {
        reader.stop();
        return reader.join(Duration.ofSeconds(10));
    }

    @Override
    public void close() {
        reader.close();
        feed.mailbox().close();
    }

    /** A file that is read as fast as it goes, to its end. */
    static CameraProbe readFile(Path file) {
        CameraProbe probe = new CameraProbe(file(file)).start();
        probe.awaitState(State.ENDED);
        return probe;
    }

    static SourceOptions file(Path file) {
        return SourceOptions.builder(file.toUri()).realtime(false).build();
    }

    /** Deadlines of a few hundred milliseconds, and quick tries. */
    static SourceOptions hasty(String uri) {
        return SourceOptions.builder(URI.create(uri))
                .hardware(SourceOptions.Hardware.NONE)
                .openTimeout(Duration.ofMillis(1500))
                .firstFrameTimeout(Duration.ofMillis(1500))
                .readTimeout(Duration.ofMillis(600))
                .retry(Duration.ofMillis(50), Duration.ofMillis(200))
                .build();
    }

    static SourceOptions withFps(SourceOptions options, double fpsMax) {
        return options.toBuilder().fpsMax(fpsMax).build();
    }
}

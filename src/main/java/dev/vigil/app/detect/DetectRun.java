package dev.vigil.app.detect;

import dev.vigil.app.media.MediaSource;
import dev.vigil.app.media.MediaSource.Form;
import dev.vigil.app.media.Reasons;
import dev.vigil.base.Clock;
import dev.vigil.detect.DetectOptions;
import dev.vigil.detect.Labels;
import dev.vigil.detect.TileOptions;
import dev.vigil.frame.DropCause;
import dev.vigil.frame.Feed;
import dev.vigil.infer.InferException;
import dev.vigil.pipeline.FramePipeline;
import dev.vigil.pipeline.LoadedModel;
import dev.vigil.publish.FrameResult;
import dev.vigil.publish.ResultSink;
import dev.vigil.source.Abort;
import dev.vigil.source.FrameGate;
import dev.vigil.source.SourceException;
import dev.vigil.source.SourceReader;
import dev.vigil.source.StreamChoice;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/**
 * Reads sources one after the other into one pipeline. All files go through one lossless feed without a pause in between, so
 * that the next is decoded while the last is inferred; a stream has a feed that keeps the newest frame only.
 *
 * <p>{@link #read} is the main thread's; results come on the pipeline's last thread, in the order of reading. The spans of the
 * sources that are on their way are guarded by this.
 */
final class DetectRun implements ResultSink, AutoCloseable {
    /** More than any inference takes before it is ended. */
    private static final Duration STUCK = Duration.ofSeconds(30);
    /** What is in inference when a signal comes is shown if it does not take longer than this. */
    private static final Duration STOPPING = Duration.ofSeconds(1);

    private final Feed files = new Feed("files", true);
    private final Feed streams = new Feed("streams", false);
    private final FramePipeline pipeline;
    private final Clock clock;
    private final Options options;
    private final Output output;
    private final SavedPictures saved;
    private final Progress progress;
    private final BiConsumer<String, String> onFailure;
    private final Labels labels;
    private final ArrayDeque<Span> spans = new ArrayDeque<>();
    private final Abort abort = new Abort();
    private int sourcesBegun;
    /** Belongs to the pipeline's last thread. */
    private boolean saving;

    private volatile boolean unread;

    /**
     * @param tiles how frames are cut; the model was loaded for so many views
     * @param streamFor how long a stream is looked at, from its first picture
     * @param every each how many-th frame is inferred
     */
    record Options(DetectOptions detect, TileOptions tiles, Duration streamFor, int every) {}

    /**
     * @param saved null for none
     * @param onFailure takes what failed as people may see it, and why; from any thread
     */
    DetectRun(
            LoadedModel model,
            Options options,
            Output output,
            SavedPictures saved,
            Progress progress,
            BiConsumer<String, String> onFailure,
            Clock clock)
            throws InferException {
        this.clock = clock;
        this.options = options;
        this.output = output;
        this.saved = saved;
        this.saving = saved != null;
        this.progress = progress;
        this.onFailure = onFailure;
        this.labels = model.labels().all();
        this.pipeline = new FramePipeline(model, options.detect().boxesMax(), this, clock, saved != null);
        pipeline.add(files, options.detect(), options.tiles());
        pipeline.add(streams, options.detect(), options.tiles());
        pipeline.start();
    }

    /**
     * Reads all sources and waits for the last result; a source that fails is told of, and the next one goes on.
     *
     * @return false when it was ended because nobody reads the output any more
     */
    boolean read(List<MediaSource> sources) throws InterruptedException {
        Feed last = files;
        for (MediaSource source : sources) {
            Feed feed = source.form() == Form.STREAM ? streams : files;
            if (feed != last || feed == streams) {
                awaitResults(last); // keeps the sources' order, and the drops of one stream from the next one's account
            }
            last = feed;
            if (abort.isRequested()) {
                break;
            }
            read(source, feed);
        }
        awaitResults(last);
        synchronized (this) {
            while (!spans.isEmpty()) {
                close(spans.poll());
            }
        }
        progress.clear();
        output.end();
        return !unread;
    }

    private void read(MediaSource source, Feed feed) throws InterruptedException {
        Span span = new Span(source, feed);
        synchronized (this) {
            spans.add(span);
            sourcesBegun++;
        }
        FrameGate gate = (number, arrivalNs) -> (span.number(number) - 1) % options.every() == 0;
        // A stream that has been looked at for long enough is let go by its own abort; the common one is for all.
        Abort enough = new Abort();
        abort.onRequest(enough::request);
        long[] endNs = {Long.MAX_VALUE};
        boolean failed = false;
        try {
            StreamChoice choice = new StreamChoice(source.options(), feed.warnings(), clock);
            SourceReader.read(source.shown(), feed, choice, gate, clock, enough, stream -> {
                if (source.form() == Form.STREAM && isOver(endNs)) {
                    enough.request();
                }
            });
        } catch (SourceException e) {
            if (!enough.isRequested()) {
                failed = true;
                fail(source.shown(), Reasons.of(source, e));
            }
        } finally {
            abort.onRequest(null);
            synchronized (this) {
                span.end(failed);
            }
        }
    }

    private boolean isOver(long[] endNs) {
        long nowNs = clock.monotonicNs();
        if (endNs[0] == Long.MAX_VALUE) {
            endNs[0] = nowNs + options.streamFor().toNanos();
        }
        return nowNs - endNs[0] >= 0;
    }

    /** Waits until all that was read is published or dropped. */
    private void awaitResults(Feed feed) throws InterruptedException {
        long progressNs = clock.monotonicNs();
        long inFlight = feed.ledger().snapshot().inFlight();
        while (inFlight > 0) {
            TimeUnit.MILLISECONDS.sleep(2);
            long now = feed.ledger().snapshot().inFlight();
            if (now != inFlight) {
                inFlight = now;
                progressNs = clock.monotonicNs();
            } else if (abort.isRequested() && clock.monotonicNs() - progressNs > STOPPING.toNanos()) {
                return;
            } else if (clock.monotonicNs() - progressNs > STUCK.toNanos()) {
                fail("inference", "stands still with " + inFlight + " frames inside");
                return;
            }
        }
    }

    @Override
    public void accept(FrameResult result) {
        Span span;
        int index;
        synchronized (this) {
            while (!spans.isEmpty() && !spans.element().holds(result)) {
                close(spans.remove());
            }
            if (spans.isEmpty()) { // too late: its source was given up
                result.feed().ledger().dropped(DropCause.SHUT_DOWN);
                return;
            }
            span = spans.element();
            index = sourcesBegun - spans.size() + 1;
        }
        long number = span.number(result.number());
        if (saving) {
            save(span.source, number, result);
        }
        progress.beforeOutput();
        if (!output.frame(span.source, number, result)) {
            unread = true;
            stop();
        }
        progress.frame(span.source, index);
        synchronized (this) {
            span.count(result);
        }
        result.feed().ledger().published();
    }

    private void save(MediaSource source, long number, FrameResult result) {
        try {
            saved.save(source, number, result);
        } catch (IOException e) {
            saving = false;
            fail("--save", "no more pictures are written: " + e.getMessage());
        }
    }

    /** All of the source's frames have gone through. Called with the lock held. */
    private void close(Span span) {
        if (span.lost() > 0 && !abort.isRequested()) {
            fail(span.source.shown(), Counted.of(span.lost(), "frame") + " failed in the pipeline");
        }
        Span.Summary summary = span.summary(labels);
        if (summary.damaged() > 0 && !span.hasFailed()) {
            fail(summary.source(), Counted.of(summary.damaged(), "damaged frame") + " left out");
        }
        output.source(summary);
    }

    private void fail(String what, String why) {
        progress.clear();
        onFailure.accept(what, why);
    }

    /** Ends the reading of all sources; from any thread, returns at once. */
    void stop() {
        abort.request();
    }

    @Override
    public void close() {
        stop();
        pipeline.close();
    }
}

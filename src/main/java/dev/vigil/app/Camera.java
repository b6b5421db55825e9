package dev.vigil.app;

import dev.vigil.app.control.CameraSettings;
import dev.vigil.app.http.PictureTap;
import dev.vigil.app.repair.Part;
import dev.vigil.base.Clock;
import dev.vigil.config.CameraConfig;
import dev.vigil.frame.Feed;
import dev.vigil.frame.Warnings;
import dev.vigil.lens.LensHealth;
import dev.vigil.metrics.StepTimes;
import dev.vigil.publish.CameraMessages;
import dev.vigil.source.CameraReader;
import dev.vigil.source.CameraStatus;
import dev.vigil.source.SourceAddress;
import dev.vigil.source.SourceOptions;
import java.util.List;
import java.util.function.BiFunction;

/**
 * All that a daemon has of one camera that runs. Its feed, and with it its account and the numbers of its frames, stays for as
 * long as it is configured; the rest may be changed meanwhile, by one thread at a time, and is read by any.
 */
public final class Camera {
    private final Feed feed;
    private final CameraMessages messages;
    private final StepTimes times;
    private final CameraSettings settings;
    private final BiFunction<Feed, SourceOptions, CameraReader> readers;
    private final Clock clock;
    private final long beganNs;
    private final PictureTap tap = new PictureTap();
    private volatile CameraConfig config;
    private volatile CameraReader reader;
    private volatile LensHealth lens;
    /** Null until its model is loaded. */
    private volatile RunningModel model;

    private final Part readerPart = new ReaderPart();
    /** Guarded by this. */
    private boolean ended;

    // owned by the thread that changes it
    /** Of its model, that are told of even when there is none. */
    private List<String> labels = List.of();

    /**
     * @param readers makes what reads a source into the feed; not started
     */
    Camera(
            CameraConfig config,
            Feed feed,
            CameraMessages messages,
            StepTimes times,
            BiFunction<Feed, SourceOptions, CameraReader> readers,
            Clock clock) {
        this.config = config;
        this.feed = feed;
        this.messages = messages;
        this.times = times;
        this.readers = readers;
        this.clock = clock;
        this.beganNs = clock.monotonicNs();
        this.lens = new LensHealth(feed, config.lens(), clock);
        this.reader = readers.apply(feed, config.source());
        this.settings = new CameraSettings(config, reader);
    }

    /** Whether every frame of a source is wanted, whatever time it takes. */
    static boolean isLossless(SourceOptions source) {
        return SourceAddress.kind(source.uri()) == SourceAddress.Kind.FILE && !source.realtime();
    }

    public String name() {
        return feed.camera();
    }

    public CameraConfig config() {
        return config;
    }

    public Feed feed() {
        return feed;
    }

    CameraMessages messages() {
        return messages;
    }

    public StepTimes times() {
        return times;
    }

    CameraSettings settings() {
        return settings;
    }

    public CameraReader reader() {
        return reader;
    }

    LensHealth lens() {
        return lens;
    }

    /** Since when it is configured, on the monotonic clock. */
    public long beganNs() {
        return beganNs;
    }

    /** Where a picture can be had from. */
    public PictureTap tap() {
        return tap;
    }

    /** What looks at its frames; null until that is loaded. */
    public RunningModel model() {
        return model;
    }

    /** Is told, on the reader's thread, of each change of its status. */
    void changed(CameraStatus status) {
        switch (status.state()) {
            case UP -> renew();
            case DISABLED -> lens.forget();
            default -> lens.pause();
        }
    }

    public boolean isUp() {
        return reader.status().state() == CameraStatus.State.UP;
    }

    List<String> labels() {
        return labels;
    }

    /** What subscribers know of it may not be what was published last. */
    void renew() {
        RunningModel at = model;
        if (at != null) {
            at.renew(this);
        }
    }

    /** Whether it can be changed into what is configured; otherwise another has to take its place. */
    boolean canBecome(CameraConfig next) {
        return feed.mailbox().isLossless() == isLossless(next.source());
    }

    /**
     * Takes what is configured now, all but its model. Only when something else is to be read, or in another way, it is connected
     * to again.
     */
    synchronized void change(CameraConfig next) {
        CameraReader before = reader;
        boolean again = !withoutRate(next.source()).equals(withoutRate(config.source()));
        boolean publishedOtherwise = !next.publish().equals(config.publish());
        boolean cutOtherwise = !next.tiles().equals(config.tiles());
        boolean judgedOtherwise = again || !next.lens().equals(config.lens());
        config = next;
        if (publishedOtherwise && model != null) {
            model.changePublish(this);
        }
        if (cutOtherwise && model != null) {
            model.changeTiles(this);
        }
        if (again) {
            reader = readers.apply(feed, next.source());
        }
        settings.change(next, reader);
        if (again) {
            before.close();
        }
        if (judgedOtherwise) {
            lens.pause();
            lens = new LensHealth(feed, next.lens(), clock);
        }
        if (again) {
            for (Warnings.Kind kind : Warnings.Kind.values()) {
                feed.warnings().clear(kind);
            }
            reader.start();
        }
    }

    private static SourceOptions withoutRate(SourceOptions source) {
        return source.toBuilder().fpsMax(0).build();
    }

    /** Has its frames seen by a model, which may be the one that sees them now. */
    void seenBy(RunningModel next, List<String> newLabels) {
        if (model == next) {
            if (!labels.equals(newLabels)) {
                labels = newLabels;
                next.changeLabels(this);
            }
            return;
        }
        if (model != null) {
            model.remove(this);
        }
        labels = newLabels;
        model = next;
        next.add(this);
    }

    /** Its reader, which can be restarted alone. */
    Part readerPart() {
        return readerPart;
    }

    /** The thread that reads it; restarted from the repairing thread only. */
    private final class ReaderPart implements Part {
        @Override
        public String name() {
            return feed.camera() + " reader";
        }

        @Override
        public String trouble(long nowNs) {
            return reader.trouble(nowNs);
        }

        @Override
        public void restart(List<Thread> leftBehind) {
            synchronized (Camera.this) {
                Thread stuck = reader.giveUp();
                if (stuck != null) {
                    leftBehind.add(stuck);
                }
                if (!ended) {
                    reader = readers.apply(feed, config.source());
                    settings.change(config, reader);
                    reader.start();
                }
            }
        }
    }

    /** Ends it for good; its reader has been told to stop. What of its frames is inside still comes through. */
    void end() {
        synchronized (this) {
            ended = true;
        }
        reader.close();
        if (model != null) {
            model.remove(this);
        }
        feed.mailbox().close();
    }
}

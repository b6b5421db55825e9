package dev.vigil.lens;

import dev.vigil.base.Clock;
import dev.vigil.frame.Feed;
import dev.vigil.frame.Picture;
import dev.vigil.frame.Warnings;
import dev.vigil.frame.Warnings.Kind;
import java.util.EnumMap;
import java.util.Map;
import org.bytedeco.ffmpeg.avutil.AVFrame;

/**
 * Judges one camera's pictures, and raises and clears the warnings of its lens. What is told is what lasts, see {@link
 * Persistence}; {@code docs/lens.md} tells what is judged.
 *
 * <p>Threadsafe: pictures come from the converting thread, the camera's going from its reader. A picture that is not looked at
 * costs a look at the clock.
 */
public final class LensHealth {
    /** What is left of the same picture when it is encoded again (x264 at CRF 23: 0.001; with the least noise in it: 0.1). */
    private static final double CHANGED_MAX = 0.01;

    /** Something small that moves in a picture without noise changes less than that, but by more than this. */
    private static final int CHANGE_MAX = 8;

    /** Out of focus for a camera that showed steeper edges until now. */
    private static final double STEEPNESS_LEFT = 0.5;

    private static final double EDGES_USUAL_MIN = 0.05;
    private static final double EDGES_LEFT = 0.1;
    /** In the dark, edges may be too weak to be seen. */
    private static final int BRIGHT_MIN = 40;
    /** Pictures after which the camera's own usual is known. */
    private static final int LEARNT_MIN = 20;
    /** The usual is a mean over so many pictures, an hour at two a second. */
    private static final int LEARNT_MAX = 7_200;

    private final Warnings warnings;
    private final Clock clock;
    private final long intervalNs;
    private final LumaRows rows = new LumaRows();
    private final LensMeter meter = new LensMeter();
    private final Map<Kind, Persistence> lasting = new EnumMap<>(Kind.class);
    private final boolean enabled;

    /** When the last picture was looked at; 0 before the first. Read without the lock. */
    private volatile long lookedNs;

    private int kind;
    private boolean referred;
    private int learnt;
    private double usualSteepness;
    private double usualEdges;

    public LensHealth(Feed feed, LensOptions options, Clock clock) {
        this.warnings = feed.warnings();
        this.clock = clock;
        this.enabled = options.enabled();
        this.intervalNs = options.interval().toNanos();
        lasting.put(Kind.LENS_BLACK, new Persistence(options.blackAfter().toNanos(), 2));
        lasting.put(Kind.LENS_UNIFORM, new Persistence(options.blackAfter().toNanos(), 2));
        lasting.put(Kind.LENS_FROZEN, new Persistence(options.frozenAfter().toNanos(), 0));
        lasting.put(Kind.LENS_BLURRED, new Persistence(options.blurredAfter().toNanos(), 2));
    }

    /** Looks at a picture, if it is time; the picture stays the caller's. */
    public void look(Picture picture) {
        look(picture.frame());
    }

    void look(AVFrame frame) {
        if (!enabled) {
            return;
        }
        long nowNs = clock.monotonicNs();
        if (lookedNs != 0 && nowNs - lookedNs < intervalNs) {
            return;
        }
        synchronized (this) {
            long elapsedNs = lookedNs == 0 ? 0 : nowNs - lookedNs;
            lookedNs = nowNs;
            if (rows.read(frame)) {
                if (kind != rows.kind()) {
                    kind = rows.kind();
                    forget();
                }
                meter.measure(rows);
                judge(elapsedNs);
            } else {
                pause();
            }
        }
    }

    private void judge(long elapsedNs) {
        boolean black = meter.isBlack();
        boolean uniform = meter.isUniform();
        tell(
                Kind.LENS_BLACK,
                lasting.get(Kind.LENS_BLACK).step(black, elapsedNs),
                "the picture is black: is the lens covered, or the light off?");
        tell(
                Kind.LENS_UNIFORM,
                lasting.get(Kind.LENS_UNIFORM).step(uniform, elapsedNs),
                "the picture is all of one colour: is the lens covered or fogged?");
        boolean same = referred && meter.changedShare() <= CHANGED_MAX && meter.changeMost() <= CHANGE_MAX;
        if (!same) {
            meter.refer();
            referred = true;
        }
        // A black picture does not change either, and has been told of.
        tell(
                Kind.LENS_FROZEN,
                lasting.get(Kind.LENS_FROZEN).step(same && !black && !uniform, elapsedNs),
                "the picture does not change, not even by noise: the camera sends the same one again and again");
        focus(elapsedNs, black || uniform);
    }

    private void focus(long elapsedNs, boolean empty) {
        Persistence blurred = lasting.get(Kind.LENS_BLURRED);
        if (empty) {
            return; // nothing in it that could be sharp
        }
        boolean known = learnt >= LEARNT_MIN;
        if (meter.hasEdges()) {
            boolean isSo = meter.isOutOfFocus() || known && meter.steepness() < STEEPNESS_LEFT * usualSteepness;
            if (!isSo) {
                learn();
            }
            tell(Kind.LENS_BLURRED, blurred.step(isSo, elapsedNs), "the picture is out of focus");
        } else if (known && usualEdges >= EDGES_USUAL_MIN && meter.mean() >= BRIGHT_MIN) {
            boolean isSo = meter.edgeShare() < EDGES_LEFT * usualEdges;
            tell(
                    Kind.LENS_BLURRED,
                    blurred.step(isSo, elapsedNs),
                    "the picture shows no edges any more: is the lens fogged?");
        }
    }

    /** What the camera shows while it is good: a mean at first, and later one that follows slowly. */
    private void learn() {
        learnt = Math.min(learnt + 1, LEARNT_MAX);
        usualSteepness += (meter.steepness() - usualSteepness) / learnt;
        usualEdges += (meter.edgeShare() - usualEdges) / learnt;
    }

    private void tell(Kind which, boolean holds, String text) {
        if (holds) {
            warnings.raise(which, text, clock.utcUs());
        } else {
            warnings.clear(which);
        }
    }

    /** The camera's pictures do not come any more: nothing is known of its lens. What is usual with it is kept. */
    public synchronized void pause() {
        lookedNs = 0;
        referred = false;
        lasting.forEach((which, persistence) -> {
            persistence.reset();
            warnings.clear(which);
        });
    }

    /** As {@link #pause()}, and what was usual counts no longer: the camera may show something else from now on. */
    public synchronized void forget() {
        pause();
        learnt = 0;
        usualSteepness = 0;
        usualEdges = 0;
    }
}

package dev.vigil.frame;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What is not as it should be with a camera whose pictures come all the same: at most one of each kind, for as long as it lasts.
 * Threadsafe; the reader and the stages raise and clear them.
 */
public final class Warnings {
    /** What may be wrong; its name in small letters stands in messages. */
    public enum Kind {
        /** The camera's clock was set, or jumped. */
        CLOCK_STEP,
        /** The camera's clock runs faster or slower than ours by more than is allowed. */
        CLOCK_DRIFT,
        /** The camera's clock is further from ours than is allowed. */
        CLOCK_OFFSET,
        /** Pictures are black. */
        LENS_BLACK,
        /** Pictures do not change, not even by noise. */
        LENS_FROZEN,
        /** Pictures are all of one colour. */
        LENS_UNIFORM,
        /** Pictures are out of focus. */
        LENS_BLURRED,
        /** Decoding is in software although the box's video engine was asked for. */
        DECODER_FALLBACK,
        /** RTP comes over TCP although UDP was asked for. */
        TRANSPORT_FALLBACK,
        /** The main stream is read because the one for detection does not come. */
        STREAM_FALLBACK;

        private final String label = name().toLowerCase(Locale.ROOT);

        /** The name in messages. */
        public String label() {
            return label;
        }
    }

    /**
     * One that holds.
     *
     * @param sinceUtcUs when it was raised, in microseconds since 1970 UTC
     * @param text one line for people, without credentials
     */
    public record Warning(Kind kind, long sinceUtcUs, String text) {}

    /** Is told of changes, on the thread that makes them; must not block. */
    public interface Listener {
        void onRaised(Warning warning);

        void onCleared(Warning warning);
    }

    private static final Listener NOBODY = new Listener() {
        @Override
        public void onRaised(Warning warning) {}

        @Override
        public void onCleared(Warning warning) {}
    };

    private final Map<Kind, Warning> all = new EnumMap<>(Kind.class);
    private volatile Listener listener = NOBODY;

    public void onChange(Listener newListener) {
        listener = newListener;
    }

    /** Raises a warning, or says something new of one that holds already: then {@code sinceUtcUs} stays, and nobody is told. */
    public void raise(Kind kind, String text, long nowUtcUs) {
        Warning raised;
        boolean isNew;
        synchronized (all) {
            Warning held = all.get(kind);
            isNew = held == null;
            raised = new Warning(kind, isNew ? nowUtcUs : held.sinceUtcUs(), text);
            all.put(kind, raised);
        }
        if (isNew) {
            listener.onRaised(raised);
        }
    }

    /** Takes a warning back; nothing happens when there is none. */
    public void clear(Kind kind) {
        Warning cleared;
        synchronized (all) {
            cleared = all.remove(kind);
        }
        if (cleared != null) {
            listener.onCleared(cleared);
        }
    }

    /** Those that hold, in the order of their kinds. */
    public List<Warning> held() {
        synchronized (all) {
            return new ArrayList<>(all.values());
        }
    }
}

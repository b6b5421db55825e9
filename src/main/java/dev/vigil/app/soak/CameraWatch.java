package dev.vigil.app.soak;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;

/**
 * What is known of one camera: the faults that were thrown at it, and what a subscriber saw of it. All times are microseconds
 * since 1970 UTC, of this machine's clock, which is the simulated camera's too. Threadsafe.
 */
final class CameraWatch {
    /** A camera that nobody touches is disturbed when the subscriber hears nothing of it for longer. */
    static final long QUIET_MAX_US = 3_000_000;
    /** A fault that lasts no longer may end before it is noticed: nothing was missing then. */
    private static final long PATIENCE_US = 2_500_000;
    /** What was said of a fault may come after its end. */
    private static final long GRACE_US = 1_000_000;

    private static final int NOTES_MAX = 20;

    private final String name;
    private final Recoveries recoveries;
    private final List<String> disturbances = new ArrayList<>();
    private int disturbed;
    private Fault own;
    private Fault brokers;
    private long excusedUntilUs;
    private long heardUs;
    private long quietUs;
    private boolean closing;

    private final BitSet frames = new BitSet();
    private long received;
    private long duplicates;
    private JsonNode status;

    /** A fault from its begin until the camera is well again. */
    private static final class Fault {
        private final String kind;
        private final boolean noticeable;
        private final long beginUs;
        private long endUs = Long.MAX_VALUE;
        private boolean noticed;
        /** The broker was away meanwhile: when the status was told says nothing. */
        private boolean overlapped;

        private Fault(String kind, boolean noticeable, long beginUs) {
            this.kind = kind;
            this.noticeable = noticeable;
            this.beginUs = beginUs;
        }
    }

    CameraWatch(String name, Recoveries recoveries) {
        this.name = name;
        this.recoveries = recoveries;
    }

    /** A fault of this camera begins at this moment. */
    synchronized void begun(String kind, boolean noticeable, long nowUs) {
        judgeQuiet(nowUs);
        own = new Fault(kind, noticeable, nowUs);
        if (brokers != null) {
            own.overlapped = true;
            brokers.overlapped = true;
        }
    }

    synchronized void ended(long nowUs) {
        own.endUs = nowUs;
    }

    /** A fault of the broker begins at this moment. */
    synchronized void brokerBegun(String kind, long nowUs) {
        judgeQuiet(nowUs);
        brokers = new Fault(kind, false, nowUs);
        // Only of cameras that are well otherwise it can be told how long the broker's fault took.
        brokers.overlapped = own != null;
        if (own != null) {
            own.overlapped = true;
        }
    }

    synchronized void brokerEnded(long nowUs) {
        brokers.endUs = nowUs;
        if (own != null && own.endUs != Long.MAX_VALUE) {
            own.endUs = nowUs; // nothing could be seen of its recovery till now
        }
    }

    /** Whether detections come again after the latest fault of its own; or there was none. */
    synchronized boolean recovered() {
        return own == null;
    }

    synchronized boolean recoveredFromBroker() {
        return brokers == null;
    }

    /** It took too long: the fault is over as one that was not got over. */
    synchronized void giveUp(boolean ofBroker, long nowUs) {
        Fault given = ofBroker ? brokers : own;
        if (given != null) {
            recoveries.unrecovered(given.kind);
            note(given.kind + " was not got over");
            if (ofBroker) {
                brokers = null;
            } else {
                own = null;
            }
            excusedUntilUs = nowUs + GRACE_US;
        }
    }

    /** From now on cameras are stopped on purpose. */
    synchronized void closing() {
        closing = true;
    }

    synchronized void detection(int frame, long capturedUs, long nowUs) {
        if (frames.get(frame)) {
            duplicates++;
            return;
        }
        frames.set(frame);
        received++;
        judgeQuiet(nowUs);
        heardUs = nowUs;
        boolean stillAway = brokers != null && brokers.endUs == Long.MAX_VALUE;
        if (own != null && !stillAway && own.endUs <= capturedUs) {
            recoveries.recovered(own.kind, nowUs - own.endUs);
            boolean lasting = own.endUs - own.beginUs > PATIENCE_US;
            if (own.noticeable && lasting && !own.noticed && !own.overlapped) {
                recoveries.unnoticed(own.kind);
            }
            own = null;
            excusedUntilUs = nowUs + GRACE_US;
        }
        if (brokers != null && brokers.endUs <= capturedUs) {
            if (!brokers.overlapped && own == null) {
                recoveries.recovered(brokers.kind, nowUs - brokers.endUs);
            }
            brokers = null;
            excusedUntilUs = nowUs + GRACE_US;
        }
    }

    private boolean excused(long nowUs) {
        return own != null || brokers != null || closing || nowUs < excusedUntilUs;
    }

    /** Notes a silence that nothing explains. */
    private void judgeQuiet(long nowUs) {
        if (heardUs != 0 && own == null && brokers == null && !closing) {
            long silentUs = nowUs - heardUs;
            quietUs = Math.max(quietUs, silentUs);
            if (silentUs > QUIET_MAX_US) {
                note(String.format(Locale.ROOT, "nothing came for %.1f s", silentUs / 1e6));
            }
        }
    }

    synchronized void status(JsonNode told, long nowUs) {
        String state = told.path("state").asText();
        status = told;
        if (state.equals("up") || closing || heardUs == 0) {
            return;
        }
        if (own != null && !own.noticed) {
            own.noticed = true;
            if (own.noticeable && !own.overlapped) {
                recoveries.noticed(own.kind, nowUs - own.beginUs);
            }
        } else if (!excused(nowUs)) {
            note("is " + state + ", " + told.path("error").asText());
        }
    }

    private void note(String what) {
        disturbed++;
        if (disturbances.size() < NOTES_MAX) {
            disturbances.add(name + ": " + what);
        }
    }

    synchronized List<String> disturbances() {
        return List.copyOf(disturbances);
    }

    synchronized int disturbed() {
        return disturbed;
    }

    /** The longest silence that no fault explains, in seconds. */
    synchronized double quietS() {
        return quietUs / 1e6;
    }

    /** The camera's account, as it was told last. */
    synchronized Account account() {
        JsonNode ledger = status == null ? MissingNode.getInstance() : status.path("ledger");
        long dropped = 0;
        for (JsonNode count : ledger.path("dropped")) {
            dropped += count.longValue();
        }
        return new Account(
                name,
                ledger.path("read").longValue(),
                ledger.path("published").longValue(),
                dropped,
                ledger.path("in_flight").longValue(),
                received,
                duplicates);
    }

    synchronized boolean disabled() {
        return status != null && status.path("state").asText().equals("disabled");
    }

    /**
     * What the daemon's ledger says against what came.
     *
     * @param received messages of different frames that came
     */
    record Account(
            String camera, long read, long published, long dropped, long inFlight, long received, long duplicates) {
        boolean balances() {
            return read > 0 && inFlight == 0 && read == published + dropped && received == published;
        }
    }
}

package dev.vigil.publish;

import dev.vigil.frame.DropCause;
import dev.vigil.frame.Feed;
import dev.vigil.metrics.StepTimes;
import dev.vigil.mqtt.MqttTopic;

/**
 * What goes on through all detection messages of one camera, whichever model looks at it: where they go, how they are named, and
 * which frames they have accounted for. Threadsafe.
 */
public final class CameraMessages {
    final Feed feed;
    final String node;
    final MqttTopic topic;
    final String run;
    final StepTimes times;
    /** Drops that messages have told of, by the ordinal of their cause. Guarded by this. */
    private final long[] told = new long[DropCause.ALL.length];
    /** Frames that messages account for: each its own, and the drops that it tells of. Guarded by this. */
    private long accounted;

    /**
     * @param run begins the messages' ids: letters and digits that no other numbering of the camera's frames has had
     * @param times where the steps of its published frames are recorded
     */
    public CameraMessages(Feed feed, String node, MqttTopic topic, String run, StepTimes times) {
        this.feed = feed;
        this.node = node;
        this.topic = topic;
        this.run = run;
        this.times = times;
    }

    /**
     * The drops before {@code frame} that no message has told of yet; from here on one has. So the frame numbers between
     * two messages are just the drops that the second one tells of, and a subscriber sees what it missed.
     */
    synchronized long[] takeDropped(long frame) {
        long[] dropped = new long[told.length];
        feed.ledger().droppedInto(dropped);
        long untold = 0;
        for (int cause = 0; cause < told.length; cause++) {
            dropped[cause] -= told[cause];
            untold += dropped[cause];
        }
        // Later frames may have been dropped already, while this one was inferred. Only a reader and its mailbox
        // do that, whose causes come first.
        long later = untold - Math.max(0, frame - 1 - accounted);
        for (int cause = 0; cause < told.length && later > 0; cause++) {
            long withheld = Math.min(later, dropped[cause]);
            dropped[cause] -= withheld;
            later -= withheld;
        }
        account(dropped, 1);
        return dropped;
    }

    /** The message that told of them did not go out: the next one will. */
    synchronized void giveBack(long[] dropped) {
        account(dropped, -1);
    }

    synchronized void giveBackDrops(long[] dropped) {
        account(dropped, -1);
        accounted++;
    }

    /** A frame whose message was to go out counts among the drops now. */
    synchronized void giveBackFrame() {
        accounted--;
    }

    private synchronized void account(long[] dropped, int sign) {
        accounted += sign;
        for (int cause = 0; cause < told.length; cause++) {
            told[cause] += sign * dropped[cause];
            accounted += sign * dropped[cause];
        }
    }
}

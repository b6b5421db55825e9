package dev.vigil.pipeline;

import dev.vigil.detect.Detections;
import dev.vigil.frame.DropCause;
import dev.vigil.frame.Feed;
import dev.vigil.frame.FrameTimes;
import dev.vigil.frame.Picture;
import dev.vigil.frame.Placement;
import dev.vigil.publish.FrameResult;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * A place in the ring: everything that one frame needs, allocated once. It belongs to the stage that the ring has handed it to.
 */
final class Slot implements FrameResult {
    private static final VarHandle ALIVE;

    static {
        try {
            ALIVE = MethodHandles.lookup().findVarHandle(Slot.class, "alive", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** The slot's place among its ring's tensors. */
    final int index;

    final FrameTimes times = new FrameTimes();
    /** Where the frame lies in the tensor of each of its views. */
    final Placement[] placements;
    /** How its frame was cut; null while it is seen as a whole. */
    TileGrid grid;
    /** How many of the slot's tensors its frame fills. */
    int views = 1;

    final Detections detections;
    Lane lane;
    /** The decoded pixels, until they are converted; until they are published where the ring keeps them. */
    Picture picture;

    long number;
    int batch;
    /** Where it was inferred; null before that. */
    String device;

    /**
     * False when the frame's account was closed or has passed on: the stages after pass it by. Whoever sets it so has the account;
     * written through {@link #ALIVE}, since a ring that is given up is emptied while a stage may still be in it.
     */
    boolean alive;

    Slot(int index, int viewsMax, int boxesMax, int keypoints) {
        this.index = index;
        this.placements = new Placement[viewsMax];
        Arrays.setAll(placements, view -> new Placement());
        this.detections = new Detections(boxesMax, keypoints);
    }

    void begin(Lane newLane, Picture newPicture) {
        lane = newLane;
        picture = newPicture;
        number = newPicture.number();
        times.set(newPicture.times());
        batch = 0;
        device = null;
        alive = true;
    }

    /** Gives the decoded pixels back to the camera. */
    void releasePicture() {
        if (picture != null) {
            lane.feed.mailbox().recycle(picture);
            picture = null;
        }
    }

    /** Closes the frame's account, unless that has been done. */
    void drop(DropCause cause) {
        releasePicture();
        dropAsItIs(cause);
    }

    /** As above, of a frame whose picture somebody may still be looking at. */
    void dropAsItIs(DropCause cause) {
        if (take()) {
            lane.feed.ledger().dropped(cause);
        }
    }

    @Override
    public boolean take() {
        return ALIVE.compareAndSet(this, true, false);
    }

    @Override
    public Feed feed() {
        return lane.feed;
    }

    @Override
    public long number() {
        return number;
    }

    @Override
    public int widthPx() {
        return placements[0].frameWidthPx();
    }

    @Override
    public int heightPx() {
        return placements[0].frameHeightPx();
    }

    @Override
    public FrameTimes times() {
        return times;
    }

    @Override
    public int batch() {
        return batch;
    }

    @Override
    public String device() {
        return device;
    }

    @Override
    public Detections detections() {
        return detections;
    }

    @Override
    public Picture picture() {
        return picture;
    }
}

package dev.vigil.pipeline;

import dev.vigil.frame.Feed;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The cameras of a ring: those whose frames come in, and those that have left it until their frames are through. Changed by one
 * thread at a time, read by any.
 */
final class Lanes {
    /** A new list with each change. */
    private volatile List<Lane> in = List.of();

    private final LeavingLanes leaving = new LeavingLanes();

    /** @return those that there are then */
    List<Lane> add(Lane lane) {
        List<Lane> more = new ArrayList<>(in);
        more.add(lane);
        in = List.copyOf(more);
        return in;
    }

    /** @return those that there are then */
    List<Lane> remove(Lane lane) {
        in = in.stream().filter(other -> other != lane).toList();
        return in;
    }

    List<Lane> all() {
        return in;
    }

    Optional<Lane> of(Feed feed) {
        return in.stream().filter(lane -> lane.feed == feed).findFirst();
    }

    /** Whether every frame of every camera is wanted, whatever time it takes. */
    boolean areLossless() {
        return in.stream().allMatch(lane -> lane.feed.mailbox().isLossless());
    }

    /**
     * Has a lane that was removed freed later.
     *
     * @param lastSequence the ring is to have come to before the lane's frames are through
     */
    void leave(Lane lane, long lastSequence) {
        leaving.add(lane, lastSequence);
    }

    /** Frees those that have left, when the ring has come to {@code sequence} and their frames are through. */
    void closeLeft(long sequence) {
        leaving.close(sequence);
    }

    /** Frees all, when nothing runs any more. */
    void close() {
        in.forEach(Lane::close);
        leaving.close(Long.MAX_VALUE);
    }
}

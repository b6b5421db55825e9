package dev.vigil.pipeline;

import java.util.ArrayList;
import java.util.List;

/** Cameras that have left a ring, until no frame of theirs is inside, and their converters can be freed. Threadsafe. */
final class LeavingLanes {
    private final List<Leaving> all = new ArrayList<>();

    private record Leaving(Lane lane, long lastSequence) {}

    /** @param lastSequence the ring is to have come to before the lane's frames are through */
    synchronized void add(Lane lane, long lastSequence) {
        all.add(new Leaving(lane, lastSequence));
    }

    /** Frees those whose frames are through when the ring has come to {@code sequence}. */
    synchronized void close(long sequence) {
        all.removeIf(gone -> {
            boolean through = sequence >= gone.lastSequence;
            if (through) {
                gone.lane.close();
            }
            return through;
        });
    }
}

package dev.vigil.app.control;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * Commands on their way from the event loop to the thread that applies them, in order. Bounded whatever comes: when many wait, a
 * new command takes the place of one for the same topic, so that the last one always counts. Threadsafe.
 */
final class CommandQueue {
    /** Guarded by this. */
    private int countMax;
    /**
     * From here on commands that can not be of use are not taken: the other places are for those that can. Guarded by this.
     */
    private int uselessMax;

    private final ArrayDeque<Command> waiting = new ArrayDeque<>();

    /**
     * @param topics on how many a command can be of use
     */
    CommandQueue(int topics) {
        topics(topics);
    }

    /** Sets on how many topics a command can be of use from here on. */
    final synchronized void topics(int topics) {
        uselessMax = Math.max(64, topics);
        countMax = uselessMax + topics;
    }

    /**
     * Takes a command.
     *
     * @return false when it, or one before for the same topic, was left out
     */
    synchronized boolean offer(Command command) {
        boolean useful = command.target().isKnown()
                && Setting.of(command.target().setting()).isPresent();
        if (waiting.size() < uselessMax) {
            waiting.add(command);
            return true;
        }
        if (!useful) {
            return false;
        }
        boolean replaced = removeOneLike(command);
        // Without one like it there is room, as many places are left as there are useful topics; unless some wait for
        // cameras
        // that have gone.
        if (waiting.size() >= countMax) {
            waiting.poll();
            replaced = true;
        }
        waiting.add(command);
        return !replaced;
    }

    private boolean removeOneLike(Command command) {
        for (Iterator<Command> each = waiting.iterator(); each.hasNext(); ) {
            CommandTopics.Target target = each.next().target();
            if (target.base().equals(command.target().base())
                    && target.setting().equals(command.target().setting())) {
                each.remove();
                return true;
            }
        }
        return false;
    }

    /** The next commands, in order, at most so many; empty when none waits. */
    synchronized List<Command> take(int most) {
        List<Command> taken = new ArrayList<>();
        while (taken.size() < most && !waiting.isEmpty()) {
            taken.add(waiting.poll());
        }
        return taken;
    }

    synchronized boolean isEmpty() {
        return waiting.isEmpty();
    }
}

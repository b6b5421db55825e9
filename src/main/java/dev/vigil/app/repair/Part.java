package dev.vigil.app.repair;

import java.util.List;

/** A part of the daemon that can be restarted alone, while the others go on. */
public interface Part {
    /** For people: {@code model ssd}, {@code gate reader}. */
    String name();

    /**
     * What is wrong with it, for people; null while nothing is. Asked ten times a second, so it neither waits nor works.
     *
     * @param nowNs on the monotonic clock
     */
    String trouble(long nowNs);

    /** Whether it can be restarted at all; what can not is waited for, and then the process is given up. */
    default boolean isRestartable() {
        return true;
    }

    /**
     * Gives up what there is of it, closes the accounts of what was inside, and sets another going in its place. Called on a
     * thread of its own, one call at a time; what it can not do now is tried again.
     *
     * @param leftBehind takes threads that do not come back
     * @throws Exception when there can be no other now
     */
    void restart(List<Thread> leftBehind) throws Exception;

    /**
     * As above of a part that is well, to have back what it may hold and not need: what is inside comes through first, and all that
     * it holds is freed before it is made anew.
     */
    default void renew(List<Thread> leftBehind) throws Exception {
        restart(leftBehind);
    }
}

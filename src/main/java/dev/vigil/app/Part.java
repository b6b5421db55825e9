package dev.vigil.app;

import java.util.List;

/** A part of the daemon that can be restarted alone, while the others go on. */
interface Part {
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
}

package dev.vigil.mqtt;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Where messages of QoS 1 and 2 wait that the broker has not acknowledged.
 *
 * @param folder on disk, of this client alone; null for memory only
 * @param bytesMax what it may take of the disk
 * @param ageMax after which a message that was not sent is given up
 * @param whenFull which messages are given up when {@code bytesMax} is reached
 * @param sync after what time at the latest a message that is not acknowledged is forced onto the disk, where it survives the
 *     loss of power; it survives the process from the beginning. Zero to force each one before it is sent
 */
public record OutboxOptions(Path folder, long bytesMax, Duration ageMax, WhenFull whenFull, Duration sync) {
    /** Less has no room for the files that it is divided into. */
    static final long BYTES_MIN = 1 << 20;

    /** Nothing on disk. */
    public static final OutboxOptions MEMORY = in(null);

    public enum WhenFull {
        /** What waits is kept, and new messages are refused. */
        DROP_NEWEST,
        /** What waited longest makes room. */
        DROP_OLDEST
    }

    /** The defaults of {@code config/vigil.yml}. */
    public static OutboxOptions in(Path folder) {
        return new OutboxOptions(folder, 256 << 20, Duration.ofDays(1), WhenFull.DROP_OLDEST, Duration.ofSeconds(1));
    }

    boolean onDisk() {
        return folder != null;
    }

    List<String> problems() {
        List<String> problems = new ArrayList<>();
        if (bytesMax < BYTES_MIN) {
            problems.add("outbox: bytesMax must be at least " + BYTES_MIN + ", is " + bytesMax);
        }
        if (ageMax.isNegative() || ageMax.isZero()) {
            problems.add("outbox: ageMax must be more than 0, is " + ageMax);
        }
        if (sync.isNegative()) {
            problems.add("outbox: sync must not be negative, is " + sync);
        }
        return problems;
    }
}

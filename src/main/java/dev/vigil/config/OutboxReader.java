package dev.vigil.config;

import dev.vigil.mqtt.OutboxOptions;
import dev.vigil.mqtt.OutboxOptions.WhenFull;
import java.nio.file.Path;
import java.time.Duration;

/** Reads the section {@code mqtt.outbox}. */
final class OutboxReader {
    private static final OutboxOptions DEFAULT = OutboxOptions.MEMORY;
    private static final long BYTES_MIN = 1L << 20;
    private static final long BYTES_MAX = 1L << 40;

    private OutboxReader() {}

    /**
     * @param qos of detections: those of 0 wait nowhere
     * @param folder where it is unless configured
     */
    static OutboxOptions outbox(Section outbox, int qos, Path folder) {
        boolean onDisk = outbox.flag("on_disk", true);
        Path dir = outbox.path("dir", "folder", "$STATE_DIRECTORY/outbox, or ~/.local/state/vigil/NODE/outbox", false);
        long bytesMax = outbox.size("max_bytes", BYTES_MIN, BYTES_MAX, DEFAULT.bytesMax());
        Duration ageMax = outbox.duration("max_age", Duration.ofSeconds(1), Duration.ofDays(365), DEFAULT.ageMax());
        WhenFull whenFull = outbox.choice("when_full", WhenFull.class, DEFAULT.whenFull());
        Duration sync = outbox.duration("sync", Duration.ZERO, Duration.ofHours(1), DEFAULT.sync());
        outbox.finish();
        Path of = onDisk && qos > 0 ? dir == null ? folder : dir : null;
        return new OutboxOptions(of, bytesMax, ageMax, whenFull, sync);
    }
}

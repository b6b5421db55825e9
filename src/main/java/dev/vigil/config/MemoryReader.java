package dev.vigil.config;

import java.time.Duration;
import java.util.OptionalLong;

/** Reads the section {@code memory}. */
final class MemoryReader {
    private static final String LIMIT = "limit";
    private static final String AUTO = "auto";
    private static final String LIMIT_ALLOWED = "auto, or 128MiB to 1024GiB";
    private static final long MIN_BYTES = 128L << 20;
    private static final long MAX_BYTES = 1L << 40;

    private static final Duration SETTLE_MAX = Duration.ofDays(1);

    private MemoryReader() {}

    static MemoryConfig memory(Section root) {
        Section memory = root.section("memory");
        MemoryConfig config = new MemoryConfig(
                limitBytes(memory),
                memory.duration("settle", Duration.ZERO, SETTLE_MAX, MemoryConfig.DEFAULT.settle()));
        memory.finish();
        return config;
    }

    private static long limitBytes(Section memory) {
        memory.known(LIMIT, "size", AUTO, true, LIMIT_ALLOWED);
        Section.Scalar scalar = memory.scalar(LIMIT, LIMIT_ALLOWED);
        if (scalar == null || scalar.value().equals(AUTO)) {
            return MemoryConfig.DEFAULT.limitBytes();
        }
        OptionalLong size = Sizes.parse(scalar.value());
        if (size.isEmpty() || size.getAsLong() < MIN_BYTES || size.getAsLong() > MAX_BYTES) {
            memory.problem(LIMIT, scalar.shown() + " is not allowed: " + LIMIT_ALLOWED);
            return MemoryConfig.DEFAULT.limitBytes();
        }
        return size.getAsLong();
    }
}

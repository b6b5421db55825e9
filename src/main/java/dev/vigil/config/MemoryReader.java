package dev.vigil.config;

import java.util.OptionalLong;

/** Reads the section {@code memory}. */
final class MemoryReader {
    private static final String LIMIT = "limit";
    private static final String AUTO = "auto";
    private static final String ALLOWED = "auto, or 128MiB to 1024GiB";
    private static final long MIN_BYTES = 128L << 20;
    private static final long MAX_BYTES = 1L << 40;

    private MemoryReader() {}

    static MemoryConfig memory(Section root) {
        Section memory = root.section("memory");
        memory.known(LIMIT, "size", AUTO, true, ALLOWED);
        Section.Scalar scalar = memory.scalar(LIMIT, ALLOWED);
        long bytes = 0;
        if (scalar != null && !scalar.value().equals(AUTO)) {
            OptionalLong size = Sizes.parse(scalar.value());
            if (size.isEmpty() || size.getAsLong() < MIN_BYTES || size.getAsLong() > MAX_BYTES) {
                memory.problem(LIMIT, scalar.shown() + " is not allowed: " + ALLOWED);
            } else {
                bytes = size.getAsLong();
            }
        }
        memory.finish();
        return new MemoryConfig(bytes);
    }
}

package dev.vigil.config;

import dev.vigil.lens.LensOptions;
import java.time.Duration;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** Reads a section {@code lens}, that of all cameras or of one; it may be a word. */
final class LensReader {
    private static final String KEY = "lens";
    private static final Duration SHORTEST = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofHours(24);

    private LensReader() {}

    /**
     * @param owner the file's root, or a camera
     * @param standard what holds where nothing is said; for a camera that of all
     */
    static LensOptions lens(Section owner, LensOptions standard) {
        boolean isWord = owner.node(KEY)
                .filter(node -> node instanceof ScalarNode && !Entries.isNull(node))
                .isPresent();
        if (isWord) {
            return new LensOptions(
                    owner.flag(KEY, standard.enabled()),
                    standard.interval(),
                    standard.blackAfter(),
                    standard.frozenAfter(),
                    standard.blurredAfter());
        }
        Section lens = owner.section(KEY);
        boolean enabled = lens.flag("enabled", standard.enabled());
        Duration interval = lens.duration("interval", SHORTEST, LONGEST, standard.interval());
        Duration black = lens.duration("black_after", Duration.ZERO, LONGEST, standard.blackAfter());
        Duration frozen = lens.duration("frozen_after", Duration.ZERO, LONGEST, standard.frozenAfter());
        Duration blurred = lens.duration("blurred_after", Duration.ZERO, LONGEST, standard.blurredAfter());
        lens.finish();
        return new LensOptions(enabled, interval, black, frozen, blurred);
    }
}

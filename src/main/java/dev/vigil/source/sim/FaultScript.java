package dev.vigil.source.sim;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Which faults come when, at which cameras: {@code KIND[=VALUE][@START][+LENGTH][/EVERY][#CAMERA]}, and {@code random[=KINDS]}
 * with the same times, whose faults a seed decides. The grammar is told in {@code docs/camera.md}. Immutable.
 */
public final class FaultScript {
    /** Nothing goes wrong. */
    public static final FaultScript NONE = new FaultScript(List.of(), 0);

    private final List<FaultEntry> entries;
    private final long seed;

    private FaultScript(List<FaultEntry> entries, long seed) {
        this.entries = List.copyOf(entries);
        this.seed = seed;
    }

    /**
     * Reads specifications.
     *
     * @param seed decides what is left to chance: drawn faults, their times, which packets are lost
     * @throws IllegalArgumentException that names the specification, what is wrong in it, and what is allowed
     */
    public static FaultScript parse(List<String> specifications, long seed) {
        return new FaultScript(specifications.stream().map(FaultEntry::parse).toList(), seed);
    }

    /**
     * Faults by chance at every camera, for as long as the server runs.
     *
     * @param kinds what may be drawn; empty for all that the server can do, which depends on its options
     * @param pause mean time between a fault's end and the camera's next
     */
    public static FaultScript random(long seed, Set<FaultKind> kinds, Duration pause) {
        FaultEntry drawn = new FaultEntry(
                null, Set.copyOf(kinds), 0, FaultEntry.UNENDING, pause.toNanos(), FaultEntry.EVERY_CAMERA);
        return new FaultScript(List.of(drawn), seed);
    }

    /**
     * The specifications in a file, one a line; empty lines, and what stands after {@code #} at a line's start or after a blank,
     * are for people.
     *
     * @throws IllegalArgumentException that names the line, when it is wrong
     */
    public static List<String> read(Path file) throws IOException {
        List<String> specifications = new ArrayList<>();
        int number = 0;
        try {
            for (String line : Files.readAllLines(file)) {
                number++;
                String specification = line.replaceFirst("(^|\\s)#.*", "").strip();
                if (!specification.isEmpty()) {
                    FaultEntry.parse(specification);
                    specifications.add(specification);
                }
            }
        } catch (CharacterCodingException binary) {
            throw new IllegalArgumentException(file + " is no text in UTF-8", binary);
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException(file + ":" + number + ": " + wrong.getMessage(), wrong);
        }
        return specifications;
    }

    /** Whether the seed decides anything about which faults come when. */
    public boolean random() {
        return entries.stream().anyMatch(entry -> entry.fault() == null);
    }

    public long seed() {
        return seed;
    }

    /** Kinds that it names; what {@code random} without kinds may draw is not among them. */
    Set<FaultKind> named() {
        Set<FaultKind> named = EnumSet.noneOf(FaultKind.class);
        for (FaultEntry entry : entries) {
            named.addAll(
                    entry.fault() == null ? entry.kinds() : Set.of(entry.fault().kind()));
        }
        return named;
    }

    /** The highest number of a camera that it names, counted from 1; 0 when it names none. */
    int cameraMax() {
        return entries.stream().mapToInt(entry -> entry.camera() + 1).max().orElse(0);
    }

    /**
     * What comes at a camera: a sequence for each entry that is about it, each in order of time.
     *
     * @param possible what {@code random} without kinds may draw
     */
    Collection<FaultTimes> timesAt(int camera, Set<FaultKind> possible) {
        List<FaultTimes> times = new ArrayList<>();
        for (int i = 0; i < entries.size(); i++) {
            FaultEntry entry = entries.get(i);
            if (entry.camera() == FaultEntry.EVERY_CAMERA || entry.camera() == camera) {
                times.add(new FaultTimes(entry, possible, seed * 31 + i * 1_009L + camera));
            }
        }
        return times;
    }
}

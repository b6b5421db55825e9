package dev.vigil.workshop.distill;

import dev.vigil.workshop.trial.FrameSet.Source;
import dev.vigil.workshop.trial.FrameWalk.Place;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The names of the set's pictures, without their ending: {@code photo} of a picture, {@code clip-000123} of a video's frame. In
 * ASCII letters, digits, dots, dashes and underlines, which every tool takes; no two are the same. Not threadsafe.
 */
final class FileNames {
    private final Map<Source, String> stems = new HashMap<>();
    private final Set<String> stemsTaken = new HashSet<>();
    private final Set<String> taken = new HashSet<>();

    String of(Place place) {
        String stem = stems.computeIfAbsent(place.source(), source -> free(stem(source.shown()), stemsTaken));
        return free(place.length() == 1 ? stem : String.format(Locale.ROOT, "%s-%06d", stem, place.number()), taken);
    }

    private static String stem(String shown) {
        String name = shown.replaceFirst("[?#].*$", "").replaceFirst("/+$", "").replaceFirst("^.*/", "");
        int dot = name.lastIndexOf('.');
        String stem = (dot > 0 ? name.substring(0, dot) : name).replaceAll("[^A-Za-z0-9._-]", "_");
        return stem.isEmpty() || stem.startsWith(".") || stem.startsWith("-") ? "frame" + stem : stem;
    }

    /** Without regard to case, for file systems that have none. */
    private static String free(String wanted, Set<String> taken) {
        String name = wanted;
        for (int n = 2; !taken.add(name.toLowerCase(Locale.ROOT)); n++) {
            name = wanted + "-" + n;
        }
        return name;
    }
}

package dev.vigil.workshop.trial;

import dev.vigil.frame.Picture;
import dev.vigil.workshop.accuracy.Truth;
import dev.vigil.workshop.accuracy.TruthException;
import dev.vigil.workshop.accuracy.TruthFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** What is known to be in the frames of a set. Immutable. */
public final class FrameTruths {
    private final List<List<Truth>> objects;
    private final SortedMap<String, Integer> unknown;

    private FrameTruths(List<List<Truth>> objects, SortedMap<String, Integer> unknown) {
        this.objects = objects;
        this.unknown = Collections.unmodifiableSortedMap(unknown);
    }

    /**
     * Looks all frames up.
     *
     * @param file where {@code truth} is from
     * @throws TruthException when nothing is known of any frame, or the same is said of two
     */
    public static FrameTruths of(Path file, TruthFile truth, FrameSet frames) throws IOException {
        List<List<Truth>> objects = new ArrayList<>();
        SortedMap<String, Integer> unknown = new TreeMap<>();
        Map<String, FrameSet.Name> frameOf = new HashMap<>();
        for (int i = 0; i < frames.size(); i++) {
            FrameSet.Name name = frames.name(i);
            Picture picture = frames.picture(i);
            TruthFile.Known known = truth.of(name.source(), name.number(), picture.widthPx(), picture.heightPx());
            objects.add(known == null ? null : known.objects());
            if (known != null) {
                known.unknown().forEach(label -> unknown.merge(label, 1, Integer::sum));
                FrameSet.Name other = frameOf.putIfAbsent(known.place(), name);
                if (other != null) {
                    throw new TruthException(file, known.place() + " would be of both " + other + " and " + name);
                }
            }
        }
        if (frameOf.isEmpty()) {
            throw new TruthException(
                    file,
                    "knows nothing of any frame: it is " + truth.text() + ", and the first frame is " + frames.name(0));
        }
        return new FrameTruths(objects, unknown);
    }

    /** The objects of a frame; null where nothing is known. */
    public List<Truth> of(int index) {
        return objects.get(index);
    }

    /** How many frames something is known of. */
    public int known() {
        return (int) objects.stream().filter(of -> of != null).count();
    }

    /** How many objects there are of all. */
    public int count() {
        return objects.stream().filter(of -> of != null).mapToInt(List::size).sum();
    }

    /** How many objects have a label that is none of those that were asked for, by label. */
    public SortedMap<String, Integer> unknown() {
        return unknown;
    }
}

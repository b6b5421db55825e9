package dev.vigil.workshop.compare;

import dev.vigil.detect.Detections;
import dev.vigil.detect.Labels;
import dev.vigil.workshop.accuracy.LabelIds;
import dev.vigil.workshop.accuracy.MeanPrecision;
import dev.vigil.workshop.accuracy.Truth;
import dev.vigil.workshop.trial.Agreement;
import dev.vigil.workshop.trial.FrameTruths;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** What the boxes of all models are held against. Immutable. */
public final class Yardstick {
    /** Where the objects are from. */
    public enum Kind {
        /** Somebody says what is in the frames: the grade is mAP over IoU 0.50 to 0.95. */
        TRUTH,
        /** Another model found them: the grade is mAP at IoU 0.50, how many of its boxes are found again. */
        REFERENCE
    }

    private final Kind kind;
    private final Labels labels;
    /** By frame; null where nothing is known. */
    private final List<List<Truth>> objects;

    private final SortedMap<String, Integer> unknown;

    private Yardstick(Kind kind, Labels labels, List<List<Truth>> objects, SortedMap<String, Integer> unknown) {
        this.kind = kind;
        this.labels = labels;
        this.objects = objects;
        this.unknown = Collections.unmodifiableSortedMap(unknown);
    }

    static Yardstick ofTruth(FrameTruths truths, Labels labels, int frames) {
        List<List<Truth>> objects = new ArrayList<>();
        for (int i = 0; i < frames; i++) {
            objects.add(truths.of(i));
        }
        return new Yardstick(Kind.TRUTH, labels, objects, truths.unknown());
    }

    /** @param boxes of each frame, with the common class ids */
    static Yardstick ofReference(List<Detections> boxes, float scoreMin, Labels labels) {
        List<List<Truth>> objects =
                boxes.stream().map(found -> Agreement.truths(found, scoreMin)).toList();
        return new Yardstick(Kind.REFERENCE, labels, objects, new TreeMap<>());
    }

    MeanPrecision.Summary measure(List<Detections> boxes) {
        MeanPrecision precision = new MeanPrecision();
        for (int i = 0; i < objects.size(); i++) {
            if (objects.get(i) != null) {
                precision.add(objects.get(i), boxes.get(i));
            }
        }
        return precision.summary();
    }

    public Kind kind() {
        return kind;
    }

    /** The figure that models are compared by, 0..1; NaN where it is not known. */
    public double grade(MeanPrecision.Summary accuracy) {
        return accuracy == null ? Double.NaN : kind == Kind.TRUTH ? accuracy.map() : accuracy.map50();
    }

    /** Names of the class ids. */
    public Labels labels() {
        return labels;
    }

    /** Frames that something is known of. */
    public int frames() {
        return (int) objects.stream().filter(of -> of != null).count();
    }

    /** How many objects are looked for, by label. */
    public SortedMap<String, Integer> objects() {
        SortedMap<String, Integer> count = new TreeMap<>();
        objects.stream()
                .filter(of -> of != null)
                .flatMap(List::stream)
                .filter(object -> !object.crowd())
                .forEach(object -> count.merge(labels.name(object.classId()), 1, Integer::sum));
        return count;
    }

    /** How many objects have a label that no model has, by label; they are not looked for. */
    public SortedMap<String, Integer> unknown() {
        return unknown;
    }

    /** The labels of objects that a model with such labels does not have. */
    Set<String> lacking(List<String> plainNames) {
        Set<String> lacking = new TreeSet<>(objects().keySet());
        lacking.removeIf(label -> plainNames.contains(LabelIds.plain(label)));
        return lacking;
    }
}

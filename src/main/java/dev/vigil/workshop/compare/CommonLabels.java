package dev.vigil.workshop.compare;

import dev.vigil.detect.Detections;
import dev.vigil.detect.Labels;
import dev.vigil.workshop.accuracy.LabelIds;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The classes of several models by one numbering, so that their boxes can be held against each other. Immutable. */
final class CommonLabels {
    private final Labels labels;
    private final LabelIds ids;

    /** @param all of each model */
    CommonLabels(List<Labels> all) {
        Map<String, String> names = new LinkedHashMap<>();
        all.forEach(of -> of.names().forEach(name -> names.putIfAbsent(LabelIds.plain(name), name)));
        this.labels = Labels.of(new ArrayList<>(names.values()), "the models that are compared");
        this.ids = new LabelIds(labels);
    }

    Labels labels() {
        return labels;
    }

    /** The same boxes with the common class ids. */
    Detections renumbered(Detections boxes, Labels of) {
        Detections same = new Detections(Math.max(1, boxes.count()));
        for (int i = 0; i < boxes.count(); i++) {
            same.add(
                    boxes.x1(i),
                    boxes.y1(i),
                    boxes.x2(i),
                    boxes.y2(i),
                    boxes.score(i),
                    ids.of(of.name(boxes.classId(i))));
        }
        return same;
    }
}

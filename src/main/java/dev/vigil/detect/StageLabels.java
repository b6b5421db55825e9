package dev.vigil.detect;

import java.util.ArrayList;
import java.util.List;

/**
 * The labels of all models that look at a frame one after the other: of the first its class ids, then those of the second
 * shifted by as many as the first has, and so on. So {@link Detections#classId} is one number for each label of each model.
 * Immutable.
 */
public final class StageLabels {
    private final List<String> models;
    private final List<Labels> labels;
    private final Labels all;
    /** The stage of each class. */
    private final int[] stage;
    /** Where each stage's classes begin. */
    private final int[] first;

    private StageLabels(List<String> models, List<Labels> labels) {
        this.models = List.copyOf(models);
        this.labels = List.copyOf(labels);
        this.first = new int[labels.size()];
        List<String> names = new ArrayList<>();
        for (int i = 0; i < first.length; i++) {
            first[i] = names.size();
            names.addAll(labels.get(i).names());
        }
        this.all = labels.size() == 1 ? labels.get(0) : Labels.of(names, "the labels of " + String.join(", ", models));
        this.stage = new int[names.size()];
        for (int i = 0; i < first.length; i++) {
            for (int c = 0; c < labels.get(i).count(); c++) {
                stage[first[i] + c] = i;
            }
        }
    }

    /** Those of a single model. */
    public static StageLabels of(String model, Labels labels) {
        return new StageLabels(List.of(model), List.of(labels));
    }

    /** These, and then those of another model. */
    public StageLabels then(StageLabels next) {
        List<String> moreModels = new ArrayList<>(models);
        moreModels.addAll(next.models);
        List<Labels> more = new ArrayList<>(labels);
        more.addAll(next.labels);
        return new StageLabels(moreModels, more);
    }

    /** All, by class id. */
    public Labels all() {
        return all;
    }

    /** How many models there are. */
    public int stages() {
        return first.length;
    }

    /** Which model has a class, 0 for the first. */
    public int stageOf(int classId) {
        return stage[classId];
    }

    /** The number that a class has in its own model. */
    public int ownId(int classId) {
        return classId - first[stage[classId]];
    }

    /** The class id of a stage's first class. */
    public int firstClass(int ofStage) {
        return first[ofStage];
    }

    /** The name of a stage's model. */
    public String model(int ofStage) {
        return models.get(ofStage);
    }

    /** The labels of a stage's model. */
    public Labels labels(int ofStage) {
        return labels.get(ofStage);
    }
}

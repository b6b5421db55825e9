package dev.vigil.detect.family;

import dev.vigil.detect.BoxDecoder;
import dev.vigil.detect.BoxRules;
import dev.vigil.detect.DetectOptions;
import dev.vigil.detect.Family;
import dev.vigil.detect.Labels;
import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.ModelException;
import dev.vigil.detect.ModelInfo;
import dev.vigil.detect.PostProcessor;
import dev.vigil.frame.InputSpec;

/**
 * All that is settled about a detection model before its first frame.
 *
 * @param family what it is
 * @param why one line for people: what decided the family
 * @param input what its input wants
 * @param labels the names of its classes
 * @param keypoints how many points every box has besides its corners
 */
public record DetectionModel(Family family, String why, InputSpec input, Labels labels, int keypoints, ModelInfo info) {

    /**
     * Settles it from what the model's file and its description say.
     *
     * @throws ModelException one line that says what is wrong and, where something else is allowed, what
     */
    public static DetectionModel resolve(ModelInfo info, ModelDescription description) throws ModelException {
        Families.Recognition recognition = Families.recognise(info, description.family());
        Family family = recognition.family();
        BoxDecoder decoder = family.decoder(info);
        return new DetectionModel(
                family,
                recognition.why(),
                description.inputSpec(info, family),
                labels(family, info, description, decoder.classes()),
                decoder.keypoints(),
                info);
    }

    private static Labels labels(Family family, ModelInfo info, ModelDescription description, int classes)
            throws ModelException {
        boolean said = description.labels() != null
                || description.labelNames() != null
                || info.metadata().containsKey(Labels.METADATA_KEY);
        return said || family.labels().isEmpty()
                ? Labels.resolve(description, info.metadata(), classes)
                : Labels.of(family.labels(), "family " + family.id());
    }

    /** Which of its boxes count; a filter for a label that it does not have is for no box. */
    public BoxRules rules(DetectOptions options) {
        return options.withDefaults(family.filters(info)).rules(family.suppression(info), labels);
    }

    /** A new post-processor; each thread needs its own. */
    public PostProcessor postProcessor() {
        try {
            return new PostProcessor(family.decoder(info));
        } catch (ModelException e) {
            throw new IllegalStateException("it fitted when it was resolved", e);
        }
    }
}

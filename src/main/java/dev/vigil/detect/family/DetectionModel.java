package dev.vigil.detect;

import dev.vigil.frame.InputSpec;

/**
 * All that is settled about a detection model before its first frame.
 *
 * @param family what it is
 * @param why one line for people: what decided the family
 * @param input what its input wants
 * @param labels the names of its classes
 */
public record DetectionModel(Family family, String why, InputSpec input, Labels labels, ModelInfo info) {

    /**
     * Settles it from what the model's file and its description say.
     *
     * @throws ModelException one line that says what is wrong and, where something else is allowed, what
     */
    public static DetectionModel resolve(ModelInfo info, ModelDescription description) throws ModelException {
        Families.Recognition recognition = Families.recognise(info, description.family());
        Family family = recognition.family();
        int classes = family.decoder(info).classes();
        return new DetectionModel(
                family,
                recognition.why(),
                description.inputSpec(info, family),
                Labels.resolve(description, info.metadata(), classes),
                info);
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

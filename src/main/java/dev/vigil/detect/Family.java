package dev.vigil.detect;

import java.util.List;

/**
 * One kind of detection model: how its files are told from others, what its input is usually filled with, and how its
 * outputs become boxes. Stateless.
 */
public interface Family {
    /** The name that {@code family:} of a model's description says. */
    String id();

    /** Whether a model may be of this family, by its inputs and outputs, and why. */
    Fit fit(ModelInfo model);

    /** What the input is filled with where the description does not say otherwise; nothing in it is null but the layout. */
    ModelDescription.Input inputDefaults(ModelInfo model);

    /** The classes' names where all models of the family have the same classes; empty where they have not. */
    default List<String> labels() {
        return List.of();
    }

    /** What the reference implementation does with boxes that overlap; some families are exported with NMS inside and without. */
    default Suppression suppression(ModelInfo model) {
        return Suppression.USUAL;
    }

    /** Which of a model's boxes count, where nobody says otherwise. */
    default LabelFilters filters(ModelInfo model) {
        return LabelFilters.NONE;
    }

    /**
     * A new decoder for a model.
     *
     * @throws ModelException when the model does not fit; says why
     */
    default BoxDecoder decoder(ModelInfo model) throws ModelException {
        Fit fit = fit(model);
        if (fit.degree() == Fit.Degree.NO) {
            throw new ModelException(
                    "not of family " + id() + ": " + fit.why() + "; the outputs are " + model.outputsText());
        }
        return newDecoder(model);
    }

    /** What {@link #decoder} gives, for a model that fits. */
    BoxDecoder newDecoder(ModelInfo model) throws ModelException;

    /**
     * Whether a model may be of a family.
     *
     * @param why one line for people
     */
    record Fit(Degree degree, String why) {
        public enum Degree {
            NO,
            /** It may be, but something else looks the same: {@code family:} must say so. */
            POSSIBLE,
            /** The shapes are its own. */
            YES,
            /** The file's metadata or the names of its inputs and outputs say so, whatever else has such shapes. */
            CERTAIN
        }

        public static Fit no(String why) {
            return new Fit(Degree.NO, why);
        }

        public static Fit possible(String why) {
            return new Fit(Degree.POSSIBLE, why);
        }

        public static Fit yes(String why) {
            return new Fit(Degree.YES, why);
        }

        public static Fit certain(String why) {
            return new Fit(Degree.CERTAIN, why);
        }
    }
}

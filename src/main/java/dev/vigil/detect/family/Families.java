package dev.vigil.detect;

import dev.vigil.detect.Family.Fit;
import dev.vigil.detect.Family.Fit.Degree;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The families that are known, and finding the one of a model. */
public final class Families {
    public static final List<Family> ALL = List.of(new Ssd(), new Yolox());

    private static final String METADATA_KEY = "family";

    private Families() {}

    /**
     * A model's family.
     *
     * @param why one line for people: what decided
     */
    public record Recognition(Family family, String why) {}

    public static Optional<Family> named(String id) {
        return ALL.stream().filter(family -> family.id().equals(id)).findFirst();
    }

    /**
     * Finds the family: what the description says, else what the file's metadata says, else the one that fits the inputs and
     * outputs.
     *
     * @param described {@code family:} of the description; null when it does not say
     * @throws ModelException when what is said is unknown or does not fit, or when none or several fit
     */
    public static Recognition recognise(ModelInfo model, String described) throws ModelException {
        if (described != null) {
            return checked(model, described, "family: of the description");
        }
        String metadata = model.metadata().get(METADATA_KEY);
        if (metadata != null) {
            return checked(model, metadata, "the file's metadata");
        }
        List<Family> fitting = ALL.stream()
                .filter(family -> family.fit(model).degree() == Degree.YES)
                .toList();
        if (fitting.size() == 1) {
            Family family = fitting.get(0);
            return new Recognition(
                    family, family.id() + ": " + family.fit(model).why());
        }
        throw new ModelException((fitting.isEmpty() ? "no known family has outputs " : "several families have outputs ")
                + model.outputsText()
                + "; known are "
                + ALL.stream()
                        .map(family -> family.id() + " (" + family.fit(model).why() + ")")
                        .collect(Collectors.joining(", "))
                + "; family: in the model's .yml decides");
    }

    private static Recognition checked(ModelInfo model, String id, String source) throws ModelException {
        Family family =
                named(id).orElseThrow(() -> new ModelException(source + " says '" + id + "'; known are " + ids()));
        Fit fit = family.fit(model);
        if (fit.degree() == Degree.NO) {
            throw new ModelException(source + " says " + id + ", which does not fit: " + fit.why()
                    + "; the outputs are " + model.outputsText());
        }
        return new Recognition(family, id + ": " + source + " says so; " + fit.why());
    }

    private static String ids() {
        return ALL.stream().map(Family::id).collect(Collectors.joining(", "));
    }
}

package dev.vigil.workshop.compare;

import dev.vigil.workshop.accuracy.MeanPrecision;
import java.util.Set;

/**
 * One model among those compared.
 *
 * @param problem why it could not be measured; null where it was, and only then all but {@code model} is there
 * @param size of its file
 * @param device where it ran
 * @param backend by which library
 * @param labels how many classes it has, and where their names are from
 * @param costs on this box
 * @param accuracy null where there was nothing to measure it against
 * @param lacks labels of objects that are looked for and that it does not have
 * @param onFront whether no other is both as fast and as accurate, and better in one of both
 */
public record Standing(
        Candidate model,
        String problem,
        ModelSize size,
        String device,
        String backend,
        String labels,
        Costs costs,
        MeanPrecision.Summary accuracy,
        Set<String> lacks,
        boolean onFront) {
    static Standing failed(Candidate model, String problem) {
        return new Standing(model, problem, null, null, null, null, null, null, Set.of(), false);
    }

    Standing onFront(boolean newOnFront) {
        return new Standing(model, problem, size, device, backend, labels, costs, accuracy, lacks, newOnFront);
    }
}

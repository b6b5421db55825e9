package dev.vigil.workshop.distill;

import dev.vigil.detect.BoxDecoder;
import dev.vigil.detect.Labels;
import dev.vigil.detect.ModelException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Which label of the set each class of the teacher becomes. Immutable. */
final class LabelMap {
    /** Classes that a data set left out, as {@link dev.vigil.detect.LabelSets} names them. */
    private static final Pattern UNUSED = Pattern.compile("unused \\d+");

    /** Of a class that is left out. */
    static final int NONE = -1;

    private final Labels labels;
    private final int[] ofTeacher;

    private LabelMap(Labels labels, int[] ofTeacher) {
        this.labels = labels;
        this.ofTeacher = ofTeacher;
    }

    /**
     * Settles it.
     *
     * @param renamed the set's label by the teacher's; several may become one, and others keep their name
     * @param only the set's labels, in the set's order; empty for all that the teacher has, in its order
     * @throws ModelException when a label is named that is not there
     */
    static LabelMap of(Labels teacher, Map<String, String> renamed, List<String> only) throws ModelException {
        int classes = named(teacher);
        List<String> known = teacher.names().subList(0, classes);
        for (String label : renamed.keySet()) {
            if (!known.contains(label)) {
                throw new ModelException("the teacher has no label '" + label + "'; it has " + list(known));
            }
        }
        List<String> become =
                known.stream().map(name -> renamed.getOrDefault(name, name)).toList();
        Set<String> all = new LinkedHashSet<>(become);
        all.removeIf(name -> UNUSED.matcher(name).matches());
        for (String label : only) {
            if (!all.contains(label)) {
                throw new ModelException("there is no label '" + label + "' to be had; there are " + list(all));
            }
        }
        List<String> names = new ArrayList<>(only.isEmpty() ? all : new LinkedHashSet<>(only));
        int[] ofTeacher = new int[teacher.count()];
        Arrays.fill(ofTeacher, NONE);
        for (int i = 0; i < classes; i++) {
            ofTeacher[i] = names.indexOf(become.get(i));
        }
        return new LabelMap(Labels.of(names, "labels of the set"), ofTeacher);
    }

    /** How many classes have a name: a teacher that leaves their number open has numbers for the rest. */
    private static int named(Labels teacher) {
        int count = teacher.count();
        if (count == BoxDecoder.OPEN_CLASSES_MAX) {
            while (count > 1 && teacher.name(count - 1).equals(Integer.toString(count - 1))) {
                count--;
            }
        }
        return count;
    }

    private static String list(Iterable<String> labels) {
        return String.join(", ", labels);
    }

    /** The set's. */
    Labels labels() {
        return labels;
    }

    /** The set's class of one of the teacher's; {@link #NONE} for one that is left out. */
    int of(int teacherClass) {
        return ofTeacher[teacherClass];
    }
}

package dev.vigil.app;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** What a new configuration changed, in a line for people. */
final class Changes {
    private final List<String> parts = new ArrayList<>();

    Changes(Map<String, RunningModel> before, Map<String, RunningModel> after) {
        List<String> loaded = after.keySet().stream()
                .filter(name -> after.get(name) != before.get(name))
                .toList();
        List<String> freed = before.keySet().stream()
                .filter(name -> !after.containsKey(name))
                .toList();
        add("loaded the model", loaded);
        add("freed the model", freed);
    }

    /** Of those that were added and are gone some may have the same name: the one has taken the other's place. */
    void cameras(Collection<Camera> added, Collection<Camera> changed, Collection<Camera> gone) {
        List<String> names = names(added);
        List<String> goneNames = names(gone);
        add("added", names.stream().filter(name -> !goneNames.contains(name)).toList());
        List<String> changedNames = new ArrayList<>(names(changed));
        names.stream().filter(goneNames::contains).forEach(changedNames::add);
        add("changed", changedNames);
        add("removed", goneNames.stream().filter(name -> !names.contains(name)).toList());
    }

    private static List<String> names(Collection<Camera> cameras) {
        return cameras.stream().map(Camera::name).toList();
    }

    private void add(String what, List<String> names) {
        if (!names.isEmpty()) {
            parts.add(what + " " + String.join(", ", names));
        }
    }

    /** {@code added yard; changed gate}. */
    @Override
    public String toString() {
        return parts.isEmpty() ? "no camera and no model has changed" : String.join("; ", parts);
    }
}

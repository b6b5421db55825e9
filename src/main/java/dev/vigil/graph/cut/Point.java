package dev.vigil.graph.cut;

import dev.vigil.graph.cut.NmsNodes.Scope;
import java.util.ArrayList;
import java.util.List;

/**
 * A value on the way back from an NMS node, and what its dimensions are.
 *
 * @param scope the graph that makes or is given the value
 * @param roles one for each dimension
 * @param chosen what was chosen from among the anchors between here and the node, the last choice first: values that tell the
 *     choice, the same for boxes and scores that were chosen together
 */
record Point(String value, Scope scope, List<Role> roles, List<String> chosen) {
    enum Role {
        BATCH,
        ANCHOR,
        CLASS,
        CORNER,
        /** Of extent 1, without a meaning. */
        ONE
    }

    Point {
        roles = List.copyOf(roles);
        chosen = List.copyOf(chosen);
    }

    Point at(String next, List<Role> nextRoles) {
        return new Point(next, scope.of(next), nextRoles, chosen);
    }

    /** The same dimensions. */
    Point at(String next) {
        return at(next, roles);
    }

    Point chosenBy(String next, String choice) {
        List<String> all = new ArrayList<>(chosen);
        all.add(choice);
        return new Point(next, scope.of(next), roles, all);
    }

    boolean has(Role role) {
        return roles.contains(role);
    }

    int indexOf(Role role) {
        return roles.indexOf(role);
    }

    boolean inGraph() {
        return scope.around() == null;
    }
}

package dev.vigil.graph.shape;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The rule of each operator that is known, by its name in the usual domain. */
final class Rules {
    /** What comes out of a node: as many facts as are known, in order. Never throws, whatever the node is. */
    interface Rule {
        List<Fact> apply(Call call);
    }

    static final Map<String, Rule> ALL = all();

    private Rules() {}

    private static Map<String, Rule> all() {
        Map<String, Rule> rules = new HashMap<>();
        ElementRules.addTo(rules);
        LayoutRules.addTo(rules);
        WindowRules.addTo(rules);
        SelectionRules.addTo(rules);
        return Map.copyOf(rules);
    }

    static void put(Map<String, Rule> rules, Rule rule, String... operators) {
        for (String operator : operators) {
            rules.put(operator, rule);
        }
    }
}

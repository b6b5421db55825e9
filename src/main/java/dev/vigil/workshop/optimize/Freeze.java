package dev.vigil.workshop.optimize;

import dev.vigil.graph.Graph;

/** Initialisers that are inputs as well, which whoever runs the model could give other values, become constants. */
final class Freeze implements Pass {
    @Override
    public String name() {
        return "freeze";
    }

    @Override
    public int apply(Draft draft) {
        Graph graph = draft.model().graph();
        int before = graph.inputs().size();
        graph.inputs().removeIf(input -> graph.initializers().containsKey(input.getName()));
        return before - graph.inputs().size();
    }
}

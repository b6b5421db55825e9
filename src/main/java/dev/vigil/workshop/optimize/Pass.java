package dev.vigil.workshop.optimize;

import dev.vigil.graph.GraphException;
import dev.vigil.infer.InferException;
import java.io.IOException;

/**
 * One kind of change that makes a graph smaller or faster and leaves what it gives as it is. What a pass does not understand
 * it leaves alone: other domains, bodies, functions, quantised operators, types that it can not compute. Stateless.
 */
interface Pass {
    /** As tables and {@code --skip} call it: one word, with hyphens. */
    String name();

    /**
     * Goes over the graph once. What becomes unused need not be removed.
     *
     * @return how many changes were made; 0 when there is nothing left to do, which must come true after some rounds
     */
    int apply(Draft draft) throws GraphException, InferException, IOException;
}

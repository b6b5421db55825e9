package dev.vigil.detect;

import java.nio.FloatBuffer;

/**
 * Turns the raw outputs of one image into boxes in pixels of the model's input. There is one for each {@link Family}; it
 * knows the shapes of its model and owns what it needs to work without allocating.
 *
 * <p>Not threadsafe: one for each thread that decodes.
 */
public interface BoxDecoder {
    /** {@link #classes()} of a model whose outputs do not tell; its class ids are 0..{@link #OPEN_CLASSES_MAX}-1. */
    int OPEN_CLASSES = -1;

    /** More than any public data set has. */
    int OPEN_CLASSES_MAX = 2_048;

    /** How many classes the model tells apart, class ids being 0..classes-1; or {@link #OPEN_CLASSES}. */
    int classes();

    /** How many points it gives with every box. */
    default int keypoints() {
        return 0;
    }

    /**
     * Adds every box whose score is not {@code <=} {@link Candidates#scoreFloor()}, in an order that depends on the outputs
     * only.
     *
     * <p>Whatever the values are, it does not throw: a NaN or infinite score or corner that would have made a box is counted
     * by {@link Candidates#malformed()} and makes none.
     *
     * @param outputs the model's outputs in the file's order, each one image's slice of it that starts at index 0: direct, in
     *     native byte order, read with absolute gets, position and limit untouched. Whatever type the model gives, they are
     *     floats. The limit is where they end: where an output has a row for each object, it tells how many there are
     */
    void decode(FloatBuffer[] outputs, Candidates into);
}

package dev.vigil.infer;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The memory of a ring's tensors, as an engine gets it to run on.
 *
 * <p>Threadsafe; a slot's buffers belong to the stage that holds the slot.
 */
public final class RingMemory {
    private static final Logger LOG = LoggerFactory.getLogger(RingMemory.class);

    private final String model;
    private final InputTensors inputs;
    private final int batchMin;
    private final int batchMax;
    /** Another one when an output turns out to be loose. */
    private volatile OutputTensors outputs;

    /**
     * @param batchMin fewest frames of a run
     * @param batchMax most frames of a run
     */
    RingMemory(String model, InputTensors inputs, OutputTensors outputs, int batchMin, int batchMax) {
        this.model = model;
        this.inputs = inputs;
        this.outputs = outputs;
        this.batchMin = batchMin;
        this.batchMax = batchMax;
    }

    public InputTensors inputs() {
        return inputs;
    }

    /** What runs write into from now on. */
    public OutputTensors outputs() {
        return outputs;
    }

    public int batchMin() {
        return batchMin;
    }

    public int batchMax() {
        return batchMax;
    }

    /**
     * After a run whose outputs were of other sizes than those on zeros: what the file leaves open is loose from now on.
     *
     * @param failed what the run was to write into
     * @return false when there is nothing that could be
     */
    public synchronized boolean loosen(OutputTensors failed) {
        if (outputs == failed) {
            if (!failed.mayBeLoose()) {
                return false;
            }
            outputs = failed.loosened();
            LOG.info("{}: {} have other sizes with each picture", model, outputs.loose());
        }
        return true;
    }
}

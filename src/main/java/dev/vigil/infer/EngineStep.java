package dev.vigil.infer;

/**
 * One of the devices that a {@link SwitchingEngine} may serve on.
 *
 * @param device as {@link Engine#device()} says it
 */
public record EngineStep(String device, Opener opener) {

    /** Opens an engine; called on a thread of its own, but for one whose device fails before anything is bound to it. */
    public interface Opener {
        /** @param memory what it will be run on; null where that is not known yet, for all but TensorRT */
        Engine open(RingMemory memory) throws InferException;

        /**
         * Has another process open and run it, where this one has lost the device.
         *
         * @throws InferException when that can not either, or there is no way to try
         */
        default void tryElsewhere(RingMemory memory) throws InferException {
            throw new InferException("it can not be tried by another process");
        }
    }

    /** Whether this process has lost it for good. */
    boolean isLost() {
        return LostDevices.why(device) != null;
    }

    /** Whether it may be had, or found out whether another process would have it. */
    boolean mayBeHad() {
        return !isLost() || LostDevices.returned() == null;
    }

    /**
     * Opens it; where this process has lost the device, has another one try.
     *
     * @throws InferException when it can not be had
     */
    Engine open(RingMemory memory) throws InferException {
        if (isLost()) {
            opener.tryElsewhere(memory);
            LostDevices.hasReturned(device);
            throw new InferException(LostDevices.returned());
        }
        return opener.open(memory);
    }
}

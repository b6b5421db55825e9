package dev.vigil.infer;

import java.time.Duration;

/**
 * How one model is run.
 *
 * @param device where; {@link Device#AUTO} takes the fastest that the box has
 * @param workers frames in inference at the same time; 0 for the box's best (on a CPU its cores, on a GPU one)
 * @param threads threads of one inference on the CPU
 * @param batchMax most frames of one inference, across cameras
 * @param batchWait how long a first frame waits for others to fill its batch
 * @param timeout after which an inference is ended and its frames are counted as failed
 * @param backend by which library
 */
public record InferOptions(
        Device device,
        int workers,
        int threads,
        int batchMax,
        Duration batchWait,
        Duration timeout,
        BackendOptions backend) {
    public enum Device {
        AUTO,
        CPU,
        CUDA,
        TENSORRT
    }

    public static final InferOptions DEFAULT =
            new InferOptions(Device.AUTO, 0, 1, 1, Duration.ZERO, Duration.ofSeconds(10));

    /** With the backend that the model's file asks for. */
    public InferOptions(Device device, int workers, int threads, int batchMax, Duration batchWait, Duration timeout) {
        this(device, workers, threads, batchMax, batchWait, timeout, BackendOptions.DEFAULT);
    }

    /** The same on another device. */
    public InferOptions withDevice(Device newDevice) {
        return new InferOptions(newDevice, workers, threads, batchMax, batchWait, timeout, backend);
    }

    /** The same with that many workers. */
    public InferOptions withWorkers(int newWorkers) {
        return new InferOptions(device, newWorkers, threads, batchMax, batchWait, timeout, backend);
    }

    /** The same with that many threads for each inference on the CPU. */
    public InferOptions withThreads(int newThreads) {
        return new InferOptions(device, workers, newThreads, batchMax, batchWait, timeout, backend);
    }

    /** The same in another way. */
    public InferOptions withBackend(BackendOptions newBackend) {
        return new InferOptions(device, workers, threads, batchMax, batchWait, timeout, newBackend);
    }

    /** The same with batches of another size. */
    public InferOptions withBatchMax(int newBatchMax) {
        return new InferOptions(device, workers, threads, newBatchMax, batchWait, timeout, backend);
    }
}

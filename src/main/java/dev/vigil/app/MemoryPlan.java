package dev.vigil.app;

import dev.vigil.config.CameraConfig;
import dev.vigil.config.ModelConfig;
import dev.vigil.config.VigilConfig;
import dev.vigil.infer.InferOptions;
import dev.vigil.infer.InferOptions.Device;
import dev.vigil.metrics.box.BoxState;
import dev.vigil.source.SourceOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What the process takes of memory, as far as that can be told before it starts: the heap by its limit, the rest by what was measured
 * of this program (docs/operations.md shows the figures beside what was planned). Two sums: what it can not do without, and what it
 * will want when it is busy.
 *
 * @param limitBytes what there is; 0 where nobody tells
 * @param limitOf who says so
 */
record MemoryPlan(List<Item> items, long limitBytes, String limitOf) {
    private static final long MIB = 1L << 20;

    /** @param leastBytes without which it does not work at all */
    record Item(String what, long leastBytes, long plannedBytes) {
        private static Item of(String what, long leastMib, long plannedMib) {
            return new Item(what, leastMib * MIB, plannedMib * MIB);
        }
    }

    private static final String HEAP = "heap";
    private static final long HEAP_LEAST_BYTES = 48 * MIB;
    /** Classes, compiled code, threads' stacks, and the virtual machine itself. */
    private static final Item JAVA = Item.of("Java", 80, 130);
    /** FFmpeg's, the runtime's of models, and what they set up once. */
    private static final Item LIBRARIES = Item.of("libraries", 40, 80);

    private static final Item NETWORK = Item.of("MQTT", 2, 10);
    /** CUDA's libraries and context, in the host's memory. */
    private static final Item GPU = Item.of("GPU libraries", 400, 1500);

    private static final int FLOAT_BYTES = 4;
    /** Of a model that does not say it before it is loaded. */
    private static final int INPUT_SIDE_PX = 640;

    /** What a detector keeps of one frame between its layers, for each pixel of its input. */
    private static final int ACTIVATION_BYTES = 160;

    /** Pictures of a camera: those that the decoder refers to, those in the mailbox and in the ring. */
    private static final int PICTURES = 10;

    private static final int PICTURES_LEAST = 4;
    private static final long USUAL_PICTURE_BYTES = pictureBytes(1920, 1080);
    private static final long SMALL_PICTURE_BYTES = pictureBytes(640, 360);
    private static final long CONNECTION_BYTES = 2 * MIB;

    /** @param heapMaxBytes the heap's limit, as Java was told */
    static MemoryPlan of(VigilConfig config, BoxState box, long heapMaxBytes) {
        List<Item> items = new ArrayList<>();
        items.add(new Item(HEAP, Math.min(HEAP_LEAST_BYTES, heapMaxBytes), heapMaxBytes));
        items.add(JAVA);
        items.add(LIBRARIES);
        boolean onGpu = false;
        for (ModelConfig model : config.models().values()) {
            if (isUsed(config, model)) {
                items.add(model(config, model, box.cpus()));
                onGpu |= isOnGpu(model);
            }
        }
        if (onGpu) {
            items.add(GPU);
        }
        items.add(cameras(config.cameras()));
        items.add(NETWORK);
        long configured = config.memory().limitBytes();
        Long there = box.memoryBytes();
        if (configured > 0 && (there == null || configured <= there)) {
            return new MemoryPlan(items, configured, "memory.limit");
        }
        String by = there != null && there.equals(box.limitBytes()) ? "the control group's limit" : "the box's memory";
        return new MemoryPlan(items, there == null ? 0 : there, by);
    }

    private static boolean isUsed(VigilConfig config, ModelConfig model) {
        return config.cameras().stream()
                .map(camera -> config.models().get(camera.model()))
                .anyMatch(first -> config.chain(first).contains(model));
    }

    private static boolean isOnGpu(ModelConfig model) {
        Device device = model.infer().device();
        return device == Device.CUDA || device == Device.TENSORRT;
    }

    private static Item model(VigilConfig config, ModelConfig model, int cpus) {
        long fileBytes = sizeOf(model.file());
        InferOptions infer = model.infer();
        var size = model.description().input() == null
                ? null
                : model.description().input().size();
        long areaPx = size == null ? (long) INPUT_SIDE_PX * INPUT_SIDE_PX : (long) size.widthPx() * size.heightPx();
        int workers = infer.workers() > 0 ? infer.workers() : isOnGpu(model) ? 1 : cpus;
        int frames = workers * Math.max(1, infer.batchMax());
        int slots = Integer.highestOneBit(2 * frames + 1) << 1;
        int views = Math.max(1, Demand.of(config, model).viewsMax());
        long ring = slots * views * areaPx * 3 * FLOAT_BYTES;
        long planned = 2 * fileBytes + frames * areaPx * ACTIVATION_BYTES + ring;
        return new Item("model " + model.name(), fileBytes + (size == null ? 0 : ring), planned);
    }

    /** With the files of weights that lie beside it: a model in parts is larger than its first file. */
    private static long sizeOf(Path file) {
        try {
            long bytes = Files.size(file);
            Path data = file.resolveSibling(file.getFileName() + ".data");
            return Files.exists(data) ? bytes + Files.size(data) : bytes;
        } catch (IOException notThere) {
            return 0; // whoever loads it tells
        }
    }

    private static Item cameras(List<CameraConfig> cameras) {
        long least = cameras.stream().mapToLong(MemoryPlan::leastBytes).sum();
        long planned = cameras.stream().mapToLong(MemoryPlan::plannedBytes).sum();
        return new Item(cameras.size() == 1 ? "1 camera" : cameras.size() + " cameras", least, planned);
    }

    private static long leastBytes(CameraConfig camera) {
        return CONNECTION_BYTES + PICTURES_LEAST * pictureBytes(camera, SMALL_PICTURE_BYTES);
    }

    private static long plannedBytes(CameraConfig camera) {
        return CONNECTION_BYTES + PICTURES * pictureBytes(camera, USUAL_PICTURE_BYTES);
    }

    /** @param elseBytes where nobody says how large they are */
    private static long pictureBytes(CameraConfig camera, long elseBytes) {
        SourceOptions.V4l2 asked = camera.source().v4l2();
        return asked.widthPx() > 0
                ? pictureBytes(asked.widthPx(), asked.heightPx())
                : Math.min(elseBytes, pictureBytes(camera.source().maxPixels(), 1));
    }

    /** In the usual form of video: a byte a pixel for brightness, half of one for colour. */
    private static long pictureBytes(long widthPx, long heightPx) {
        return widthPx * heightPx * 3 / 2;
    }

    /** Of what is not Java's heap, when it is busy. */
    long plannedOutsideHeapBytes() {
        return items.stream()
                .filter(item -> !item.what.equals(HEAP))
                .mapToLong(Item::plannedBytes)
                .sum();
    }

    /** What a camera's pictures take beyond what was planned for them, of the size that they really have. */
    static long beyondPlanBytes(CameraConfig camera, int widthPx, int heightPx) {
        return Math.max(0, PICTURES * pictureBytes(widthPx, heightPx) - plannedBytes(camera));
    }

    long leastBytes() {
        return items.stream().mapToLong(Item::leastBytes).sum();
    }

    long plannedBytes() {
        return items.stream().mapToLong(Item::plannedBytes).sum();
    }

    /** There is not enough to work at all. */
    boolean isTooMuch() {
        return limitBytes > 0 && leastBytes() > limitBytes;
    }

    /** There may not be enough when everything is busy. */
    boolean isTight() {
        return limitBytes > 0 && plannedBytes() > limitBytes;
    }

    /** {@code 612 MiB planned of 2048 MiB (the box's memory): heap 256, Java 130, …}. */
    String line() {
        String parts = items.stream()
                .map(item -> item.what + " " + mib(item.plannedBytes))
                .collect(Collectors.joining(", "));
        String of = limitBytes == 0 ? "" : " of " + mib(limitBytes) + " MiB (" + limitOf + ")";
        return mib(plannedBytes()) + " MiB planned" + of + ": " + parts;
    }

    /** What is wrong, and what to change. */
    String tooMuch() {
        String parts = items.stream()
                .map(item -> item.what + " " + mib(item.leastBytes))
                .collect(Collectors.joining(", "));
        return "at least " + mib(leastBytes()) + " MiB are needed, and there are " + mib(limitBytes) + " MiB ("
                + limitOf + "): " + parts + "; " + remedy();
    }

    String tight() {
        return line() + ", which may not be enough: " + remedy();
    }

    private String remedy() {
        return "fewer cameras or smaller streams (detect_stream), a smaller model, fewer workers, VIGIL_HEAP=96m"
                + (limitOf.equals("memory.limit") ? ", or a larger memory.limit" : ", or more memory");
    }

    private static long mib(long bytes) {
        return (bytes + MIB - 1) / MIB;
    }
}

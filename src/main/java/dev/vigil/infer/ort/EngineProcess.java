package dev.vigil.infer.ort;

import dev.vigil.frame.ConstantInput;
import dev.vigil.frame.TensorInfo;
import dev.vigil.infer.BackendOptions;
import dev.vigil.infer.BackendOptions.Precision;
import dev.vigil.infer.Constant;
import dev.vigil.infer.DeepStack;
import dev.vigil.infer.Engine;
import dev.vigil.infer.InferException;
import dev.vigil.infer.InferOptions;
import dev.vigil.infer.InferOptions.Device;
import dev.vigil.infer.InputTensors;
import dev.vigil.infer.ModelFormat;
import dev.vigil.infer.RingMemory;
import dev.vigil.infer.TensorRing;
import dev.vigil.infer.Values;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens and runs a model in a process of its own: to have TensorRT build its engines, or to try whether a device works that this
 * process has lost. TensorRT's builder takes minutes of all cores and gigabytes, can crash, and can not be ended in the middle: what
 * happens to it must not happen to the daemon. That process ends with this one, whose end it sees by its standard input.
 */
final class EngineProcess {
    private static final Logger LOG = LoggerFactory.getLogger(EngineProcess.class);
    /** Slow boxes take half an hour; what takes longer hangs. */
    private static final Duration BUILD_MAX = Duration.ofHours(2);

    private static final Duration TRIAL_MAX = Duration.ofMinutes(5);
    /** Java's own memory; that of the builder lies outside of it. */
    private static final String HEAP = "-Xmx512m";
    /** As Linux numbers it: of a process that a signal has ended, Java tells 128 and the signal. */
    private static final int KILLED = 128 + 9;

    private static final int FAILED = 1;
    private static final int ORPHANED = 3;

    private EngineProcess() {}

    /**
     * Waits until the engines are there.
     *
     * @param memory what the model is run on
     * @throws InferException when they can not be had, with the reason; {@code build.log} beside them has it all
     */
    static void build(Path model, InferOptions options, Path cacheDir, TensorRtCache cache, RingMemory memory)
            throws InferException {
        String shapes = shapes(memory);
        if (cache.isBuiltFor(shapes)) {
            return;
        }
        try {
            Files.createDirectories(cache.folder());
        } catch (IOException e) {
            throw new InferException(
                    "the cache folder " + cache.folder() + " can not be written: " + e.getMessage(), e);
        }
        Path log = cache.folder().resolve("build.log");
        run("its builder", command(program(model, Device.TENSORRT, options, cacheDir, memory, log)), log, BUILD_MAX);
    }

    /**
     * Waits until it is known whether another process can run a model on a device that this one has lost.
     *
     * @throws InferException when it can not, with the reason
     */
    static void tryDevice(Path model, Device device, InferOptions options, Path cacheDir, RingMemory memory)
            throws InferException {
        Path log = cacheDir.resolve("try-" + OrtEngine.label(device) + "-" + ModelFormat.stem(model) + ".log");
        run("its trial", command(program(model, device, options, cacheDir, memory, log)), log, TRIAL_MAX);
    }

    private static List<String> program(
            Path model, Device device, InferOptions options, Path cacheDir, RingMemory memory, Path log) {
        List<String> program = new ArrayList<>(List.of(reason(log).toString(), device.name()));
        program.addAll(List.of(model.toAbsolutePath().toString(), cacheDir.toString()));
        program.addAll(List.of(options.backend().precision().name(), String.valueOf(options.batchMax())));
        program.addAll(List.of(shapes(memory), String.valueOf(memory.batchMax())));
        program.addAll(inputs(memory.inputs()));
        return program;
    }

    /** Where the builder says why it has failed: its log may hold what native code has to say, in any order. */
    static Path reason(Path log) {
        return log.resolveSibling(log.getFileName() + ".reason"); // logs of several models may lie in one folder
    }

    /** @param program the arguments of {@link #main} */
    static List<String> command(List<String> program) {
        List<String> command =
                new ArrayList<>(List.of("nice", "-n", "10", System.getProperty("java.home") + "/bin/java", HEAP));
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> flag.startsWith("-D") || flag.startsWith("-XX:ErrorFile="))
                .forEach(command::add);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), EngineProcess.class.getName()));
        command.addAll(program);
        return command;
    }

    /**
     * Waits until it has ended well.
     *
     * @param who for people, whatever goes wrong with it
     */
    static void run(String who, List<String> command, Path log, Duration max) throws InferException {
        Process child = null;
        try {
            Files.deleteIfExists(reason(log));
            child = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            dieFirst(child);
            if (!child.waitFor(max.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new InferException(who + " has not ended within " + max.toMinutes() + " minutes");
            }
            if (child.exitValue() != 0) {
                throw new InferException(why(who, child.exitValue(), log));
            }
        } catch (IOException e) {
            throw new InferException(who + " can not be run: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InferException("interrupted before " + who + " had ended", e);
        } finally {
            if (child != null) {
                child.destroyForcibly();
            }
        }
    }

    /** Where memory runs out, the kernel is to take the other process and not what serves. */
    private static void dieFirst(Process child) {
        try {
            Files.writeString(Path.of("/proc/" + child.pid() + "/oom_score_adj"), "900");
        } catch (IOException e) {
            LOG.debug("it is as dear to the kernel as the daemon: {}", e.toString());
        }
    }

    private static String why(String who, int exit, Path log) throws IOException {
        List<String> lines = Files.readString(log, StandardCharsets.ISO_8859_1)
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .toList();
        String last = lines.isEmpty() ? "" : lines.get(lines.size() - 1);
        String told = exit == FAILED
                ? Files.exists(reason(log)) ? Files.readString(reason(log)) : last
                : who + " "
                        + (exit == KILLED
                                ? "was killed, as the kernel does where memory runs out"
                                : "crashed (" + crash(exit, lines) + ")");
        return told + "; see " + log;
    }

    /** As Java tells of a crash in native code: {@code # SIGSEGV (0xb) at pc=…} and {@code # C [libnvinfer.so.10+0x…] …}. */
    private static String crash(int exit, List<String> lines) {
        String told = lines.stream()
                .filter(line -> line.startsWith("#  SIG") || line.startsWith("# C "))
                .map(line -> line.substring(1).strip())
                .collect(Collectors.joining(", "));
        return told.isEmpty() ? "exit code " + exit : told;
    }

    /**
     * The shapes between which inputs with open dimensions may lie, as the provider wants to be told, so that one engine is built
     * for all of them and not one after the other; and the sign of what was built.
     *
     * @return such as {@code images:1x3x640x640 images:8x3x640x640}; empty for a model that leaves nothing open
     */
    private static String shapes(RingMemory memory) {
        InputTensors inputs = memory.inputs();
        String least = shapes(inputs, memory.batchMin());
        return least.isEmpty() ? "" : least + " " + shapes(inputs, memory.batchMax());
    }

    private static String shapes(InputTensors inputs, int frames) {
        List<String> all = new ArrayList<>();
        if (isOpen(inputs.picture())) {
            all.add(inputs.picture().name() + ":" + joined(inputs.shape(frames)));
        }
        for (Constant constant : inputs.constants()) {
            if (isOpen(constant.declared())) {
                all.add(constant.name() + ":" + joined(constant.shape(frames)));
            }
        }
        return String.join(",", all);
    }

    private static boolean isOpen(TensorInfo input) {
        return Arrays.stream(input.shape()).anyMatch(extent -> extent < 0);
    }

    private static String joined(long[] numbers) {
        return LongStream.of(numbers).mapToObj(String::valueOf).collect(Collectors.joining("x"));
    }

    private static long[] numbers(String joined) {
        return Arrays.stream(joined.split("x", -1)).mapToLong(Long::parseLong).toArray();
    }

    /** The picture's name and dimensions, and of each other input its name, its dimensions and what it gets. */
    private static List<String> inputs(InputTensors inputs) {
        List<String> all = new ArrayList<>(List.of(inputs.picture().name(), joined(inputs.imageShape())));
        for (Constant constant : inputs.constants()) {
            float[] values = new float[Values.count(constant.shape())];
            Values.toFloats(constant.values(1), constant.declared().type(), 0, values.length, FloatBuffer.wrap(values));
            all.addAll(List.of(constant.name(), joined(constant.shape()), Arrays.toString(values)));
        }
        return all;
    }

    /**
     * The other process: where it says why it has failed, device, model, cache folder, precision, batch.max, shapes, batch, and
     * {@link #inputs}.
     */
    public static void main(String[] args) {
        Thread parent = new Thread(EngineProcess::endWithParent, "parent");
        parent.setDaemon(true);
        parent.start();
        OrtSettings.tellAll();
        int exit = FAILED;
        try {
            open(List.of(args));
            exit = 0;
        } catch (InferException e) {
            tell(Path.of(args[0]), e.getMessage());
        } catch (IOException | RuntimeException | LinkageError e) {
            tell(Path.of(args[0]), e.toString());
        }
        // Not exit(): what unloads native libraries has no say in whether the engines are good.
        Runtime.getRuntime().halt(exit);
    }

    private static void tell(Path reason, String why) {
        LOG.error("{}", why);
        try {
            Files.writeString(reason, why);
        } catch (IOException e) {
            LOG.error("{} can not be written", reason, e);
        }
    }

    private static void endWithParent() {
        try {
            System.in.transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            LOG.error("the daemon can not be heard", e);
        }
        Runtime.getRuntime().halt(ORPHANED);
    }

    private static void open(List<String> args) throws InferException, IOException {
        Device device = Device.valueOf(args.get(1));
        Path model = Path.of(args.get(2));
        Path cacheDir = Path.of(args.get(3));
        Precision precision = Precision.valueOf(args.get(4));
        InferOptions options = InferOptions.DEFAULT
                .withDevice(device)
                .withWorkers(1)
                .withBatchMax(Integer.parseInt(args.get(5)))
                .withBackend(new BackendOptions(InferOptions.DEFAULT.backend().backend(), null, null, precision));
        String shapes = args.get(6);
        List<String> inputs = args.subList(7, args.size());
        if (device != Device.TENSORRT) {
            runOnce(open(model, device, options, cacheDir, null), inputs);
            return;
        }
        TensorRtCache cache = OrtEngine.cache(model, options, cacheDir);
        // Another daemon on this box may be building the same.
        try (FileChannel channel = FileChannel.open(
                        cache.folder().resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            LOG.debug("the folder is its own: {}", lock);
            if (!cache.isBuiltFor(shapes)) {
                cache.clear();
                runOnce(open(model, device, options, cacheDir, shapes), inputs);
                cache.built(shapes);
            }
        }
    }

    private static Engine open(Path model, Device device, InferOptions options, Path cacheDir, String shapes)
            throws InferException {
        return DeepStack.call("open", () -> OrtEngine.openHere(model, device, options, cacheDir, shapes));
    }

    private static float[] floats(String list) {
        String[] each = list.substring(1, list.length() - 1).split(", ", -1);
        float[] values = new float[each.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = Float.parseFloat(each[i]);
        }
        return values;
    }

    /** @param inputs the most frames of a run, and {@link #inputs} */
    private static void runOnce(Engine engine, List<String> inputs) throws InferException {
        int batch = Integer.parseInt(inputs.get(0));
        String picture = inputs.get(1);
        long[] imageShape = numbers(inputs.get(2));
        List<ConstantInput> others = new ArrayList<>();
        for (int i = 3; i < inputs.size(); i += 3) {
            others.add(new ConstantInput(inputs.get(i), numbers(inputs.get(i + 1)), floats(inputs.get(i + 2))));
        }
        TensorInfo input = engine.inputs().stream()
                .filter(each -> each.name().equals(picture))
                .findFirst()
                .orElseThrow(() -> new InferException("the model has no input " + picture));
        try (TensorRing ring = new TensorRing(engine, batch, input, imageShape, others);
                TensorRing.Runner runner = ring.runner()) {
            runner.run(0, 1);
        }
    }
}

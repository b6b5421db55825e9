package dev.vigil.app.bench;

import dev.vigil.base.Clock;
import dev.vigil.config.ConfigException;
import dev.vigil.config.ConfigReader;
import dev.vigil.config.Surroundings;
import dev.vigil.convert.ConvertException;
import dev.vigil.detect.ModelException;
import dev.vigil.infer.InferException;
import dev.vigil.infer.InferOptions;
import dev.vigil.infer.ModelFile;
import dev.vigil.source.SourceException;
import dev.vigil.source.SourceOptions;
import dev.vigil.workshop.trial.FrameSet;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import picocli.CommandLine.Option;

/** What {@code vigil bench --model} takes besides, and its work. */
final class ModelBenchOptions {
    /** Enough that rounds of two runs lie apart by chance in 1 of 126 figures. */
    private static final int ROUNDS = 5;

    /** Of each measurement. */
    private static final double SECONDS = 1;

    private static final int FRAMES = 32;
    private static final String DEMO_CLIP = "media/demo-clip.mp4";

    @Option(
            names = "--save",
            paramLabel = "FILE",
            description = "With --model: write the figures, with what they were taken on, to compare with later.")
    private Path save;

    @Option(
            names = "--baseline",
            paramLabel = "FILE",
            description = "With --model: mark what differs beyond noise from the figures that --save wrote there.")
    private Path baseline;

    @Option(names = "--zeros", description = "With --model: run it on zeros and not on frames of --video.")
    private boolean zeros;

    boolean isGiven() {
        return save != null || baseline != null || zeros;
    }

    /**
     * Measures.
     *
     * @param rounds 0 for as many as are usual
     * @param video null for the demo clip
     * @param progress is told what is being measured
     */
    ModelBenchReport run(
            Surroundings surroundings,
            Path model,
            InferOptions.Device device,
            int rounds,
            Path video,
            Consumer<String> progress)
            throws ConfigException, InferException, ModelException, SourceException, ConvertException, IOException,
                    InterruptedException {
        String problem = ModelFile.look(model);
        if (problem != null) {
            throw new InferException("the model " + model + " " + problem);
        }
        ModelFigures before = baseline == null ? null : readBaseline();
        if (save != null && !Files.isDirectory(save.toAbsolutePath().getParent())) {
            throw new IOException("--save " + save + ": there is no such folder");
        }
        Path clip = video != null ? video : surroundings.home().resolve(DEMO_CLIP);
        try (FrameSet frames = zeros ? null : frames(clip, surroundings.cacheDir(), progress)) {
            ModelBench bench = new ModelBench(new ModelBench.Plan(
                    model,
                    new ConfigReader(surroundings).readDescription(model),
                    InferOptions.DEFAULT.withDevice(device),
                    frames,
                    rounds == 0 ? ROUNDS : rounds,
                    SECONDS,
                    surroundings.cacheDir()));
            List<Figure> measured = bench.measure(progress);
            Map<String, String> options = new LinkedHashMap<>();
            options.put("device", device.name().toLowerCase(Locale.ROOT));
            options.put(ModelFigures.RUNS_ON, bench.device());
            options.put("input", zeros ? "zeros" : frames.size() + " frames of " + clip.getFileName());
            options.put(
                    "each_measurement",
                    Duration.ofMillis((long) (SECONDS * 1_000)).toSeconds() + " s");
            ModelFigures figures = new ModelFigures(
                    Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                    new ModelFigures.Model(model.getFileName().toString(), sha256(model), Files.size(model)),
                    Box.ofThis(),
                    options,
                    measured);
            if (save != null) {
                FiguresFile.write(figures, save);
            }
            return new ModelBenchReport(figures, baseline, before);
        }
    }

    private ModelFigures readBaseline() throws IOException {
        try {
            return FiguresFile.read(baseline);
        } catch (IOException e) {
            throw new IOException("--baseline " + e.getMessage(), e);
        }
    }

    private static FrameSet frames(Path clip, Path folder, Consumer<String> progress)
            throws SourceException, IOException {
        SourceOptions options = SourceOptions.builder(clip.toAbsolutePath().toUri())
                .hardware(SourceOptions.Hardware.NONE)
                .build();
        FrameSet.Source source = new FrameSet.Source(clip.toString(), options, false);
        return FrameSet.take(List.of(source), FRAMES, Duration.ZERO, folder, Clock.SYSTEM, progress);
    }

    private static String sha256(Path file) throws IOException {
        try (DigestInputStream in =
                new DigestInputStream(Files.newInputStream(file), MessageDigest.getInstance("SHA-256"))) {
            in.transferTo(OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(in.getMessageDigest().digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}

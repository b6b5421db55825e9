package dev.vigil.app.model;

import dev.vigil.config.ConfigException;
import dev.vigil.config.ConfigReader;
import dev.vigil.config.Surroundings;
import dev.vigil.graph.GraphException;
import dev.vigil.graph.OnnxModel;
import dev.vigil.infer.ModelFormat;
import dev.vigil.workshop.Scratch;
import dev.vigil.workshop.trial.FrameSet;
import dev.vigil.workshop.tune.EightBits;
import dev.vigil.workshop.tune.HalfPrecision;
import dev.vigil.workshop.tune.InputSizes;
import dev.vigil.workshop.tune.OptimisedGraph;
import dev.vigil.workshop.tune.TrialException;
import dev.vigil.workshop.tune.Tried;
import dev.vigil.workshop.tune.Variant;
import dev.vigil.workshop.tune.VariantMaker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Variants of a model in a folder of their own until one is chosen; the folder goes when this is closed. */
final class TunedModel implements AutoCloseable {
    /** Of all the time, for what each maker makes. */
    private static final int TIME_PART = 5;

    private final Surroundings surroundings;
    private final Path model;
    private final Scratch scratch;
    private final List<String> notMade = new ArrayList<>();

    TunedModel(Surroundings surroundings, Path model) throws IOException {
        this.surroundings = surroundings;
        this.model = model;
        this.scratch = Scratch.in(surroundings.cacheDir());
    }

    /**
     * Makes what may be faster.
     *
     * @param onGpu whether the box has one that runs the model
     */
    List<Variant> make(
            Variant original,
            FrameSet frames,
            double lossPoints,
            Duration time,
            boolean onGpu,
            Consumer<String> progress)
            throws InterruptedException {
        Path cache = surroundings.cacheDir();
        List<VariantMaker> makers = List.of(
                new OptimisedGraph(cache), new EightBits(cache), new HalfPrecision(onGpu, cache), new InputSizes());
        List<Variant> made = new ArrayList<>();
        for (VariantMaker maker : makers) {
            progress.accept("making " + maker.name());
            try {
                made.addAll(maker.make(original, scratch.folder(), frames, lossPoints, time.dividedBy(TIME_PART)));
            } catch (TrialException e) {
                notMade.add(maker.name() + ": " + e.getMessage());
            }
        }
        return made;
    }

    /** What was not made, with why. */
    List<String> notMade() {
        return List.copyOf(notMade);
    }

    /** Where the chosen one's file would be, were it written. */
    Path wouldBe(Tried chosen, Path beside) {
        Variant variant = chosen.settings().variant();
        return variant.isOriginal()
                ? model.toAbsolutePath().normalize()
                : beside.toAbsolutePath().normalize().resolveSibling(name(variant));
    }

    private String name(Variant variant) {
        return ModelFormat.stem(model) + "-" + variant.name().replaceAll("[^A-Za-z0-9_.-]+", "-") + "."
                + ModelFormat.ending(variant.file());
    }

    /**
     * Puts the chosen one's file beside the configuration, with its .yml, unless it is the original, which stays where it is.
     *
     * @return the file
     */
    Path bring(Tried chosen, Path configuration) throws IOException, ConfigException {
        Variant variant = chosen.settings().variant();
        Path file = wouldBe(chosen, configuration);
        if (variant.isOriginal()) {
            return file;
        }
        ModelTool.requireOther(model, file);
        try {
            OnnxModel.read(variant.file()).write(file);
        } catch (GraphException e) {
            throw new IOException("the model " + variant.file() + " " + e.getMessage(), e);
        }
        Path description = ConfigReader.descriptionOf(file);
        String yaml = DescriptionYaml.of(variant.description());
        if (yaml.isEmpty()) {
            Files.deleteIfExists(description);
        } else {
            Files.writeString(description, yaml);
        }
        if (!new ConfigReader(surroundings).readDescription(file).equals(variant.description())) {
            throw new IOException(description + " does not read back as it was meant");
        }
        return file;
    }

    @Override
    public void close() throws IOException {
        scratch.close();
    }
}

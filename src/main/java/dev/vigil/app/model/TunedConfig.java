package dev.vigil.app.model;

import dev.vigil.app.ModelCheck;
import dev.vigil.config.ConfigException;
import dev.vigil.config.ConfigReader;
import dev.vigil.config.ModelConfig;
import dev.vigil.config.Problems;
import dev.vigil.config.Surroundings;
import dev.vigil.config.VigilConfig;
import dev.vigil.infer.BackendOptions;
import dev.vigil.infer.InferOptions;
import dev.vigil.workshop.tune.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Writes chosen settings as a configuration, and reads it back as {@code vigil run} and {@code vigil check} would before it gets
 * its place.
 */
final class TunedConfig {
    static final String DEFAULT_NAME = "default";

    /** Only to see that the rest is right, where there is no camera yet. */
    private static final String SOME_CAMERA = "\ncameras: {some: {url: \"rtsp://127.0.0.1/\"}}\n";

    private final Surroundings surroundings;
    private final Path base;
    private final VigilConfig before;

    /**
     * @param base the configuration to change; null for a new one
     * @throws ConfigException when something is wrong in it
     */
    TunedConfig(Surroundings surroundings, Path base) throws ConfigException {
        this.surroundings = surroundings;
        this.base = base;
        this.before = base == null ? null : new ConfigReader(surroundings).read(base);
    }

    /**
     * What the model is called in the configuration to change.
     *
     * @throws IOException when the configuration does not name it, or several times
     */
    String name(Path model) throws IOException {
        if (before == null) {
            return DEFAULT_NAME;
        }
        List<String> names = new ArrayList<>();
        for (Map.Entry<String, ModelConfig> one : before.models().entrySet()) {
            if (Files.exists(one.getValue().file())
                    && Files.isSameFile(one.getValue().file(), model)) {
                names.add(one.getKey());
            }
        }
        if (names.size() != 1) {
            throw new IOException("--config " + base + " names the model " + model + " "
                    + (names.isEmpty() ? "nowhere" : "several times: " + String.join(", ", names)));
        }
        return names.get(0);
    }

    /** How long a batch waits in the configuration to change. */
    private Duration batchWait(String name) {
        return before == null
                ? InferOptions.DEFAULT.batchWait()
                : before.models().get(name).infer().batchWait();
    }

    /** The section alone, to be shown or put in by hand. */
    String section(String name, Path file, Settings settings, List<String> remarks) {
        return TunedSection.alone(name, remarks, TunedSection.keys(file.toString(), settings.infer(), batchWait(name)));
    }

    /**
     * Writes the whole.
     *
     * @param file of the model, where it will be
     * @param cameras lines of that section for a new configuration; empty for none
     * @param ending the process is ending, when no model can be loaded any more: then its trials must do for a check
     * @throws IOException when it can not be written, or does not read back as what was chosen
     */
    void write(
            Path out, String name, Path file, Settings settings, List<String> remarks, String cameras, boolean ending)
            throws IOException, ConfigException, InterruptedException {
        List<String> keys =
                TunedSection.keys(file.toAbsolutePath().normalize().toString(), settings.infer(), batchWait(name));
        String text;
        if (base == null) {
            text = "# Written by vigil model tune.\n" + TunedSection.alone(name, remarks, keys)
                    + (cameras.isEmpty() ? "" : "\n" + cameras);
        } else {
            text = TunedSection.changed(Files.readString(base), name, remarks, keys);
            if (text == null) {
                throw new IOException("--config " + base + " does not have models." + name
                        + " in lines of its own; change it by hand:\n"
                        + TunedSection.alone(name, remarks, keys).stripTrailing());
            }
        }
        Path target = out.toAbsolutePath();
        Path part =
                Files.createTempFile(target.getParent(), target.getFileName().toString(), ".part");
        try {
            Files.writeString(part, base == null && cameras.isEmpty() ? text + SOME_CAMERA : text);
            check(part, name, file, settings, ending);
            Files.writeString(part, text);
            Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private void check(Path written, String name, Path file, Settings settings, boolean ending)
            throws IOException, ConfigException, InterruptedException {
        VigilConfig config = new ConfigReader(surroundings).read(written);
        ModelConfig model = config.models().get(name);
        InferOptions infer = settings.infer();
        InferOptions was = before == null
                ? InferOptions.DEFAULT
                : before.models().get(name).infer();
        InferOptions wanted = new InferOptions(
                infer.device(),
                infer.workers(),
                infer.threads(),
                infer.batchMax(),
                infer.batchMax() > 1 ? was.batchWait() : InferOptions.DEFAULT.batchWait(),
                was.timeout(),
                new BackendOptions(
                        infer.backend().backend(),
                        was.backend().graph(),
                        was.backend().provider(),
                        infer.backend().precision()));
        require(
                model != null
                        && Files.isSameFile(model.file(), file)
                        && model.infer().equals(wanted),
                written);
        if (before != null) {
            require(
                    config.cameras().equals(before.cameras())
                            && config.node().equals(before.node())
                            && config.topics().equals(before.topics())
                            && config.models().keySet().equals(before.models().keySet()),
                    written);
            for (ModelConfig other : before.models().values()) {
                ModelConfig now = config.models().get(other.name());
                require(now.detect().equals(other.detect()) && now.tiles().equals(other.tiles()), written);
                require(other.name().equals(name) || now.equals(other), written);
            }
        }
        if (ending) {
            return;
        }
        Problems problems = new ConfigReader(surroundings).load(written).problems();
        new ModelCheck().check(config, problems, line -> {});
        if (!problems.isEmpty()) {
            throw new IOException("the configuration for " + name + " does not pass vigil check: "
                    + problems.sorted().get(0).message());
        }
    }

    private static void require(boolean holds, Path written) throws IOException {
        if (!holds) {
            throw new IOException("the configuration " + written + " does not read back as it was meant");
        }
    }
}

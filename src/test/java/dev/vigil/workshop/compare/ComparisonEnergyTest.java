package dev.vigil.workshop.compare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.OnnxFile;
import dev.vigil.base.Clock;
import dev.vigil.config.Surroundings;
import dev.vigil.detect.ModelDescription;
import dev.vigil.infer.InferOptions;
import dev.vigil.source.SourceOptions;
import dev.vigil.workshop.trial.EnergyMeter;
import dev.vigil.workshop.trial.FrameSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What models take of a box that tells its energy: here a folder in the form of the kernel's, whose counter goes on. */
@Timeout(60)
class ComparisonEnergyTest {
    @TempDir
    private Path folder;

    private Path counter;

    private void zone() throws IOException {
        Path zone = Files.createDirectories(folder.resolve("powercap/intel-rapl:0"));
        Files.writeString(zone.resolve("name"), "package-0\n");
        Files.writeString(zone.resolve("max_energy_range_uj"), "262143328850\n");
        counter = zone.resolve("energy_uj");
        Files.writeString(counter, "1000\n");
    }

    /** Moved into place, so that nobody reads half a number. */
    private void put(long uj) {
        try {
            Path beside = Files.writeString(folder.resolve("next"), uj + "\n");
            Files.move(beside, counter, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private Comparison.Result compare(EnergyMeter meter) throws Exception {
        Path model = Files.write(folder.resolve("tiny.onnx"), OnnxFile.ssd(20, 90));
        Path cache = Surroundings.ofProcess().cacheDir();
        SourceOptions clip =
                SourceOptions.builder(Path.of("media/demo-clip.mp4").toUri()).build();
        Comparison.Options options = new Comparison.Options(
                InferOptions.DEFAULT.withDevice(InferOptions.Device.CPU), 1, 0.2, cache, () -> {}, meter);
        ModelDescription description = new ModelDescription("ssd", Path.of("models/coco-90.txt"), null);
        try (FrameSet frames = FrameSet.take(
                List.of(new FrameSet.Source("clip", clip, false)),
                1,
                Duration.ofSeconds(1),
                folder,
                Clock.SYSTEM,
                line -> {})) {
            return new Comparison(options, frames, line -> {})
                    .run(List.of(new Candidate("tiny", model, description, null)), null, null);
        }
    }

    @Test
    void shouldTellJoulesPerFrameWhenTheBoxCountsThem() throws Exception {
        zone();
        AtomicLong uj = new AtomicLong(1000);
        AtomicBoolean going = new AtomicBoolean(true);
        Thread counting = new Thread(() -> {
            while (going.get()) {
                put(uj.addAndGet(5_000));
            }
        });
        counting.start();
        Comparison.Result result;
        try {
            result = compare(EnergyMeter.of(folder.resolve("powercap")));
        } finally {
            going.set(false);
            counting.join();
        }

        assertThat(result.noEnergy()).isNull();
        Costs costs = result.standings().get(0).costs();
        assertThat(costs.joulesPerFrame().median()).isPositive().isFinite();
        double frames = costs.framesPerSecond().median();
        assertThat(costs.joulesPerFrame().median() * frames * 0.2)
                .as("no more than was counted in all, in J")
                .isLessThan(uj.get() / 1e6);
    }

    @Test
    void shouldSayWhyThereIsNoneWhenTheBoxDoesNotTell() throws Exception {
        Comparison.Result result = compare(EnergyMeter.of(folder.resolve("powercap")));

        assertThat(result.noEnergy())
                .isEqualTo("this kernel tells no energy: there is no " + folder.resolve("powercap"));
        assertThat(result.standings().get(0).costs().joulesPerFrame().median()).isNaN();
    }
}

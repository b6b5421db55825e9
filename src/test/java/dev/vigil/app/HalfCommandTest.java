package dev.vigil.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vigil.Peers;
import dev.vigil.config.Surroundings;
import dev.vigil.detect.ModelDescription;
import dev.vigil.frame.TensorInfo.ElementType;
import dev.vigil.infer.InferOptions;
import dev.vigil.pipeline.LoadedModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code vigil model half} as a user has it, on models that detect. */
@Timeout(300)
class HalfCommandTest {
    private static final String MODEL = "models/ssdlite-mobilenet-v2-coco.onnx";
    private static final Path YOLOX = Path.of("../shared/models/yolox-nano-coco.onnx");

    @TempDir
    private Path folder;

    private JsonNode half(String in, String... options) throws Exception {
        List<String> arguments = new ArrayList<>(List.of(
                "model", "half", in, "-o", folder.resolve("half.onnx").toString(), "--frames-max", "6", "--json"));
        arguments.addAll(List.of(options));
        CommandLineRun run = CommandLineRun.of(arguments.toArray(String[]::new));
        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        assertThat(run.out().lines()).hasSize(1);
        return new ObjectMapper().readTree(run.out());
    }

    @Test
    void shouldHalveTheBytesWhenTheDefaultModelComputesInFp16() throws Exception {
        JsonNode json = half(MODEL, "--inputs", "half", "--outputs", "half");

        assertThat(json.at("/bytes").asLong())
                .isEqualTo(Files.size(folder.resolve("half.onnx")))
                .isLessThan(json.at("/bytes_before").asLong() * 51 / 100);
        assertThat(json.at("/rounded/pairs").asInt()).isGreaterThan(5);
        for (String way : List.of("/rounded", "/here")) {
            assertThat(json.at(way + "/candidates/alone").asInt()).isZero();
            assertThat(json.at(way + "/candidates/score").asDouble()).isLessThanOrEqualTo(0.01);
            assertThat(json.at(way + "/candidates/corner_input_px").asDouble()).isLessThanOrEqualTo(1);
            assertThat(json.at(way + "/loss_points").asDouble()).isLessThan(0.5);
        }
        assertThat(folder.resolve("half.yml")).hasSameTextualContentAs(Path.of("models/ssdlite-mobilenet-v2-coco.yml"));
        assertThat(folder.resolve("coco-90.txt")).hasSameTextualContentAs(Path.of("models/coco-90.txt"));
        try (LoadedModel loaded = LoadedModel.load(
                folder.resolve("half.onnx"),
                new ModelDescription("ssd", Path.of("models/coco-90.txt"), null),
                InferOptions.DEFAULT.withDevice(InferOptions.Device.CPU),
                Surroundings.ofProcess().cacheDir())) {
            assertThat(loaded.engine().inputs().get(0).type()).isEqualTo(ElementType.FLOAT16);
            assertThat(loaded.engine().outputs()).allMatch(output -> output.type() == ElementType.FLOAT16);
        }
    }

    @Test
    void shouldStoreHalvesOnlyWhenItIsForACpu() throws Exception {
        JsonNode json = half(MODEL, "--weights-only");

        assertThat(json.at("/bytes").asLong())
                .isLessThan(json.at("/bytes_before").asLong() * 51 / 100);
        assertThat(json.at("/rounded").isNull()).isTrue();
        assertThat(json.at("/half_tensors").asInt()).isGreaterThan(100);
        assertThat(json.at("/here/candidates/score").asDouble()).isBetween(1e-6, 0.01);
    }

    @Test
    void shouldHoldTheBoundWhenYoloxIsConverted() throws Exception {
        Peers.require(Files.exists(YOLOX), YOLOX + " is missing, which only lies beside a founder's checkout");

        JsonNode json = half(YOLOX.toString());

        assertThat(json.at("/bytes").asLong())
                .isLessThan(json.at("/bytes_before").asLong() * 60 / 100);
        assertThat(json.at("/rounded/candidates/score").asDouble()).isLessThanOrEqualTo(0.01);
        assertThat(json.at("/rounded/candidates/corner_input_px").asDouble()).isLessThanOrEqualTo(1);
    }

    @Test
    void shouldSayWhatIsWrongWhenItCanNotBeDone() {
        String out = folder.resolve("out.onnx").toString();

        CommandLineRun strict =
                CommandLineRun.of("model", "half", MODEL, "-o", out, "--frames-max", "2", "--keep", "Nothing*");
        assertThat(strict.exitCode()).isEqualTo(1);
        assertThat(strict.errLines())
                .containsExactly("vigil model half: the model " + MODEL
                        + " has no node and no operator that fits --keep Nothing*");
        assertThat(CommandLineRun.of("model", "half", MODEL, "-o", out, "--weights-only", "--inputs", "half")
                        .exitCode())
                .isEqualTo(2);
        assertThat(CommandLineRun.of("model", "half", MODEL, "-o", MODEL).err())
                .contains("is the model itself; it is not replaced");
        assertThat(CommandLineRun.of("model", "half", MODEL, "-o", out, "--within-px", "0")
                        .exitCode())
                .isEqualTo(2);
        assertThat(folder).isEmptyDirectory();
    }
}

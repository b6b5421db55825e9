package dev.vigil.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code vigil bench --model} before anything is measured. */
class BenchCommandTest {
    private static final String MODEL = "models/ssdlite-mobilenet-v2-coco.onnx";

    @TempDir
    private Path folder;

    @Test
    void shouldRefuseWhatIsForAModelWhenNoneIsNamed() {
        for (String option : new String[] {"--zeros", "--save=a.json", "--baseline=a.json"}) {
            CommandLineRun run = CommandLineRun.of("bench", option);
            assertThat(run.exitCode()).isEqualTo(2);
            assertThat(run.err()).contains("--save, --baseline and --zeros are for --model without --backends");
        }
        assertThat(CommandLineRun.of("bench", "--model", MODEL, "--rounds", "0").err())
                .contains("--rounds 0 is not allowed with --model: 1 and more");
    }

    @Test
    void shouldEndWithOneLineWhenAFileIsBad() throws IOException {
        Path bad = Files.writeString(folder.resolve("bad.json"), "{}");
        assertOneLine(
                CommandLineRun.of("bench", "--model", MODEL, "--baseline", bad.toString()),
                "vigil bench: --baseline " + bad + " was not written by vigil bench --save: it has no vigil_bench");
        Path nowhere = folder.resolve("none/a.json");
        assertOneLine(
                CommandLineRun.of("bench", "--model", MODEL, "--save", nowhere.toString()),
                "vigil bench: --save " + nowhere + ": there is no such folder");
        Path none = folder.resolve("none.onnx");
        assertOneLine(
                CommandLineRun.of("bench", "--model", none.toString()),
                "vigil bench: the model " + none + " does not exist");
        assertOneLine(
                CommandLineRun.of(
                        "bench",
                        "--model",
                        MODEL,
                        "--video",
                        folder.resolve("none.mp4").toString()),
                "vigil bench: " + folder.resolve("none.mp4"));
    }

    private static void assertOneLine(CommandLineRun run, String line) {
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.errLines()).singleElement().asString().startsWith(line);
    }
}

package dev.vigil.infer.ort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vigil.BusyModel;
import dev.vigil.infer.InferException;
import dev.vigil.infer.InferOptions;
import dev.vigil.infer.InferOptions.Device;
import dev.vigil.mqtt.Await;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The process in which TensorRT builds, on boxes that may have none: {@link GpuTest} has it build. */
@Timeout(120)
class EngineBuildTest {
    private static final String SHAPES = "in:1x3x8x8 in:4x3x8x8";

    @TempDir
    private Path folder;

    private Path model;
    private Path log;
    private TensorRtCache cache;

    @BeforeEach
    void makeModel() throws Exception {
        model = BusyModel.write(folder.resolve("busy.onnx"));
        log = folder.resolve("build.log");
        cache = OrtEngine.cache(model, InferOptions.DEFAULT.withDevice(Device.TENSORRT), folder);
        Files.createDirectories(cache.folder());
    }

    private List<String> command(String picture) {
        return EngineBuild.command(List.of(
                EngineBuild.reason(log).toString(),
                model.toString(),
                folder.toString(),
                "AUTO",
                "1",
                SHAPES,
                "1",
                picture,
                "3x8x8",
                "size",
                "2",
                "[8.0, 8.0]"));
    }

    @Test
    void shouldTakeWhatAnotherProcessHasBuiltMeanwhile() throws Exception {
        Process child;
        try (FileChannel channel = FileChannel.open(
                        cache.folder().resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            assertThat(lock.isValid()).isTrue();
            child = new ProcessBuilder(command("in"))
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            assertThat(child.waitFor(2, TimeUnit.SECONDS))
                    .as("it waits for the other")
                    .isFalse();
            cache.built(SHAPES);
        }
        assertThat(child.waitFor()).as(Files.readString(log)).isZero();
    }

    @Test
    void shouldEndWhenTheDaemonHasEnded() throws Exception {
        try (FileChannel channel = FileChannel.open(
                        cache.folder().resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            assertThat(lock.isValid()).isTrue();
            Process child = new ProcessBuilder(command("in")).start();
            child.getOutputStream().close();
            assertThat(child.waitFor()).isEqualTo(3);
        }
    }

    @Test
    void shouldLeaveNothingAndSayWhyWhenItCanNotBeBuilt() throws Exception {
        Path half = Files.createFile(cache.folder().resolve("half.engine"));
        assertThatThrownBy(() -> EngineBuild.run(command("no-such-input"), log))
                .isInstanceOf(InferException.class)
                .hasMessageMatching(
                        "(the model .*busy.onnx can not be loaded: .+|the model has no input no-such-input); see "
                                + log);
        assertThat(half).doesNotExist();
        assertThat(cache.isBuiltFor(SHAPES)).isFalse();
    }

    @Test
    void shouldTellOfACrashInItsOwnWords() throws Exception {
        List<String> crash = List.of(
                "sh",
                "-c",
                "echo '#  SIGSEGV (0xb) at pc=0x00007f, pid=1, tid=2'; echo '# Problematic frame:';"
                        + " echo '# C  [libnvinfer.so.10+0x1a2b]'; kill -ABRT $$");
        assertThatThrownBy(() -> EngineBuild.run(crash, log))
                .isInstanceOf(InferException.class)
                .hasMessage("its builder crashed (SIGSEGV (0xb) at pc=0x00007f, pid=1, tid=2,"
                        + " C  [libnvinfer.so.10+0x1a2b]); see " + log);
        assertThatThrownBy(() -> EngineBuild.run(List.of("sh", "-c", "kill -KILL $$"), log))
                .hasMessage("its builder was killed, as the kernel does where memory runs out; see " + log);
        assertThatThrownBy(() -> EngineBuild.run(List.of("sh", "-c", "kill -BUS $$"), log))
                .hasMessage("its builder crashed (exit code 135); see " + log);
        assertThatThrownBy(() -> EngineBuild.run(List.of("/no/such/program"), log))
                .hasMessageContaining("its builder can not be run: ");
    }

    @Test
    void shouldEndTheBuilderWhenItsThreadIsInterrupted() throws Exception {
        List<Throwable> thrown = new ArrayList<>();
        Thread waiting = new Thread(() -> {
            try {
                EngineBuild.run(List.of("sh", "-c", "echo $$; exec sleep 600"), log);
            } catch (InferException e) {
                thrown.add(e);
            }
        });
        waiting.start();
        Await.until("the builder", () -> Files.exists(log) && !readLog().isEmpty());
        long pid = Long.parseLong(readLog());
        assertThat(Files.readString(Path.of("/proc/" + pid + "/oom_score_adj")).strip())
                .isEqualTo("900");
        waiting.interrupt();
        waiting.join();
        assertThat(thrown).hasSize(1);
        Await.until("its end", () -> ProcessHandle.of(pid).isEmpty());
    }

    private String readLog() {
        try {
            return Files.readString(log).strip();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}

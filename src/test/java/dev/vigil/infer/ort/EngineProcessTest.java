package dev.vigil.infer.ort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vigil.BusyModel;
import dev.vigil.infer.Engine;
import dev.vigil.infer.InferException;
import dev.vigil.infer.InferOptions;
import dev.vigil.infer.InferOptions.Device;
import dev.vigil.infer.RingMemory;
import dev.vigil.infer.SwitchingEngine;
import dev.vigil.infer.TensorRing;
import dev.vigil.infer.TwoSteps;
import dev.vigil.mqtt.Await;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The process in which TensorRT builds, on boxes that may have none: {@link GpuTest} has it build. */
@Timeout(120)
class EngineProcessTest {
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
        return EngineProcess.command(List.of(
                EngineProcess.reason(log).toString(),
                "TENSORRT",
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
        assertThatThrownBy(() -> run(command("no-such-input")))
                .isInstanceOf(InferException.class)
                .hasMessageMatching(
                        "(the model .*busy.onnx can not be loaded: .+|the model has no input no-such-input); see "
                                + log);
        assertThat(half).doesNotExist();
        assertThat(cache.isBuiltFor(SHAPES)).isFalse();
    }

    @Test
    void shouldTryWhetherADeviceWorksInAnotherProcess() throws Exception {
        InferOptions options = InferOptions.DEFAULT.withDevice(Device.CPU);
        CompletableFuture<RingMemory> told = new CompletableFuture<>();
        SwitchingEngine engine = TwoSteps.of(Engine.open(model, options, folder), "cuda", memory -> {
            told.complete(memory);
            throw new InferException("only asked for what it is run on");
        });
        try (TensorRing ring = new TensorRing(engine, 1, new long[] {3, BusyModel.SIDE_PX, BusyModel.SIDE_PX})) {
            RingMemory memory = told.get(10, TimeUnit.SECONDS);
            EngineProcess.tryDevice(model, Device.CPU, options, folder, memory);
            if (!HostLibraries.ofThisBox().missingFor(Device.CUDA).isEmpty()) {
                assertThatThrownBy(() -> EngineProcess.tryDevice(model, Device.CUDA, options, folder, memory))
                        .isInstanceOf(InferException.class)
                        .hasMessageContaining("; see " + folder.resolve("try-cuda-busy.log"));
            }
            assertThat(ring.batchMax()).isEqualTo(1);
        } finally {
            engine.close();
        }
    }

    @Test
    void shouldTellOfACrashInItsOwnWords() throws Exception {
        List<String> crash = List.of(
                "sh",
                "-c",
                "echo '#  SIGSEGV (0xb) at pc=0x00007f, pid=1, tid=2'; echo '# Problematic frame:';"
                        + " echo '# C  [libnvinfer.so.10+0x1a2b]'; kill -ABRT $$");
        assertThatThrownBy(() -> run(crash))
                .isInstanceOf(InferException.class)
                .hasMessage("its builder crashed (SIGSEGV (0xb) at pc=0x00007f, pid=1, tid=2,"
                        + " C  [libnvinfer.so.10+0x1a2b]); see " + log);
        assertThatThrownBy(() -> run(List.of("sh", "-c", "kill -KILL $$")))
                .hasMessage("its builder was killed, as the kernel does where memory runs out; see " + log);
        assertThatThrownBy(() -> run(List.of("sh", "-c", "kill -BUS $$")))
                .hasMessage("its builder crashed (exit code 135); see " + log);
        assertThatThrownBy(() -> run(List.of("/no/such/program"))).hasMessageContaining("its builder can not be run: ");
    }

    @Test
    void shouldEndTheBuilderWhenItsThreadIsInterrupted() throws Exception {
        List<Throwable> thrown = new ArrayList<>();
        Thread waiting = new Thread(() -> {
            try {
                run(List.of("sh", "-c", "echo $$; exec sleep 600"));
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

    private void run(List<String> command) throws InferException {
        EngineProcess.run("its builder", command, log, Duration.ofHours(1));
    }

    private String readLog() {
        try {
            return Files.readString(log).strip();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}

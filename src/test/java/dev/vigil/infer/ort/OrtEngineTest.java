package dev.vigil.infer.ort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OrtException;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.vigil.BusyModel;
import dev.vigil.OnnxFile;
import dev.vigil.Peers;
import dev.vigil.infer.Backend;
import dev.vigil.infer.BackendOptions;
import dev.vigil.infer.Engine;
import dev.vigil.infer.InferException;
import dev.vigil.infer.InferOptions;
import dev.vigil.infer.InferOptions.Device;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import onnx.Onnx.ModelProto;
import onnx.Onnx.StringStringEntryProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TensorProto.DataType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

class OrtEngineTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"CUDA, WARN", "TENSORRT, WARN", "AUTO, INFO"})
    void shouldFallBackAloudWhenBoxLacksTheDevicesLibraries(Device device, String level) throws Exception {
        Peers.require(!HostLibraries.ofThisBox().missingFor(Device.CUDA).isEmpty(), "this box has CUDA's libraries");
        Logger log = (Logger) LoggerFactory.getLogger(OrtEngine.class);
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        log.addAppender(lines);
        log.setLevel(Level.INFO);
        try (Engine engine = Engine.open(
                BusyModel.write(folder.resolve("m.onnx")), InferOptions.DEFAULT.withDevice(device), folder)) {
            assertThat(engine.device()).isEqualTo("cpu");
            assertThat(engine.onCpu()).isTrue();
            assertThat(engine.workers()).isEqualTo(Runtime.getRuntime().availableProcessors());
            assertThat(lines.list).hasSize(1);
            assertThat(lines.list.get(0).getLevel()).hasToString(level);
            assertThat(lines.list.get(0).getFormattedMessage())
                    .contains("on cpu", "cuda: ")
                    .doesNotContain("\n");
        } finally {
            log.detachAppender(lines);
            log.setLevel(null);
        }
    }

    private static TreeMap<String, FileTime> content(Path folder) throws Exception {
        TreeMap<String, FileTime> content = new TreeMap<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.toList()) {
                content.put(folder.relativize(file).toString(), Files.getLastModifiedTime(file));
            }
        }
        return content;
    }

    @Test
    void shouldUnpackNativesOnceAndSurviveWhatKillLeftBehind() throws Exception {
        OrtNatives.provide(Device.CPU, folder);
        Path natives = Path.of(System.getProperty("onnxruntime.native.path"));
        assertThat(natives).startsWith(folder);
        assertThat(Files.list(natives).map(file -> file.getFileName().toString()))
                .containsExactlyInAnyOrder(
                        "libonnxruntime.so", "libonnxruntime4j_jni.so", "libonnxruntime_providers_shared.so");
        TreeMap<String, FileTime> before = content(folder);
        OrtNatives.provide(Device.CPU, folder);
        assertThat(content(folder)).isEqualTo(before);

        // Killed while the second library was unpacked.
        Path library = natives.resolve("libonnxruntime4j_jni.so");
        byte[] whole = Files.readAllBytes(library);
        Files.delete(library);
        Files.write(natives.resolve("libonnxruntime4j_jni.so123.part"), new byte[100]);
        OrtNatives.provide(Device.CPU, folder);
        assertThat(library).hasBinaryContent(whole);
    }

    @Test
    void shouldSayWhichFolderWhenCacheCanNotBeWritten() throws Exception {
        Path file = Files.writeString(folder.resolve("cache"), "in the way");
        assertThatThrownBy(() -> OrtNatives.provide(Device.CPU, file))
                .isInstanceOf(InferException.class)
                .hasMessageContaining("the cache folder " + file);
    }

    /** Another content, precision, batch or version must never get an engine that was built for something else. */
    @Test
    void shouldKeepEnginesApartWhenAnythingTheyDependOnDiffers() throws Exception {
        Path model = Files.write(folder.resolve("m.onnx"), new byte[] {1, 2, 3});
        InferOptions options = InferOptions.DEFAULT;
        BackendOptions half = new BackendOptions(Backend.AUTO, null, null, BackendOptions.Precision.FP16);
        TensorRtCache cache = TensorRtCache.of(model, options, "1", folder);
        assertThat(TensorRtCache.of(model, options.withWorkers(7), "1", folder)).isEqualTo(cache);
        Set<TensorRtCache> all = new HashSet<>(Set.of(
                cache,
                TensorRtCache.of(model, options, "2", folder),
                TensorRtCache.of(model, options.withBackend(half), "1", folder)));
        Files.write(model, new byte[] {1, 2, 4});
        all.add(TensorRtCache.of(model, options, "1", folder));
        assertThat(all).hasSize(4);
    }

    /** A build that was cut off leaves the engines of some parts of the model. */
    @Test
    void shouldTakeEnginesOnlyWhenAllAreThereForTheseShapes() throws Exception {
        Path model = Files.write(folder.resolve("m.onnx"), new byte[] {1, 2, 3});
        TensorRtCache cache = TensorRtCache.of(model, InferOptions.DEFAULT, "1", folder);
        Files.createDirectories(cache.folder());
        Path engine = Files.createFile(cache.folder().resolve("TensorrtExecutionProvider_1.engine"));
        Path timing = Files.createFile(cache.folder().resolve("TensorrtExecutionProvider_cache_sm90.timing"));
        assertThat(cache.isBuiltFor("")).isFalse();
        cache.built("in:1x3x8x8 in:4x3x8x8");
        assertThat(cache.isBuiltFor("in:1x3x8x8 in:4x3x8x8")).isTrue();
        assertThat(cache.isBuiltFor("in:1x3x8x8 in:8x3x8x8")).isFalse();
        cache.clear();
        assertThat(engine).doesNotExist();
        assertThat(timing).exists();
        assertThat(cache.isBuiltFor("in:1x3x8x8 in:4x3x8x8")).isFalse();
    }

    @Test
    void shouldNotTakeAnEngineWhenOnlyTheWeightsInAFileOfTheirOwnAreOthers() throws Exception {
        ModelProto.Builder split = OnnxFile.empty()
                .node("Identity", "y", List.of("w"))
                .declareOutput("y", DataType.FLOAT, 2)
                .model();
        split.getGraphBuilder()
                .addInitializer(TensorProto.newBuilder()
                        .setName("w")
                        .setDataType(DataType.FLOAT_VALUE)
                        .addDims(2)
                        .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                        .addExternalData(StringStringEntryProto.newBuilder()
                                .setKey("location")
                                .setValue("w.bin")));
        Path model = Files.write(folder.resolve("split.onnx"), split.build().toByteArray());
        Path weights = Files.write(folder.resolve("w.bin"), new byte[8]);
        TensorRtCache cache = TensorRtCache.of(model, InferOptions.DEFAULT, "1", folder);

        assertThat(TensorRtCache.of(model, InferOptions.DEFAULT, "1", folder)).isEqualTo(cache);
        Files.write(weights, new byte[] {0, 0, 0, 0, 0, 0, 0, 1});
        assertThat(TensorRtCache.of(model, InferOptions.DEFAULT, "1", folder)).isNotEqualTo(cache);
    }

    @Test
    void shouldSayWhatIsMissingWhenAPluginProviderCanNotBeHad() throws Exception {
        Path model = BusyModel.write(folder.resolve("plugin.onnx"));
        Path library = folder.resolve("libonnxruntime_providers_none.so");
        InferOptions options = InferOptions.DEFAULT.withBackend(new BackendOptions(
                Backend.AUTO,
                null,
                new BackendOptions.Provider("None", library, Map.of()),
                BackendOptions.Precision.AUTO));
        assertThatThrownBy(() -> Engine.open(model, options, folder))
                .isInstanceOf(InferException.class)
                .hasMessageContaining("provider None: the library " + library + " does not exist");
        Files.writeString(library, "no library");
        assertThatThrownBy(() -> Engine.open(model, options, folder))
                .isInstanceOf(InferException.class)
                .hasMessageContaining("the model " + model + " can not be loaded: ")
                .satisfies(e ->
                        assertThat(e.getMessage()).contains(library.toString()).doesNotContain("\n"));
    }

    /** As seen on a box with CUDA 12.6. */
    @Test
    void shouldSayWhatMattersWhenAProviderCanNotBeLoaded() {
        String file = "/var/cache/vigil/onnxruntime_gpu-1.29.0/libonnxruntime_providers_cuda.so";
        String said = "/onnxruntime_src/onnxruntime/core/session/provider_bridge_ort.cc:1988 onnxruntime::Provider&"
                + " onnxruntime::ProviderLibrary::Get() [ONNXRuntimeError] : 1 : FAIL : Failed to load library " + file
                + " with error: " + file + ": undefined symbol: cudaLibraryGetKernel, version libcudart.so.12";
        String line = OrtEngine.firstLine(new OrtException("Error code - ORT_FAIL - message: " + said));
        assertThat(line).isEqualTo(file + ": undefined symbol: cudaLibraryGetKernel, version libcudart.so.12");
        assertThat(HostLibraries.explained(line))
                .isEqualTo(
                        "this box's libcudart.so.12 is too old: it has no cudaLibraryGetKernel, which CUDA 12.8 has");
        assertThat(HostLibraries.explained("out of memory")).isEqualTo("out of memory");
        String place =
                "/onnxruntime_src/onnxruntime/core/session/provider_bridge_ort.cc:2403 onnxruntime::ProviderInfo_CUDA&"
                        + " onnxruntime::GetProviderInfo_CUDA() CUDA Provider not available, can't get interface for it";
        assertThat(OrtEngine.firstLine(new OrtException(place)))
                .isEqualTo("CUDA Provider not available, can't get interface for it");
        String call = "/onnxruntime_src/onnxruntime/core/providers/cuda/cuda_call.cc:146 std::conditional_t<THRW, void,"
                + " onnxruntime::common::Status> onnxruntime::CudaCall(ERRTYPE, const char*, const char*, SUCCTYPE, const"
                + " char*, const char*, int) [with ERRTYPE = cudaError; bool THRW = true; SUCCTYPE = cudaError;"
                + " std::conditional_t<THRW, void, common::Status> = void] ";
        String outOfMemory = call + call
                + "CUDA failure 2: out of memory ; GPU=0 ; hostname=box ; file=/onnxruntime_src/a.cc ; line=1 ; expr=cudaMalloc(a, b); ";
        assertThat(OrtEngine.firstLine(new OrtException(outOfMemory))).isEqualTo("CUDA failure 2: out of memory");
    }

    @Test
    void shouldNameTheLibrariesThatTheBoxLacks() throws Exception {
        Path first = Files.createDirectory(folder.resolve("first"));
        Path second = Files.createDirectory(folder.resolve("second"));
        HostLibraries libraries = new HostLibraries(Set.of(first, second, folder.resolve("missing")));
        assertThat(libraries.missingFor(Device.CPU)).isEmpty();
        assertThat(libraries.missingFor(Device.CUDA)).hasSize(7).contains("libcuda.so.1", "libcudnn.so.9");
        assertThat(HostLibraries.packages(libraries.missingFor(Device.TENSORRT)))
                .containsExactly(
                        "libcuda1", "cuda-libraries-12-9", "libcudnn9-cuda-12", "libnvinfer10", "libnvonnxparsers10");
        for (String library : libraries.missingFor(Device.CUDA)) {
            Files.createFile((library.length() % 2 == 0 ? first : second).resolve(library));
        }
        assertThat(libraries.missingFor(Device.CUDA)).isEmpty();
        assertThat(libraries.missingFor(Device.TENSORRT))
                .isEqualTo(List.of("libnvinfer.so.10", "libnvonnxparser.so.10"));
    }
}

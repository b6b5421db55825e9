package dev.vigil.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vigil.BusyModel;
import dev.vigil.infer.InferOptions.Device;
import dev.vigil.mqtt.Await;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Devices that fail while they serve: doubles that bear a GPU's name and say what ONNX Runtime says of one. */
class FallingEngineTest {
    private static final long[] IMAGE = {3, BusyModel.SIDE_PX, BusyModel.SIDE_PX};
    private static final String TRANSIENT =
            "the model busy failed: Non-zero status code returned while running Conv node. Name:'c' Status Message: CUDNN failure 8:"
                    + " CUDNN_STATUS_EXECUTION_FAILED ; GPU=0 ; hostname=box";
    private static final String LASTING =
            "the model busy failed: CUDA failure 700: an illegal memory access was encountered ; GPU=0 ; hostname=box";
    private static final InferOptions OPTIONS =
            new InferOptions(Device.CPU, 1, 1, 1, Duration.ZERO, Duration.ofSeconds(10));

    @TempDir
    static Path folder;

    /** Those that were opened, by device and in order. */
    private final List<NamedEngine> opened = new ArrayList<>();

    private final AtomicInteger refusals = new AtomicInteger();
    /** How often another process was to try what this one had lost, and could not. */
    private final AtomicInteger triedElsewhere = new AtomicInteger();

    @AfterEach
    void forget() {
        LostDevices.forget();
    }

    private NamedEngine engine(String device) throws InferException {
        NamedEngine engine = new NamedEngine(Engine.open(model(), OPTIONS, folder), device);
        synchronized (opened) {
            opened.add(engine);
        }
        return engine;
    }

    private static Path model() {
        Path model = folder.resolve("busy.onnx");
        try {
            return BusyModel.write(model);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private EngineStep step(String device) {
        return new EngineStep(device, new EngineStep.Opener() {
            @Override
            public Engine open(RingMemory memory) throws InferException {
                if (device.equals("tensorrt") && refusals.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
                    throw new InferException("not yet");
                }
                return engine(device);
            }

            @Override
            public void tryElsewhere(RingMemory memory) throws InferException {
                if (triedElsewhere.getAndIncrement() < 2) {
                    throw new InferException("the other process does not have it either");
                }
            }
        });
    }

    /** From TensorRT down. */
    private SwitchingEngine ladder(Duration pause) throws InferException {
        return new SwitchingEngine(
                steps(), 0, engine("tensorrt"), false, null, new ClimbPauses(pause, Duration.ofHours(2)));
    }

    private List<EngineStep> steps() {
        return List.of(step("tensorrt"), step("cuda"), step("cpu"));
    }

    private NamedEngine last() {
        synchronized (opened) {
            return opened.get(opened.size() - 1);
        }
    }

    @Test
    void shouldGoDownAndLoseOnlyTheRunThatFailedWhenADeviceFails() throws Exception {
        try (SwitchingEngine engine = ladder(Duration.ofHours(1));
                TensorRing ring = new TensorRing(engine, 1, IMAGE);
                TensorRing.Runner runner = ring.runner()) {
            AtomicInteger told = new AtomicInteger();
            engine.onBuilt(told::incrementAndGet);
            runner.run(0, 1);
            assertThat(runner.device()).isEqualTo("tensorrt");
            NamedEngine failing = last();
            failing.failure = new InferException(TRANSIENT);
            assertThatThrownBy(() -> runner.run(0, 1)).isInstanceOf(InferException.class);
            ring.inputFloats(0).put(0, -7);
            runner.run(0, 1);
            assertThat(runner.device()).isEqualTo("cuda");
            assertThat(ring.outputs(0)[0].get(0)).isEqualTo(-7);
            assertThat(engine.device()).isEqualTo("cuda");
            assertThat(engine.fault()).startsWith("tensorrt failed: ").contains("CUDNN_STATUS_EXECUTION_FAILED");
            Await.until("the engine that failed to be freed", () -> failing.closed);
            Await.until("the change to be told", () -> told.get() == 2);

            last().failure = new InferException(TRANSIENT);
            assertThatThrownBy(() -> runner.run(0, 1)).isInstanceOf(InferException.class);
            runner.run(0, 1);
            assertThat(runner.device()).isEqualTo("cpu");

            last().failure = new InferException(TRANSIENT);
            for (int i = 0; i < 5; i++) {
                assertThatThrownBy(() -> runner.run(0, 1)).isInstanceOf(InferException.class);
            }
            assertThat(engine.device()).as("there is nothing below it").isEqualTo("cpu");
        }
        assertThat(opened).allMatch(each -> each.closed);
    }

    @Test
    void shouldComeBackWhenTheDeviceCanBeHadAgain() throws Exception {
        refusals.set(2);
        try (SwitchingEngine engine = ladder(Duration.ofMillis(20));
                TensorRing ring = new TensorRing(engine, 1, IMAGE);
                TensorRing.Runner runner = ring.runner()) {
            last().failure = new InferException(TRANSIENT);
            assertThatThrownBy(() -> runner.run(0, 1)).isInstanceOf(InferException.class);
            Await.until("the fall", () -> engine.fault() != null);
            Await.until("TensorRT again", () -> engine.fault() == null);
            runner.run(0, 1);
            assertThat(runner.device()).isEqualTo("tensorrt");
            Await.until("nothing to be built any more", () -> engine.building() == null && engine.fault() == null);
            assertThat(refusals.get()).as("it was refused twice").isZero();
        }
        assertThat(opened).allMatch(each -> each.closed);
    }

    /** Its memory was another program's when Vigil was started, say. */
    @Test
    void shouldGoUpLaterWhenTheDeviceCouldNotBeHadAtTheStart() throws Exception {
        refusals.set(1);
        ClimbPauses pauses = new ClimbPauses(Duration.ofMillis(20), Duration.ofHours(2));
        String fault = "tensorrt could not be had: CUDA failure 2: out of memory";
        try (SwitchingEngine engine = new SwitchingEngine(steps(), 2, engine("cpu"), false, fault, pauses);
                TensorRing ring = new TensorRing(engine, 1, IMAGE);
                TensorRing.Runner runner = ring.runner()) {
            assertThat(engine.device()).isEqualTo("cpu");
            assertThat(engine.fault()).isEqualTo(fault);
            Await.until("the next best device", () -> engine.fault() == null);
            runner.run(0, 1);
            assertThat(runner.device()).isEqualTo("cuda");
        }
        assertThat(opened).allMatch(each -> each.closed);
    }

    @Test
    void shouldBeginOnTheNextDeviceWhenTheFirstOneFailsBeforeAnythingWasRun() throws Exception {
        try (SwitchingEngine engine = ladder(Duration.ofHours(1))) {
            NamedEngine failing = last();
            failing.failure = new InferException("the model busy does not run: CUDA failure 2: out of memory ; GPU=0");
            try (TensorRing ring = new TensorRing(engine, 1, IMAGE);
                    TensorRing.Runner runner = ring.runner()) {
                runner.run(0, 1);
                assertThat(runner.device()).isEqualTo("cuda");
                assertThat(engine.fault()).startsWith("tensorrt failed: ").contains("out of memory");
                assertThat(failing.closed).isTrue();
            }
        }
        try (SwitchingEngine engine = ladder(Duration.ofHours(1))) {
            last().failure = new InferException("the model busy does not run: it wants another picture");
            assertThatThrownBy(() -> new TensorRing(engine, 1, IMAGE)).hasMessageContaining("wants another picture");
        }
    }

    /** CUDA's context is the process's: what has lost it loses TensorRT and CUDA alike, until another process is there. */
    @Test
    void shouldGoToTheCpuForGoodWhenTheContextIsLost() throws Exception {
        try (SwitchingEngine engine = ladder(Duration.ofMillis(5));
                TensorRing ring = new TensorRing(engine, 1, IMAGE);
                TensorRing.Runner runner = ring.runner()) {
            last().failure = new InferException(LASTING);
            assertThatThrownBy(() -> runner.run(0, 1)).isInstanceOf(InferException.class);
            runner.run(0, 1);
            assertThat(runner.device()).isEqualTo("cpu");
            assertThat(engine.fault()).contains("CUDA failure 700", "until Vigil is started again");
            assertThat(LostDevices.why("cuda")).contains("CUDA failure 700");
            assertThat(LostDevices.why("cpu")).isNull();
            assertThat(engine.building()).isNull();
        }
        assertThat(opened).extracting(NamedEngine::device).containsExactly("tensorrt", "cpu");
    }

    @Test
    void shouldTellWhenAnotherProcessHasWhatThisOneHasLost() throws Exception {
        ClimbPauses pauses = new ClimbPauses(Duration.ofMillis(5), Duration.ofMillis(10));
        try (SwitchingEngine engine = new SwitchingEngine(steps(), 0, engine("tensorrt"), false, null, pauses);
                TensorRing ring = new TensorRing(engine, 1, IMAGE);
                TensorRing.Runner runner = ring.runner()) {
            assertThat(LostDevices.returned()).isNull();
            last().failure = new InferException(LASTING);
            assertThatThrownBy(() -> runner.run(0, 1)).isInstanceOf(InferException.class);
            Await.until("another process to have it", () -> LostDevices.returned() != null);
            assertThat(LostDevices.returned())
                    .startsWith("tensorrt works again, in every process but this one: ")
                    .contains("CUDA failure 700");
            Await.until("the trials to end", () -> engine.building() == null);
            runner.run(0, 1);
            assertThat(runner.device()).isEqualTo("cpu");
        }
        assertThat(triedElsewhere).as("refused twice").hasValueGreaterThanOrEqualTo(3);
    }

    /** As after a run that did not come back: the model was loaded anew since. */
    @Test
    void shouldWaitForAnotherProcessWhenAModelIsOpenedAfterItsDeviceWasLost() throws Exception {
        LostDevices.lost("cuda", "a run of busy does not come back");
        try (Engine engine = Engine.open(model(), OPTIONS.withDevice(Device.CUDA), folder)) {
            assertThat(engine.device()).isEqualTo("cpu");
            assertThat(engine.fault())
                    .isEqualTo(
                            "cuda could not be had: lost until Vigil is started again: a run of busy does not come back");
        }
    }

    @Test
    void shouldLeaveADeviceAloneForLongestWhenItWasLostSoonAfterTheStart() {
        ClimbPauses pauses = new ClimbPauses(Duration.ofMinutes(1), Duration.ofMinutes(30));
        assertThat(Duration.ofNanos(pauses.nextNs())).isEqualTo(Duration.ofMinutes(1));
        assertThat(Duration.ofNanos(pauses.nextNs())).isEqualTo(Duration.ofMinutes(2));
        pauses.lostAfter(Duration.ofMinutes(29).toNanos());
        assertThat(Duration.ofNanos(pauses.nextNs())).isEqualTo(Duration.ofMinutes(30));
        pauses.lostAfter(Duration.ofMinutes(31).toNanos());
        assertThat(Duration.ofNanos(pauses.nextNs())).isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void shouldStayWhenARunFailsNowAndThenForAnotherReason() throws Exception {
        try (SwitchingEngine engine = ladder(Duration.ofHours(1));
                TensorRing ring = new TensorRing(engine, 1, IMAGE);
                TensorRing.Runner runner = ring.runner()) {
            NamedEngine serving = last();
            for (int i = 0; i < 4; i++) {
                serving.failure = new InferException("the picture can not be reshaped");
                for (int failing = 0; failing < 2; failing++) {
                    assertThatThrownBy(() -> runner.run(0, 1)).isInstanceOf(InferException.class);
                }
                serving.failure = null;
                runner.run(0, 1);
            }
            assertThat(runner.device()).isEqualTo("tensorrt");
            assertThat(engine.fault()).isNull();
            serving.failure = new InferException("the plugin is tired");
            for (int failing = 0; failing < 3; failing++) {
                assertThatThrownBy(() -> runner.run(0, 1)).isInstanceOf(InferException.class);
            }
            runner.run(0, 1);
            assertThat(runner.device()).as("three in a row are no accident").isEqualTo("cuda");
        }
    }
}

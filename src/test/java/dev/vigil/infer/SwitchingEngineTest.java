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
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SwitchingEngineTest {
    private static final long[] IMAGE = {3, BusyModel.SIDE_PX, BusyModel.SIDE_PX};
    private static final int WORKERS = 4;

    @TempDir
    static Path folder;

    private static final InferOptions OPTIONS =
            new InferOptions(Device.CPU, WORKERS, 1, 2, Duration.ZERO, Duration.ofSeconds(10));

    private static NamedEngine engine(String device, int batch) throws Exception {
        Path model = folder.resolve("switching" + batch + ".onnx");
        if (batch > 0) {
            BusyModel.writeWithBatch(model, batch);
        } else {
            BusyModel.write(model);
        }
        return new NamedEngine(Engine.open(model, OPTIONS, folder), device);
    }

    /** Workers that run without a pause, each on slots of its own, while the better engine comes. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3})
    void shouldLoseNoRunWhenItGoesOverToTheBetterEngine(int batch) throws Exception {
        NamedEngine slow = engine("cpu", batch);
        NamedEngine fast = engine("cuda", batch);
        CountDownLatch built = new CountDownLatch(1);
        AtomicBoolean stop = new AtomicBoolean();
        AtomicLong runsOnFast = new AtomicLong();
        ConcurrentLinkedQueue<Throwable> wrong = new ConcurrentLinkedQueue<>();
        Set<String> seen = ConcurrentHashMap.newKeySet();
        try (SwitchingEngine engine = TwoSteps.of(slow, "cuda", memory -> {
            await(built);
            return fast;
        })) {
            assertThat(engine.building()).isEqualTo("cuda");
            assertThat(engine.device()).isEqualTo("cpu");
            List<Thread> threads = new ArrayList<>();
            try (TensorRing ring = new TensorRing(engine, 2 * WORKERS, IMAGE)) {
                for (int worker = 0; worker < WORKERS; worker++) {
                    int slot = 2 * worker;
                    TensorRing.Runner runner = ring.runner();
                    threads.add(new Thread(() -> {
                        try (runner) {
                            for (int n = 1; !stop.get(); n++) {
                                int frames = 1 + n % ring.batchMax();
                                for (int i = slot; i < slot + frames; i++) {
                                    ring.inputFloats(i).put(0, -n - i);
                                }
                                runner.run(slot, frames);
                                for (int i = slot; i < slot + frames; i++) {
                                    assertThat(ring.outputs(i)[0].get(0)).isEqualTo(-n - i);
                                }
                                seen.add(runner.device());
                                if (runner.device().equals("cuda")) {
                                    runsOnFast.incrementAndGet();
                                }
                            }
                        } catch (InferException | RuntimeException | Error e) {
                            wrong.add(e);
                        }
                    }));
                }
                threads.forEach(Thread::start);
                Await.until("runs on the first engine", () -> seen.contains("cpu"));
                assertThat(runsOnFast.get()).isZero();
                built.countDown();
                Await.until("runs on the better engine", () -> runsOnFast.get() > 200 || !wrong.isEmpty());
                Await.until("the first engine to be freed", () -> slow.closed);
                assertThat(engine.device()).isEqualTo("cuda");
                assertThat(engine.building()).isNull();
                stop.set(true);
                for (Thread thread : threads) {
                    thread.join();
                }
            }
            assertThat(wrong).isEmpty();
            assertThat(fast.closed).isFalse();
        }
        assertThat(fast.closed).isTrue();
    }

    private static void await(CountDownLatch latch) throws InferException {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new InferException("interrupted", e);
        }
    }

    @Test
    void shouldStayWhenTheBetterEngineCanNotBeHad() throws Exception {
        NamedEngine slow = engine("cpu", 0);
        CountDownLatch tried = new CountDownLatch(1);
        CountDownLatch told = new CountDownLatch(2);
        try (SwitchingEngine engine = TwoSteps.of(slow, "cuda", memory -> {
                    await(tried);
                    throw new InferException("no such thing");
                });
                TensorRing ring = new TensorRing(engine, 2, IMAGE);
                TensorRing.Runner runner = ring.runner()) {
            engine.onBuilt(told::countDown);
            assertThat(told.getCount()).isEqualTo(2);
            tried.countDown();
            Await.until("the end of building", () -> engine.building() == null);
            engine.onBuilt(told::countDown); // who asks later is told as well
            Await.until("both to be told", () -> told.getCount() == 0);
            runner.run(0, 1);
            assertThat(runner.device()).isEqualTo("cpu");
            assertThat(slow.closed).isFalse();
        }
        assertThat(slow.closed).isTrue();
    }

    @Test
    void shouldStayWhenTheBetterEngineFailsOnTheRingsPictures() throws Exception {
        NamedEngine slow = engine("cpu", 0);
        NamedEngine broken = engine("cuda", 0);
        broken.failure = new InferException("out of memory");
        CountDownLatch built = new CountDownLatch(1);
        try (SwitchingEngine engine = TwoSteps.of(slow, "cuda", memory -> {
                    await(built);
                    return broken;
                });
                TensorRing ring = new TensorRing(engine, 2, IMAGE);
                TensorRing.Runner runner = ring.runner()) {
            built.countDown();
            Await.until("the better engine to be given up", () -> broken.closed);
            runner.run(0, 1);
            assertThat(runner.device()).isEqualTo("cpu");
            assertThat(engine.device()).isEqualTo("cpu");
        }
    }

    @Test
    void shouldFreeWhatComesLaterWhenItIsClosedWhileBuilding() throws Exception {
        NamedEngine slow = engine("cpu", 0);
        NamedEngine late = engine("cuda", 0);
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch built = new CountDownLatch(1);
        SwitchingEngine engine = TwoSteps.of(slow, "cuda", memory -> {
            begun.countDown();
            await(built);
            return late;
        });
        TensorRing ring = new TensorRing(engine, 2, IMAGE);
        TensorRing.Runner runner = ring.runner();
        begun.await();
        runner.close();
        ring.close();
        engine.close();
        assertThat(slow.closed).isTrue();
        built.countDown();
        Await.until("what came late to be freed", () -> late.closed);
        assertThatThrownBy(() -> runner.run(0, 1)).isInstanceOf(InferException.class);
    }

    @Test
    void shouldEndARunOnWhicheverEngineItIs() throws Exception {
        NamedEngine slow = engine("cpu", 0);
        NamedEngine fast = engine("cuda", 0);
        CountDownLatch built = new CountDownLatch(1);
        try (SwitchingEngine engine = TwoSteps.of(slow, "cuda", memory -> {
                    await(built);
                    return fast;
                });
                TensorRing ring = new TensorRing(engine, 2, IMAGE);
                TensorRing.Runner runner = ring.runner()) {
            runner.terminate();
            built.countDown();
            Await.until("the better engine", () -> engine.device().equals("cuda"));
            assertThatThrownBy(() -> runner.run(0, 1)).isInstanceOf(InferException.class);
            runner.reset();
            runner.run(0, 1);
            assertThat(runner.device()).isEqualTo("cuda");
        }
    }
}

package dev.vigil.base.trace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.base.trace.Recording.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Recordings made here are not the process's, but for one test. */
class RecordingTest {
    private record Event(Kind kind, long thread, int name, int who, long startNs, long durationNs, long value) {}

    private static List<Event> read(Recording recording) {
        List<Event> events = new ArrayList<>();
        for (int i = 0; i < recording.events(); i++) {
            recording.read(
                    i,
                    (kind, thread, name, who, startNs, durationNs, value) ->
                            events.add(new Event(kind, thread, name, who, startNs, durationNs, value)));
        }
        return events;
    }

    @Test
    void shouldGiveBackWhatWasToldWhenItIsRead() {
        Recording recording = new Recording(8);
        int camera = Tracing.name("gate");
        int work = Tracing.name("some work");
        assertThat(Tracing.name("gate")).isEqualTo(camera).isNotEqualTo(work);
        assertThat(Tracing.name(work)).isEqualTo("some work");
        recording.step(camera, 1L << 40, 7, 5_000, 9_000);
        long beganNs = System.nanoTime();
        recording.slice(work, camera, beganNs, -3);
        recording.drop(2, camera);
        recording.counter(work, Long.MIN_VALUE);
        List<Event> events = read(recording);
        long thread = Thread.currentThread().getId();
        assertThat(events.get(0)).isEqualTo(new Event(Kind.STEP, thread, 7, camera, 5_000, 4_000, 1L << 40));
        assertThat(events.get(1).startNs()).isEqualTo(beganNs);
        assertThat(events.get(1).durationNs()).isNotNegative();
        assertThat(events.get(1).value()).isEqualTo(-3);
        assertThat(events).extracting(Event::kind).containsExactly(Kind.STEP, Kind.SLICE, Kind.DROP, Kind.COUNTER);
        assertThat(events.get(3).value()).isEqualTo(Long.MIN_VALUE);
        assertThat(recording.threadName(thread))
                .isEqualTo(Thread.currentThread().getName());
    }

    @Test
    void shouldCountWhatIsLostWhenThereIsNoPlace() {
        Recording recording = new Recording(3);
        for (int i = 0; i < 10; i++) {
            recording.sequence(i);
        }
        assertThat(recording.events()).isEqualTo(3);
        assertThat(recording.lost()).isEqualTo(7);
        assertThat(read(recording)).extracting(Event::value).containsExactly(0L, 1L, 2L);
    }

    @Test
    void shouldKeepEveryEventWholeWhenManyThreadsTellAtOnce() throws Exception {
        int threads = 8;
        int each = 5_000;
        Recording recording = new Recording(threads * each);
        CountDownLatch go = new CountDownLatch(1);
        List<Thread> all = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            int who = t + 1;
            Thread thread = new Thread(
                    () -> {
                        try {
                            go.await();
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                        for (int i = 0; i < each; i++) {
                            recording.step(who, i, who, i, 2L * i);
                        }
                    },
                    "teller-" + who);
            thread.start();
            all.add(thread);
        }
        go.countDown();
        for (Thread thread : all) {
            thread.join();
        }
        Map<Integer, Long> next = new HashMap<>();
        for (Event event : read(recording)) {
            assertThat(event.value()).isEqualTo(next.getOrDefault(event.who(), 0L));
            assertThat(event.startNs()).isEqualTo(event.value());
            assertThat(event.durationNs()).isEqualTo(event.value());
            assertThat(event.name()).isEqualTo(event.who());
            assertThat(recording.threadName(event.thread())).isEqualTo("teller-" + event.who());
            next.merge(event.who(), 1L, Long::sum);
        }
        assertThat(next).hasSize(threads).allSatisfy((who, count) -> assertThat(count)
                .isEqualTo(each));
        assertThat(recording.lost()).isZero();
    }

    @Test
    void shouldRefuseAnotherWhenOneIsOn() {
        assertThat(Tracing.current()).isNull();
        Recording recording = Tracing.begin(4);
        try {
            assertThat(Tracing.current()).isSameAs(recording);
            assertThat(Tracing.begin(4)).isNull();
        } finally {
            Tracing.end(recording);
        }
        assertThat(Tracing.current()).isNull();
    }
}

package dev.vigil.app.repair;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.vigil.base.Clock;
import dev.vigil.metrics.health.Pulses;
import dev.vigil.mqtt.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class LeakWatchTest {
    private static final Duration SETTLE = Duration.ofMinutes(10);

    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger(LeakWatch.class);
    private final AtomicLong nowNs = new AtomicLong(7);
    private final Clock clock = new Clock() {
        @Override
        public long monotonicNs() {
            return nowNs.get();
        }

        @Override
        public long utcUs() {
            return 0;
        }
    };
    private final List<String> gaveUp = new ArrayList<>();
    private final Repair repair = new Repair(clock, new Pulses(clock), gaveUp::add);
    private final List<FakePart> parts =
            List.of(new FakePart("model a", true), new FakePart("mqtt", false), new FakePart("gate reader", true));
    private final FakeMemory memory = new FakeMemory();
    private int freed;
    private Duration settle = SETTLE;
    private final LeakWatch watch = new LeakWatch(memory, clock, repair, () -> settle, this::free);

    /** What is free and not given back yet. */
    private long kept;

    private void free() {
        freed++;
        memory.own -= kept;
        kept = 0;
    }

    private final class FakePart implements Part {
        private final String name;
        private final boolean restartable;
        private final AtomicLong leaked = new AtomicLong();
        private final AtomicLong renewed = new AtomicLong();

        FakePart(String name, boolean restartable) {
            this.name = name;
            this.restartable = restartable;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public String trouble(long now) {
            return null;
        }

        @Override
        public boolean isRestartable() {
            return restartable;
        }

        @Override
        public void restart(List<Thread> leftBehind) {
            throw new AssertionError("it is in no trouble");
        }

        @Override
        public void renew(List<Thread> leftBehind) {
            leaked.set(0);
            renewed.incrementAndGet();
        }
    }

    private final class FakeMemory implements Resource {
        private volatile long own = 300;
        private volatile long needed = 400;
        private volatile String scarce;

        @Override
        public String name() {
            return "memory";
        }

        @Override
        public long used() {
            return own + parts.stream().mapToLong(part -> part.leaked.get()).sum();
        }

        @Override
        public long needed() {
            return needed;
        }

        @Override
        public long slack() {
            return 100;
        }

        @Override
        public String scarce() {
            return scarce;
        }

        @Override
        public String show(long amount) {
            return amount + " MiB";
        }
    }

    @BeforeEach
    void listen() {
        log.list = new CopyOnWriteArrayList<>();
        log.start();
        logger.addAppender(log);
    }

    @AfterEach
    void leave() {
        logger.detachAppender(log);
    }

    /** Looks ten times a second; a restart is over before the clock goes on. */
    private void pass(Duration time) {
        for (long ms = 0; ms < time.toMillis(); ms += 100) {
            nowNs.addAndGet(TimeUnit.MILLISECONDS.toNanos(100));
            watch.look(List.copyOf(parts));
            parts.forEach(part -> Await.until("its restart", () -> !repair.isRestarting(part)));
        }
    }

    private List<String> told() {
        return log.list.stream()
                .map(ILoggingEvent::getFormattedMessage)
                .filter(line -> !line.contains("settled at"))
                .toList();
    }

    private List<Long> renewed() {
        return parts.stream().map(part -> part.renewed.get()).toList();
    }

    @Test
    void shouldDoNothingWhenAllIsAsPlanned() {
        pass(SETTLE.multipliedBy(2));
        memory.own = 499; // within a quarter of what is planned
        pass(SETTLE);
        assertThat(told()).isEmpty();
        assertThat(renewed()).containsOnly(0L);
        assertThat(freed).isZero();
    }

    @Test
    void shouldTakeForRightWhatWasTakenAtFirstWhenThePlanIsTooLow() {
        memory.own = 3_000;
        pass(SETTLE.plusSeconds(20));
        memory.own = 4_500;
        pass(SETTLE);
        assertThat(told()).isEmpty();
    }

    @Test
    void shouldGiveBackFirstWhenTheProcessOnlyKeepsWhatIsFree() {
        pass(SETTLE.plusSeconds(20));
        memory.own = 800;
        kept = 500;
        pass(Duration.ofMinutes(5));
        assertThat(freed).isEqualTo(1);
        assertThat(renewed()).containsOnly(0L);
        assertThat(told())
                .containsExactly(
                        "memory: 800 MiB are taken, 300 MiB were when all had settled, and 400 MiB are planned: what is free is"
                                + " given back first",
                        "memory: 300 MiB are taken now, nothing leaks");
    }

    @Test
    void shouldFindThePartThatLeaksAndBeginWithItTheNextTime() {
        pass(SETTLE.plusSeconds(20));
        parts.get(2).leaked.set(400);
        pass(Duration.ofMinutes(5));
        assertThat(renewed()).containsExactly(1L, 0L, 1L);
        assertThat(told().get(1))
                .isEqualTo("gate reader: made anew, and that has given back 400 MiB of memory: it was leaking");
        parts.get(2).leaked.set(400);
        pass(Duration.ofMinutes(5));
        assertThat(renewed()).containsExactly(1L, 0L, 2L);
        assertThat(gaveUp).isEmpty();
    }

    @Test
    void shouldTakeItForRightWhenNoPartGivesItBackAndThereIsEnough() {
        pass(SETTLE.plusSeconds(20));
        memory.own = 900;
        pass(SETTLE);
        assertThat(renewed()).containsExactly(1L, 0L, 1L);
        assertThat(told().get(1))
                .isEqualTo(
                        "memory: 900 MiB are taken, and no part gave any back when it was made anew; that much is taken for"
                                + " right from now on");
        pass(SETTLE);
        assertThat(told()).hasSize(2);
    }

    @Test
    void shouldGiveTheProcessUpWhenNoPartGivesItBackAndThereIsHardlyAnyLeft() {
        pass(SETTLE.plusSeconds(20));
        memory.own = 450; // not beyond the plan
        memory.scarce = "450 MiB of 460 MiB are in use";
        pass(SETTLE);
        assertThat(gaveUp)
                .containsExactly(
                        "memory: 450 MiB are taken, and no part gave any back when it was made anew; 450 MiB of 460 MiB"
                                + " are in use");
    }

    @Test
    void shouldHurryAndBeginWithReadersWhenThereIsHardlyAnyLeft() {
        pass(SETTLE.plusSeconds(20));
        parts.get(2).leaked.set(150); // far from beyond the plan
        memory.scarce = "450 MiB of 460 MiB are in use";
        pass(Duration.ofSeconds(20));
        assertThat(renewed()).containsExactly(0L, 0L, 1L);
        assertThat(told().get(1)).startsWith("gate reader: made anew, and that has given back 150 MiB");
    }

    @Test
    void shouldNotMindScarcityWhenNothingHasGrown() {
        memory.scarce = "450 MiB of 460 MiB are in use";
        pass(SETTLE.multipliedBy(3));
        assertThat(told()).isEmpty();
    }

    @Test
    void shouldGiveUpWhenAPartLeaksAgainAndAgain() {
        pass(SETTLE.plusSeconds(20));
        for (int times = 0; times < Restarts.MAX; times++) {
            parts.get(0).leaked.set(1_000);
            int before = told().size();
            while (told().size() < before + 2) {
                pass(Duration.ofSeconds(1));
            }
        }
        assertThat(gaveUp).isEmpty();
        parts.get(0).leaked.set(1_000);
        pass(Duration.ofMinutes(1));
        assertThat(gaveUp).singleElement().asString().startsWith("model a was restarted 5 times within 10 minutes");
    }

    @Test
    void shouldWaitForItsTurnWhenAPartWasRestartedAMomentAgo() {
        pass(SETTLE.plusSeconds(20));
        parts.get(0).leaked.set(400);
        while (told().isEmpty()) {
            pass(Duration.ofSeconds(1));
        }
        pass(Duration.ofSeconds(14)); // what is left was measured, and its restart is some seconds away
        for (int times = 1; times < Restarts.MAX; times++) {
            assertThat(repair.renew(parts.get(0), "a test")).isTrue();
            pass(Duration.ofMillis(times * 700));
        }
        parts.get(0).leaked.set(400);
        pass(Duration.ofMinutes(2));
        assertThat(renewed()).containsExactly(5L, 0L, 0L);
        assertThat(told().get(1)).startsWith("model a: made anew, and that has given back 400 MiB");
    }

    @Test
    void shouldAllowForMoreWhenMoreIsPlannedOrWhatRunsHasChanged() {
        pass(SETTLE.plusSeconds(20));
        memory.needed = 800;
        memory.own = 900; // 300 * 1.5 + 100 + 400 are right
        pass(SETTLE);
        watch.settleAnew();
        pass(Duration.ofMinutes(1));
        memory.own = 2_000;
        pass(SETTLE.multipliedBy(2));
        assertThat(told()).isEmpty();
    }

    @Test
    void shouldNotLookWhenItIsOffOrNobodyTells() {
        settle = Duration.ZERO;
        pass(Duration.ofMinutes(1));
        settle = SETTLE;
        pass(SETTLE.plusSeconds(20));
        memory.own = 0;
        pass(SETTLE);
        settle = Duration.ZERO;
        memory.own = 5_000;
        pass(SETTLE);
        assertThat(told()).isEmpty();
    }
}

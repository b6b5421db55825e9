package dev.vigil.app.chaos;

import dev.vigil.app.soak.BrokerFault;
import dev.vigil.app.soak.CameraFault;
import dev.vigil.source.sim.Fault;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The faults to come, by a seed: shuffled, each kind once before any comes again. What a fault is like (which camera, how long)
 * is decided as the cards are laid, so that the same seed throws the same ones.
 */
final class Deck {
    /** First words of all kinds. */
    static final List<String> KINDS =
            List.of("camera", "broker", "disk", "clock", "stop", "cpu", "kill", "throw", "starve", "hang", "heap");

    private static final List<String> STAGES =
            List.of("reader", "convert", "infer", "post", "publish", "mqtt", "reporter");
    /** Those whose thread knows what to do when there is no memory. */
    private static final List<String> STARVED = List.of("reader", "convert", "infer", "post", "publish", "reporter");

    private static final String OFFLINE = "availability: offline";
    private static final int CAMERA_FAULTS = 5;
    /** So many of them take more than half a minute. */
    private static final int LATELY = 8;

    private final Random random;
    private final int cameras;
    private final boolean brokerRestarts;
    private final Set<String> only;
    /** The next one last. */
    private final List<ChaosFault> cards = new ArrayList<>();

    /** What the last ones were noticed by. */
    private final Deque<String> lately = new ArrayDeque<>();

    /** @param only first words of the kinds that are wanted; empty for all */
    Deck(long seed, int cameras, boolean brokerRestarts, Set<String> only) {
        this.random = new Random(seed);
        this.cameras = cameras;
        this.brokerRestarts = brokerRestarts;
        this.only = only;
    }

    /**
     * The next one, if there is such, that is noticed by something else than those of late: what the log has told it counts when it
     * comes again within half a minute, and does not tell at once.
     */
    ChaosFault next() {
        if (cards.size() < 2 * LATELY) { // so that there is a choice
            lay();
        }
        int at = cards.size() - 1;
        while (at > 0 && lately.contains(tale(cards.get(at)))) {
            at--;
        }
        ChaosFault card = cards.remove(lately.contains(tale(cards.get(at))) ? cards.size() - 1 : at);
        lately.addLast(tale(card));
        if (lately.size() > LATELY) {
            lately.removeFirst();
        }
        return card;
    }

    /** Between a half and one and a half of the mean. */
    Duration pause(Duration mean) {
        return Duration.ofMillis((long) (mean.toMillis() * (0.5 + random.nextDouble())));
    }

    private void lay() {
        List<ChaosFault> all = new ArrayList<>();
        for (int i = 0; i < CAMERA_FAULTS; i++) {
            all.add(camera());
        }
        for (BrokerFault fault : BrokerFault.values()) {
            if (brokerRestarts || !fault.needsRestart) {
                all.add(broker(fault));
            }
        }
        all.add(disk());
        all.add(clock(1));
        all.add(clock(-1));
        all.add(stop());
        all.add(busy());
        all.add(duty());
        all.add(kill());
        STAGES.forEach(place -> all.add(failing("throw", place)));
        STARVED.forEach(place -> all.add(failing("starve", place).excusedWhenUnharmed()));
        all.add(heap());
        STAGES.forEach(place -> all.add(hanging(place)));
        all.add(hangingDisk());
        all.removeIf(card -> !only.isEmpty() && !only.contains(card.kind().split(" ", 2)[0]));
        Collections.shuffle(all, random);
        cards.addAll(0, all);
    }

    /** What the log says of it: the place of what throws or finds no memory, else what it is. */
    private static String tale(ChaosFault card) {
        String[] words = card.kind().split(" ", -1);
        return switch (words[0]) {
            case "throw", "starve" -> words[1];
            case "clock" -> words[0];
            default -> card.kind();
        };
    }

    private Duration between(int minMs, int maxMs) {
        return Duration.ofMillis(minMs + random.nextInt(maxMs - minMs));
    }

    private static Predicate<String> says(String... words) {
        return line -> {
            for (String word : words) {
                if (line.contains(word)) {
                    return true;
                }
            }
            return false;
        };
    }

    private ChaosFault camera() {
        int camera = 1 + random.nextInt(cameras);
        Fault fault = CameraFault.draw(random);
        boolean momentary = fault.kind().momentary();
        ChaosFault card = ChaosFault.of(
                "camera " + fault.kind().spelling() + " cam" + camera,
                momentary ? Duration.ZERO : between(500, 6_000),
                says(
                        "cam" + camera + ":",
                        "status of cam" + camera,
                        "cam" + camera + " dropped as corrupt",
                        "cam" + camera + " dropped as no_keyframe",
                        "cam" + camera + " dropped as stream_closed"),
                scene -> scene.camera(camera).begin(0, fault),
                momentary ? ChaosFault.Act.NONE : scene -> scene.camera(camera).end(0, fault));
        return card.excusedWhenUnharmed();
    }

    private ChaosFault broker(BrokerFault fault) {
        return ChaosFault.of(
                        "broker " + fault.name().toLowerCase(Locale.ROOT),
                        fault.lasts ? between(500, 6_000) : Duration.ZERO,
                        says("MqttClient: ", OFFLINE),
                        scene -> fault.begin(scene.broker()),
                        scene -> fault.end(scene.broker()))
                .excusedWhenUnharmed();
    }

    private ChaosFault disk() {
        return ChaosFault.of("disk full", between(1_000, 6_000), says("outbox on disk"), Scene::fill, Scene::clear)
                .excusedWhenUnharmed(); // what has been acknowledged is deleted, and may make room in time
    }

    private ChaosFault clock(int sign) {
        Duration step = between(2_000, 7_200_000).multipliedBy(sign);
        String order = String.format(Locale.ROOT, "clock %s%dms", sign < 0 ? "-" : "", Math.abs(step.toMillis()));
        return ChaosFault.of(
                        String.format(Locale.ROOT, "clock %+.1f s", step.toMillis() / 1e3),
                        between(2_500, 5_000),
                        says("clock was set"),
                        scene -> scene.order(order),
                        scene -> scene.withdraw("clock 0ms"))
                .steppingClock();
    }

    private ChaosFault stop() {
        return ChaosFault.of(
                        "stop",
                        between(1_500, 6_000),
                        says("stood still", OFFLINE),
                        scene -> scene.daemon().signal("STOP"),
                        scene -> scene.daemon().signal("CONT"))
                .noticedFromEnd();
    }

    private ChaosFault busy() {
        return ChaosFault.of(
                        "cpu busy",
                        between(2_000, 6_000),
                        says("stood still", "dropped as superseded"),
                        Scene::burn,
                        Scene::endStarvation)
                .excusedWhenUnharmed();
    }

    private ChaosFault duty() {
        return ChaosFault.of(
                        "cpu quarter",
                        between(2_000, 6_000),
                        says("stood still", "dropped as superseded"),
                        Scene::throttle,
                        Scene::endStarvation)
                .excusedWhenUnharmed();
    }

    private static ChaosFault kill() {
        return ChaosFault.of("kill -9", Duration.ZERO, says(OFFLINE), Scene::killAndRestart, ChaosFault.Act.NONE);
    }

    /** @param how {@code throw}, or {@code starve} for want of memory */
    private ChaosFault failing(String how, String place) {
        int times = 1 + random.nextInt(5);
        return ChaosFault.of(
                how + " " + place + " " + times + " times",
                Duration.ZERO,
                says("sabotage of " + place, "dropped as " + place + "_failed"),
                scene -> scene.order(place + " " + how + " " + times),
                ChaosFault.Act.NONE);
    }

    /** While there is none left nobody has any to tell of it. */
    private ChaosFault heap() {
        Duration lasts = between(500, 1_500);
        return ChaosFault.of(
                        "heap full",
                        lasts,
                        says(
                                "wanted in vain",
                                "stood still",
                                "no memory is left",
                                OFFLINE,
                                "dropped as superseded",
                                "_failed"),
                        scene -> scene.order("heap " + lasts.toMillis() + "ms"),
                        ChaosFault.Act.NONE)
                .noticedFromEnd()
                .excusedWhenUnharmed();
    }

    /** Long enough for it to be told before it ends by itself. */
    private ChaosFault hanging(String place) {
        Duration lasts = between(2_500, 4_500);
        return ChaosFault.of(
                        "hang " + place,
                        lasts,
                        says("silent for", "was ended after", "dropped as stalled"),
                        scene -> scene.order(place + " hang " + (lasts.toMillis() + 60_000) + "ms"),
                        scene -> scene.withdraw(place + " end"))
                .noticedFromStrike();
    }

    /** Nobody waits for the disk; what comes meanwhile waits in memory. */
    private ChaosFault hangingDisk() {
        Duration lasts = between(2_000, 3_500);
        return ChaosFault.of(
                        "hang disk",
                        lasts,
                        says("outbox"),
                        scene -> scene.order("disk hang " + (lasts.toMillis() + 60_000) + "ms"),
                        scene -> scene.withdraw("disk end"))
                .noticedFromStrike()
                .excusedWhenUnharmed();
    }
}

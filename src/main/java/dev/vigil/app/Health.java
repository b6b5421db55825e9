package dev.vigil.app;

import dev.vigil.base.Clock;
import dev.vigil.source.CameraStatus;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.function.Supplier;

/**
 * How a daemon is as a whole, at any moment: whether frames can get through, whether all of it moves, and in a line for people what
 * it does. Threadsafe, and cheap enough to be asked each second by several.
 */
public final class Health {
    /** More names of cameras than these are counted only. */
    private static final int NAMES_MAX = 3;

    private final Clock clock;
    private final Supplier<List<Camera>> cameras;
    private final Supplier<Collection<RunningModel>> models;
    private final BooleanSupplier brokerConnected;
    private final LongFunction<List<String>> stuck;
    private final List<Consumer<Phase>> listeners = new CopyOnWriteArrayList<>();
    private final RecentFigures figures;

    private volatile Phase phase = Phase.STARTING;
    /** What it is at, for people; null when nothing is to be said. */
    private volatile String at;
    /** What became of the last change, where that is still to be told; null when all is well. */
    private volatile String refused;

    /** Where it is in its life. */
    public enum Phase {
        /** Models are being loaded. */
        STARTING,
        RUNNING,
        /** Takes another configuration; what it had before works meanwhile. */
        RELOADING,
        STOPPING
    }

    /**
     * @param stuck what is silent for longer than it may at a moment of the monotonic clock, each in a few words
     */
    Health(
            Clock clock,
            Supplier<List<Camera>> cameras,
            Supplier<Collection<RunningModel>> models,
            BooleanSupplier brokerConnected,
            LongFunction<List<String>> stuck) {
        this.clock = clock;
        this.figures = new RecentFigures(clock.monotonicNs());
        this.cameras = cameras;
        this.models = models;
        this.brokerConnected = brokerConnected;
        this.stuck = stuck;
    }

    public Phase phase() {
        return phase;
    }

    /** Everything was set going. */
    void started() {
        enter(Phase.STARTING, Phase.RUNNING);
    }

    /** Another configuration is being read; of no effect before all has started. */
    public void reloading() {
        enter(Phase.RUNNING, Phase.RELOADING);
    }

    /** @param problem why it was not taken, such as {@code 3 problems}; null when it was */
    public void reloaded(String problem) {
        refused = problem;
        enter(Phase.RELOADING, Phase.RUNNING);
    }

    /** For good. */
    synchronized void stopping() {
        enter(phase, Phase.STOPPING);
    }

    private synchronized void enter(Phase from, Phase next) {
        if (phase == from && phase != Phase.STOPPING) {
            phase = next;
            at = null;
            listeners.forEach(listener -> listener.accept(next));
        }
    }

    /** @param listener is told of each phase in their order; returns at once */
    public void onPhase(Consumer<Phase> listener) {
        listeners.add(listener);
    }

    /** @param what such as {@code loading the model small}; until the next phase */
    void isAt(String what) {
        at = what;
    }

    /**
     * Why frames can not get through, in a few words; empty when the daemon is ready. A camera or a broker that is away is no
     * reason: it comes back by itself.
     */
    public Optional<String> unready() {
        return switch (phase) {
            case STARTING -> Optional.of(doing("starting"));
            case STOPPING -> Optional.of(doing("stopping"));
            case RUNNING, RELOADING -> {
                List<String> now = stuck();
                yield now.isEmpty() ? Optional.empty() : Optional.of(stuck(now));
            }
        };
    }

    /**
     * What must move and does not, each with its name and for how long, such as {@code gate reader for 12 s}; empty when all is
     * well. A camera or a broker that is away, or a daemon that has nothing to do, is well.
     */
    public List<String> stuck() {
        return stuck.apply(clock.monotonicNs());
    }

    /** The models that are served in one way while they are built for a better one, such as {@code small for tensorrt}. */
    public List<String> building() {
        List<String> building = new ArrayList<>();
        for (RunningModel model : models.get()) {
            String device = model.building();
            if (device != null) {
                building.add(model.model() + " for " + device);
            }
        }
        return building;
    }

    /** All of it, such as {@code 5 cameras, 4 up; 61 fps; age p99 48 ms; yard is down}; never with a line break. */
    public String line() {
        List<String> parts = new ArrayList<>();
        List<String> silent = stuck();
        if (!silent.isEmpty()) {
            parts.add(stuck(silent));
        }
        switch (phase) {
            case STARTING -> parts.add(doing("starting"));
            case RELOADING -> parts.add(doing("reloading"));
            case STOPPING -> parts.add(doing("stopping"));
            case RUNNING -> {}
        }
        List<Camera> all = cameras.get();
        long up = all.stream().filter(Camera::isUp).count();
        parts.add(all.size() + (all.size() == 1 ? " camera, " : " cameras, ") + up + " up");
        if (phase != Phase.STARTING) {
            RecentFigures.Figures now = figures.at(all, clock.monotonicNs());
            parts.add(String.format(Locale.ROOT, now.fps() < 10 ? "%.1f fps" : "%.0f fps", now.fps()));
            if (now.ageP99Us() >= 0) {
                parts.add("age p99 " + Math.round(now.ageP99Us() / 1e3) + " ms");
            }
        }
        notUp(all, CameraStatus.State.DOWN, "down").ifPresent(parts::add);
        notUp(all, CameraStatus.State.CONNECTING, "connecting").ifPresent(parts::add);
        notUp(all, CameraStatus.State.DISABLED, "off").ifPresent(parts::add);
        if (!brokerConnected.getAsBoolean()) {
            parts.add("the broker is away");
        }
        building().forEach(model -> parts.add("building " + model));
        String problem = refused;
        if (problem != null) {
            parts.add("the last reload was refused: " + problem);
        }
        return String.join("; ", parts);
    }

    private static String stuck(List<String> silent) {
        return "stuck: " + String.join(", ", silent);
    }

    private String doing(String what) {
        String now = at;
        return now == null ? what : what + ": " + now;
    }

    /** Such as {@code gate, yard and 3 more are down}. */
    private static Optional<String> notUp(List<Camera> all, CameraStatus.State state, String word) {
        List<String> names = all.stream()
                .filter(camera -> camera.reader().status().state() == state)
                .map(Camera::name)
                .toList();
        if (names.isEmpty()) {
            return Optional.empty();
        }
        int others = names.size() - NAMES_MAX;
        String some = String.join(", ", names.subList(0, Math.min(NAMES_MAX, names.size())));
        return Optional.of(
                some + (others > 0 ? " and " + others + " more" : "") + (names.size() == 1 ? " is " : " are ") + word);
    }
}

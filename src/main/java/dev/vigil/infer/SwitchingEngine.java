package dev.vigil.infer;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves on one of several engines for the same model, the best that can be had at the moment, and goes over to another while it
 * runs: up to a better one that was opened in the background, which may take minutes, and down to the next when the device fails.
 * Each runner goes over between two of its runs, so that no frame is lost but those whose run failed: the next ones wait until the
 * other engine is there. After a fall the better ones are tried again, at growing intervals.
 *
 * <pre>
 *  tensorrt   ▲ built                      │ fails              ▲ tried again after 1, 2, 4 … 30 minutes
 *  cuda       │ serves meanwhile           ▼ fails              │
 *  cpu                                     serves ──────────────┘   never, where CUDA's context is lost
 * </pre>
 */
public final class SwitchingEngine implements Engine {
    private static final Logger LOG = LoggerFactory.getLogger(SwitchingEngine.class);
    private static final Duration FIRST_PAUSE = Duration.ofMinutes(1);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(30);
    private static final long MILLISECOND_NS = TimeUnit.MILLISECONDS.toNanos(1);
    /** Runs in a row that fail for a reason that does not name the device. */
    private static final int FAILURES_MAX = 3;

    /** Opens an engine; called on a thread of its own. */
    public interface Opener {
        /** @param memory what it will be run on */
        Engine open(RingMemory memory) throws InferException;
    }

    /**
     * One of the engines.
     *
     * @param device that it runs on, for people
     */
    public record Step(String device, Opener opener) {}

    private final Engine first;
    /** The best first. */
    private final List<Step> steps;

    private final Duration firstPause;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    /** What serves; set under the lock. */
    private volatile ServingEngine now;

    /** What is being built; null for nothing. */
    private volatile String building;

    /** Why it is not on a better one; null while it has not fallen. */
    private volatile String fault;

    // guarded by this
    private final List<SwitchingBinding> bindings = new ArrayList<>();
    /** Another engine is being opened because this one fails: runs wait. */
    private boolean falling;

    private boolean climbing;
    private long pauseNs;
    private long climbedNs;
    private int failures;
    private boolean closed;

    /**
     * Serves on {@code first} while a better engine is opened; where that can not be had, or fails, it stays.
     *
     * @param first is closed by this, at the latest when this is
     * @param device that the better one runs on
     */
    public SwitchingEngine(Engine first, String device, Opener opener) {
        this(List.of(new Step(device, opener), new Step(first.device(), memory -> first)), 1, first, true, FIRST_PAUSE);
    }

    /**
     * Serves on one of several.
     *
     * @param steps the best first
     * @param at which of them {@code first} is
     * @param first is closed by this, at the latest when this is left
     * @param climb whether a better one is opened at once
     */
    public SwitchingEngine(List<Step> steps, int at, Engine first, boolean climb) {
        this(steps, at, first, climb, FIRST_PAUSE);
    }

    /** @param firstPause from a fall to the first try to come back */
    SwitchingEngine(List<Step> steps, int at, Engine first, boolean climb, Duration firstPause) {
        this.steps = List.copyOf(steps);
        this.first = first;
        this.firstPause = firstPause;
        this.pauseNs = firstPause.toNanos();
        this.now = new ServingEngine(first, at);
        if (climb) {
            climbing = true;
            building = steps.get(0).device();
            LOG.info("{}: on {} while it is built for {}", first.name(), first.device(), building);
            begin("build", () -> climb(at));
        }
    }

    private void begin(String what, Runnable task) {
        Thread thread = new Thread(task, first.name() + "-" + what);
        thread.setDaemon(true);
        thread.start();
    }

    /** Tries those above, the best first. */
    private void climb(int from) {
        String told = null;
        boolean up = false;
        for (int i = 0; i < from && !up; i++) {
            Step step = steps.get(i);
            String lost = LostDevices.why(step.device());
            if (lost == null) {
                building = step.device();
                told = tryStep(i);
                up = told == null;
            }
        }
        if (isClosed()) {
            LOG.debug("{}: closed while it was being built", name());
        } else if (up) {
            LOG.info("{}: built for {}, and goes over to it", name(), now.engine.device());
            fault = null;
        } else if (told != null) {
            LOG.warn("{}: stays on {}: could not be built for {}: {}", name(), now.engine.device(), building, told);
        }
        synchronized (this) {
            climbing = false;
            climbedNs = System.nanoTime();
            notifyAll();
            if (!up && fault != null) {
                climbLater();
            }
        }
        built();
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private void built() {
        building = null;
        listeners.forEach(Runnable::run);
    }

    /** Opens an engine, warms it up on every binding's memory, and goes over to it; null, or why it can not be had. */
    private String tryStep(int step) {
        ServingEngine opened = null;
        boolean serves = false;
        try {
            RingMemory memory = awaitMemory();
            if (memory == null) {
                return "it was closed";
            }
            opened = new ServingEngine(steps.get(step).opener().open(memory), step);
            serves = switchTo(opened);
            return null;
        } catch (InferException | RuntimeException | LinkageError e) {
            return String.valueOf(e.getMessage());
        } finally {
            if (opened != null && !serves) {
                discard(opened);
            }
        }
    }

    /** What it is run on, which comes after the engine; null when it was closed before. */
    private synchronized RingMemory awaitMemory() throws InferException {
        try {
            while (bindings.isEmpty() && !closed) {
                wait();
            }
            return closed ? null : bindings.get(0).memory();
        } catch (InterruptedException e) {
            throw new InferException("interrupted", e);
        }
    }

    private synchronized void discard(ServingEngine opened) {
        bindings.forEach(binding -> binding.discard(opened));
        opened.close();
    }

    /** Warms it up on every binding's memory, which is where engines are really built, and lets the runners go over. */
    private boolean switchTo(ServingEngine next) throws InferException {
        List<SwitchingBinding> ready = new ArrayList<>();
        while (true) {
            SwitchingBinding unready = null;
            synchronized (this) {
                if (closed) {
                    return false;
                }
                for (SwitchingBinding binding : bindings) {
                    unready = ready.contains(binding) ? unready : binding;
                }
                if (unready == null) {
                    ServingEngine before = now;
                    now = next;
                    failures = 0;
                    bindings.forEach(binding -> binding.goOver(next));
                    before.leave();
                    return true;
                }
            }
            unready.prepare(next);
            ready.add(unready);
        }
    }

    /** A run has failed on an engine that serves; decides whether it is left. */
    void failed(ServingEngine on, InferException e, boolean ended) {
        DeviceFault kind = DeviceFault.of(e);
        synchronized (this) {
            boolean lowest = on.step == steps.size() - 1;
            if (on != now || falling || closed || lowest) {
                return;
            }
            failures++;
            if (kind == DeviceFault.NONE && failures < FAILURES_MAX) {
                return;
            }
            falling = true;
        }
        String device = on.engine.device();
        String why = device + (ended ? " does not answer: " : " failed: ") + e.getMessage();
        if (kind == DeviceFault.CONTEXT) {
            LostDevices.lost(device, e.getMessage());
        }
        fault = why;
        LOG.error("{}: {}; it goes down to the next device", name(), why);
        begin("fall", () -> fall(on.step));
    }

    /** A run went well. */
    void succeeded() {
        if (failures != 0) {
            synchronized (this) {
                failures = 0;
            }
        }
    }

    private void fall(int from) {
        String told = "there is no other";
        boolean down = false;
        for (int i = from + 1; i < steps.size() && !down; i++) {
            String lost = LostDevices.why(steps.get(i).device());
            told = lost == null ? tryStep(i) : lost;
            down = told == null;
        }
        String lost = LostDevices.why(steps.get(from).device());
        if (down) {
            fault = lost == null ? fault : fault + " (" + lost + ")";
            LOG.warn("{}: on {} from here on; {}", name(), now.engine.device(), fault);
        } else {
            LOG.error("{}: stays on {}: {}", name(), now.engine.device(), told);
        }
        synchronized (this) {
            falling = false;
            failures = 0;
            notifyAll();
            climbLater();
        }
        listeners.forEach(Runnable::run);
    }

    /** Has the better ones tried again; the caller holds the lock. */
    private synchronized void climbLater() {
        int at = now.step;
        boolean hope = steps.subList(0, at).stream().anyMatch(step -> LostDevices.why(step.device()) == null);
        if (climbing || closed || !hope) {
            return;
        }
        climbing = true;
        // One that has held for longer than it was waited for is a good one again.
        boolean held = climbedNs != 0 && System.nanoTime() - climbedNs > 2 * pauseNs;
        long waitNs = held ? firstPause.toNanos() : pauseNs;
        pauseNs = Math.min(2 * waitNs, LONGEST_PAUSE.toNanos());
        begin("build", () -> {
            if (pause(waitNs)) {
                climb(at);
            }
        });
    }

    /** False when it was closed meanwhile. */
    private synchronized boolean pause(long forNs) {
        long endNs = System.nanoTime() + forNs;
        try {
            for (long leftNs = forNs; leftNs > 0 && !closed; leftNs = endNs - System.nanoTime()) {
                TimeUnit.NANOSECONDS.timedWait(this, Math.max(MILLISECOND_NS, leftNs));
            }
            return !closed;
        } catch (InterruptedException e) {
            LOG.debug("{}: is not tried again on a better device", name(), e); // nobody has a reason to
            return false;
        }
    }

    /** Waits while another engine is being opened in place of one that failed. */
    synchronized void awaitFall(SwitchingRunner waiting) throws InferException {
        try {
            while (falling && !closed && !waiting.isEnded()) {
                TimeUnit.NANOSECONDS.timedWait(this, 20 * MILLISECOND_NS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InferException("interrupted while the model " + name() + " goes over to another device", e);
        }
    }

    @Override
    public ModelFacts facts() {
        return first.facts();
    }

    @Override
    public Backend backend() {
        return now.engine.backend();
    }

    @Override
    public String device() {
        return now.engine.device();
    }

    @Override
    public String building() {
        return building;
    }

    @Override
    public String fault() {
        return fault;
    }

    @Override
    public void lose(String why) {
        ServingEngine at = now;
        if (at.step < steps.size() - 1) {
            LostDevices.lost(at.engine.device(), why);
        }
    }

    @Override
    public void onBuilt(Runnable listener) {
        listeners.add(listener);
        if (building == null) {
            listener.run();
        }
    }

    /** Of the first one: whoever plans by it goes on as he began. */
    @Override
    public boolean onCpu() {
        return first.onCpu();
    }

    @Override
    public InferOptions options() {
        return first.options();
    }

    @Override
    public long[][] probe(InputTensors inputs, int batch) throws InferException {
        return now.engine.probe(inputs, batch);
    }

    @Override
    public synchronized Binding bind(RingMemory memory) throws InferException {
        SwitchingBinding binding = new SwitchingBinding(this, memory, now);
        bindings.add(binding);
        notifyAll();
        return binding;
    }

    synchronized void unbind(SwitchingBinding binding) {
        bindings.remove(binding);
    }

    /** Does not wait for what is being built: that is closed as soon as it is there, and who waits for it is told now. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        built();
        now.close();
    }
}

package dev.vigil.infer;

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
 *  tensorrt   ▲ built                      │ fails              ▲ tried again after 1, 2, 4 … 30 minutes: where CUDA's context
 *  cuda       │ serves meanwhile           ▼ fails              │ is lost by another process, which tells whether a new one
 *  cpu                                     serves ──────────────┘ would have it
 * </pre>
 */
public final class SwitchingEngine implements Engine {
    private static final Logger LOG = LoggerFactory.getLogger(SwitchingEngine.class);
    /** Runs in a row that fail for a reason that does not name the device. */
    private static final int FAILURES_MAX = 3;

    private final Engine first;
    /** The best first. */
    private final List<EngineStep> steps;

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
    private final ClimbPauses pauses;
    private int failures;
    private boolean closed;

    /**
     * Serves on one of several.
     *
     * @param steps the best first
     * @param at which of them {@code first} is
     * @param first is closed by this, at the latest when this is left
     * @param climb whether a better one is opened at once
     * @param fault why the better ones can not be had now, for people, and are tried again later; null where they can
     */
    public SwitchingEngine(List<EngineStep> steps, int at, Engine first, boolean climb, String fault) {
        this(steps, at, first, climb, fault, new ClimbPauses());
    }

    SwitchingEngine(List<EngineStep> steps, int at, Engine first, boolean climb, String fault, ClimbPauses pauses) {
        this.steps = List.copyOf(steps);
        this.first = first;
        this.fault = fault;
        this.pauses = pauses;
        this.now = new ServingEngine(first, at);
        if (fault != null) {
            if (steps.subList(0, at).stream().anyMatch(EngineStep::isLost)) {
                pauses.lost();
            }
            climbLater();
        } else if (climb) {
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
            if (steps.get(i).mayBeHad()) {
                building = steps.get(i).device();
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
            pauses.tried();
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

    /**
     * Opens an engine, warms it up on every binding's memory, and goes over to it; where this process has lost the device, has
     * another one try.
     *
     * @return why it can not be had; null when it can
     */
    private String tryStep(int at) {
        EngineStep step = steps.get(at);
        ServingEngine opened = null;
        boolean serves = false;
        try {
            RingMemory memory = awaitMemory();
            if (memory == null) {
                return "it was closed";
            }
            opened = new ServingEngine(step.open(memory), at);
            serves = switchTo(opened);
            return null;
        } catch (InferException | RuntimeException | LinkageError e) {
            if (DeviceFault.of(e.getMessage()) == DeviceFault.CONTEXT) {
                LostDevices.lost(step.device(), e.getMessage());
            }
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
        DeviceFault kind = DeviceFault.of(e.getMessage());
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
        String why = on.engine.device() + (ended ? " does not answer: " : " failed: ") + e.getMessage();
        leave(on, kind, why);
        begin("fall", () -> fall(on.step));
    }

    private void leave(ServingEngine on, DeviceFault kind, String why) {
        if (kind == DeviceFault.CONTEXT) {
            LostDevices.lost(on.engine.device(), why);
            synchronized (this) {
                pauses.lost();
            }
        }
        fault = kind == DeviceFault.CONTEXT ? LostDevices.why(on.engine.device()) : why;
        LOG.error("{}: {}; it goes down to the next device", name(), why);
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
            told = steps.get(i).isLost() ? LostDevices.why(steps.get(i).device()) : tryStep(i);
            down = told == null;
        }
        if (down) {
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
        if (climbing || closed || steps.subList(0, at).stream().noneMatch(EngineStep::mayBeHad)) {
            return;
        }
        climbing = true;
        long pauseNs = pauses.nextNs();
        begin("build", () -> {
            if (pause(pauseNs)) {
                climb(at);
            }
        });
    }

    /** False when it was closed meanwhile. */
    private synchronized boolean pause(long forNs) {
        long endNs = System.nanoTime() + forNs;
        try {
            for (long leftNs = forNs; leftNs > 0 && !closed; leftNs = endNs - System.nanoTime()) {
                TimeUnit.NANOSECONDS.timedWait(this, leftNs);
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
                TimeUnit.MILLISECONDS.timedWait(this, 20);
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

    /** Nothing is bound yet, so that a device that fails already is left here and now. */
    @Override
    public long[][] probe(InputTensors inputs, int batch) throws InferException {
        ServingEngine on = now;
        try {
            return on.engine.probe(inputs, batch);
        } catch (InferException e) {
            DeviceFault kind = DeviceFault.of(e.getMessage());
            if (kind == DeviceFault.NONE || on.step == steps.size() - 1) {
                throw e;
            }
            leave(on, kind, on.engine.device() + " failed: " + e.getMessage());
            int next = on.step + 1;
            while (steps.get(next).isLost()) {
                next++; // the last one is never lost
            }
            now = new ServingEngine(steps.get(next).open(null), next);
            on.leave();
            climbLater();
            return probe(inputs, batch);
        }
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

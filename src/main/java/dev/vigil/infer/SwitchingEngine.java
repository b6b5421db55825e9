package dev.vigil.infer;

import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves on one engine while a better one is opened in the background, which may take minutes, and then goes over to it: each
 * runner between two of its runs, so that no frame is lost. If the better one can not be had, the first one stays.
 *
 * <pre>
 *  opening thread:  open ── for each binding: run on its memory, bind ── better = it
 *  each runner:     run on first ... run on first │ run on better ...   the last one to leave frees the first
 * </pre>
 */
public final class SwitchingEngine implements Engine {
    private static final Logger LOG = LoggerFactory.getLogger(SwitchingEngine.class);

    /** Opens the better engine; called once, on a thread of its own. */
    public interface Opener {
        Engine open() throws InferException;
    }

    private final Engine first;
    private final Thread opening;

    /** Set once, when all bindings have been bound to it. */
    private volatile Engine better;

    /** What is being built; null when that has ended, well or not. */
    private volatile String building;

    /** Whom to tell that building has ended. Guarded by itself, as is the end. */
    private final List<Runnable> waiting = new ArrayList<>();

    /** Guarded by this. */
    private final List<SwitchingBinding> bindings = new ArrayList<>();

    /** Guarded by this. */
    private boolean closed;

    /** Guarded by this. */
    private boolean firstClosed;

    /**
     * Begins opening.
     *
     * @param first is closed by this, at the latest when this is
     * @param device that the better one runs on, for people
     */
    public SwitchingEngine(Engine first, String device, Opener opener) {
        this.first = first;
        this.building = device;
        this.opening = new Thread(() -> open(opener), first.name() + "-build");
        opening.setDaemon(true);
        LOG.info("{}: on {} while it is built for {}", first.name(), first.device(), device);
        opening.start();
    }

    private void open(Opener opener) {
        String device = building;
        Engine opened = null;
        try {
            opened = opener.open();
            if (switchTo(opened)) {
                LOG.info("{}: built for {}, and goes over to it", first.name(), opened.device());
                opened = null;
            }
        } catch (InferException | RuntimeException | Error e) {
            LOG.warn(
                    "{}: stays on {}: could not be built for {}: {}",
                    first.name(),
                    first.device(),
                    device,
                    e.getMessage());
            if (e instanceof Error error && !(e instanceof LinkageError)) {
                throw error;
            }
        } finally {
            ended();
            if (opened != null) {
                opened.close();
            }
        }
    }

    private void ended() {
        List<Runnable> listeners;
        synchronized (waiting) {
            building = null;
            listeners = List.copyOf(waiting);
            waiting.clear();
        }
        listeners.forEach(Runnable::run);
    }

    /** Warms it up on every binding's memory, which is where engines are really built, and lets the runners go over. */
    private boolean switchTo(Engine opened) throws InferException {
        List<SwitchingBinding> ready = new ArrayList<>();
        while (true) {
            SwitchingBinding next = null;
            synchronized (this) {
                if (closed) {
                    return false;
                }
                for (SwitchingBinding binding : bindings) {
                    if (!ready.contains(binding)) {
                        next = binding;
                    }
                }
                if (next == null) {
                    better = opened;
                    bindings.forEach(SwitchingBinding::goOver);
                    closeFirstWhenUnused();
                    return true;
                }
            }
            next.prepare(opened);
            ready.add(next);
        }
    }

    private synchronized void closeFirstWhenUnused() {
        if (better != null && !firstClosed && bindings.stream().noneMatch(SwitchingBinding::usesFirst)) {
            firstClosed = true;
            first.close();
        }
    }

    private Engine now() {
        Engine engine = better;
        return engine == null ? first : engine;
    }

    @Override
    public ModelFacts facts() {
        return first.facts();
    }

    @Override
    public Backend backend() {
        return now().backend();
    }

    @Override
    public String device() {
        return now().device();
    }

    @Override
    public String building() {
        return building;
    }

    @Override
    public void onBuilt(Runnable listener) {
        synchronized (waiting) {
            if (building != null) {
                waiting.add(listener);
                return;
            }
        }
        listener.run();
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
        return now().probe(inputs, batch);
    }

    @Override
    public synchronized Binding bind(RingMemory memory) throws InferException {
        SwitchingBinding binding = new SwitchingBinding(memory, now());
        bindings.add(binding);
        return binding;
    }

    /** Does not wait for what is being built: that is closed as soon as it is there, and who waits for it is told now. */
    @Override
    public void close() {
        ended();
        synchronized (this) {
            closed = true;
            if (!firstClosed) {
                firstClosed = true;
                first.close();
            }
        }
        if (better != null) {
            better.close();
        }
    }

    private final class SwitchingBinding implements Binding {
        private final RingMemory memory;
        private final Engine began;
        private final Binding old;
        /** Guarded by this. */
        private Binding prepared;

        /** What runners are to use from their next run on. */
        private volatile Binding active;

        /** Runners that still use {@link #old}. Guarded by this. */
        private int onOld;

        /** Guarded by this. */
        private boolean oldClosed;

        /** Guarded by this. */
        private boolean gone;

        SwitchingBinding(RingMemory memory, Engine engine) throws InferException {
            this.memory = memory;
            this.began = engine;
            this.old = engine.bind(memory);
            this.active = old;
        }

        /** Outputs must be of the same shapes; all sizes of batches are tried, since an engine may be built for each. */
        void prepare(Engine engine) throws InferException {
            InputTensors inputs = memory.inputs();
            for (int frames : new int[] {memory.batchMax(), memory.batchMin()}) {
                InputTensors zeros =
                        new InputTensors(inputs.picture(), inputs.imageShape(), frames, inputs.constants());
                engine.probe(zeros, frames);
            }
            Binding bound = engine.bind(memory);
            synchronized (this) {
                if (!gone) {
                    prepared = bound;
                    return;
                }
            }
            bound.close();
        }

        synchronized void goOver() {
            if (!gone && prepared != null) {
                active = prepared;
                closeOldWhenUnused();
            }
        }

        synchronized boolean usesFirst() {
            return began == first && !oldClosed;
        }

        private synchronized void closeOldWhenUnused() {
            if (active != old && onOld == 0 && !oldClosed) {
                oldClosed = true;
                old.close();
            }
        }

        @Override
        public Runner runner() throws InferException {
            return new SwitchingRunner(this);
        }

        private synchronized Runner open(Binding binding) throws InferException {
            Runner runner = binding.runner();
            onOld += binding == old ? 1 : 0;
            return runner;
        }

        private void left(Binding binding) {
            synchronized (this) {
                onOld -= binding == old ? 1 : 0;
                closeOldWhenUnused();
            }
            closeFirstWhenUnused();
        }

        @Override
        public void close() {
            synchronized (this) {
                gone = true;
                if (!oldClosed) {
                    oldClosed = true;
                    old.close();
                }
                if (prepared != null) {
                    prepared.close();
                }
            }
            synchronized (SwitchingEngine.this) {
                bindings.remove(this);
            }
        }
    }

    private static final class SwitchingRunner implements Runner {
        private final SwitchingBinding binding;
        /** Guarded by this; replaced by the owner's thread only. */
        private Binding using;

        /** Guarded by this; replaced by the owner's thread only. */
        private Runner runner;

        /** Going over has failed; the owner's thread's. */
        private boolean stays;

        /** Guarded by this. */
        private boolean terminated;

        /** Guarded by this. */
        private boolean gone;

        SwitchingRunner(SwitchingBinding binding) throws InferException {
            this.binding = binding;
            this.using = binding.active;
            this.runner = binding.open(using);
        }

        @Override
        public void run(int first, int frames) throws InferException {
            now().run(first, frames);
        }

        /** The runner to use, after going over where that is due. */
        private synchronized Runner now() {
            Binding active = binding.active;
            if (using != active && !gone && !stays) {
                try {
                    goOver(active);
                } catch (InferException e) {
                    LOG.warn("a runner stays on {}: {}", runner.device(), e.getMessage());
                    stays = true;
                }
            }
            return runner;
        }

        private synchronized void goOver(Binding active) throws InferException {
            Runner next = binding.open(active);
            if (terminated) {
                next.terminate();
            }
            runner.close();
            binding.left(using);
            using = active;
            runner = next;
        }

        @Override
        public synchronized void terminate() {
            terminated = true;
            runner.terminate();
        }

        @Override
        public synchronized void reset() {
            terminated = false;
            runner.reset();
        }

        @Override
        public synchronized String device() {
            return runner.device();
        }

        @Override
        public synchronized void close() {
            if (!gone) {
                gone = true;
                runner.close();
                binding.left(using);
            }
        }
    }
}

package dev.vigil.infer.ort;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.vigil.frame.TensorInfo;
import dev.vigil.infer.Constant;
import dev.vigil.infer.Engine;
import dev.vigil.infer.InferException;
import dev.vigil.infer.InputTensors;
import dev.vigil.infer.OutputTensors;
import dev.vigil.infer.RingMemory;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tensors of ONNX Runtime over a ring's memory, for every run that there may be. Threadsafe. */
final class OrtBinding implements Engine.Binding {
    private static final Logger LOG = LoggerFactory.getLogger(OrtBinding.class);

    private final OrtEngine engine;
    private final RingMemory memory;
    /** By name and number of frames; what they hold is written once. */
    private final Map<String, OnnxTensor[]> constants = new HashMap<>();

    /** What runs read and write; another one when an output turns out to be loose. */
    private volatile Bound bound;

    /** What is to be freed. */
    private final List<OnnxTensor> tensors = new ArrayList<>();

    /** @param runs by first slot and number of frames */
    private record Bound(OutputTensors outputs, Set<String> loose, Run[][] runs) {}

    private record Run(Map<String, OnnxTensor> inputs, Map<String, OnnxTensor> outputs) {}

    OrtBinding(OrtEngine engine, RingMemory memory) throws InferException {
        this.engine = engine;
        this.memory = memory;
        try {
            for (Constant constant : memory.inputs().constants()) {
                OnnxTensor[] byFrames = new OnnxTensor[memory.batchMax() + 1];
                for (int frames = memory.batchMin(); frames <= memory.batchMax(); frames++) {
                    byFrames[frames] = kept(engine.constant(constant, frames));
                }
                constants.put(constant.name(), byFrames);
            }
            this.bound = bind(memory.outputs());
        } catch (OrtException e) {
            close();
            throw failed(e);
        }
    }

    private InferException failed(OrtException e) {
        return new InferException("the model " + engine.name() + " failed: " + OrtEngine.firstLine(e), e);
    }

    private OnnxTensor kept(OnnxTensor tensor) {
        tensors.add(tensor);
        return tensor;
    }

    private Bound bind(OutputTensors outputs) throws OrtException {
        InputTensors inputs = memory.inputs();
        Run[][] runs = new Run[inputs.slots()][memory.batchMax() + 1];
        for (int first = 0; first < runs.length; first++) {
            for (int frames = memory.batchMin();
                    frames <= memory.batchMax() && first + frames <= runs.length;
                    frames++) {
                Map<String, OnnxTensor> ins = new HashMap<>();
                int now = frames;
                constants.forEach((name, byFrames) -> ins.put(name, byFrames[now]));
                ins.put(inputs.picture().name(), kept(engine.picture(inputs, first, frames)));
                runs[first][frames] = new Run(Map.copyOf(ins), pinned(outputs, first, frames));
            }
        }
        return new Bound(outputs, outputs.loose(), runs);
    }

    private Map<String, OnnxTensor> pinned(OutputTensors outputs, int first, int frames) throws OrtException {
        Map<String, OnnxTensor> pinned = new HashMap<>();
        for (int i = 0; i < engine.outputs().size(); i++) {
            TensorInfo info = engine.outputs().get(i);
            if (outputs.isFixed(i)) {
                OnnxTensor tensor = OnnxTensor.createTensor(
                        engine.environment(),
                        outputs.bytes(i, first, frames),
                        outputs.shape(i, frames),
                        OrtTypes.javaType(info.type()));
                pinned.put(info.name(), kept(tensor));
            }
        }
        return pinned;
    }

    /**
     * Binds anew after a run whose outputs were of other sizes than those on zeros.
     *
     * @return false when there is nothing that could be
     */
    private synchronized boolean loosen(Bound failed) throws OrtException {
        if (bound == failed) {
            if (!memory.loosen(failed.outputs)) {
                return false;
            }
            bound = bind(memory.outputs());
        }
        return true;
    }

    @Override
    public Engine.Runner runner() throws InferException {
        try {
            return new Runner();
        } catch (OrtException e) {
            throw new InferException("no runner for " + engine.name() + ": " + OrtEngine.firstLine(e), e);
        }
    }

    @Override
    public synchronized void close() {
        tensors.forEach(OnnxTensor::close);
        tensors.clear();
    }

    private final class Runner implements Engine.Runner {
        private final OrtSession.RunOptions settings;
        /** Guarded by this: whoever ends a run may come when its worker has just gone. */
        private boolean closed;

        Runner() throws OrtException {
            this.settings = new OrtSession.RunOptions();
            settings.setLogLevel(OrtSettings.told());
        }

        @Override
        public void run(int first, int frames) throws InferException {
            try {
                Bound now = bound;
                try {
                    runOn(now, first, frames);
                } catch (OrtException e) {
                    boolean ofAnotherSize = String.valueOf(e.getMessage()).contains("shape");
                    if (!ofAnotherSize || !loosen(now)) {
                        throw e;
                    }
                    runOn(bound, first, frames);
                }
            } catch (OrtException e) {
                throw failed(e);
            }
        }

        private void runOn(Bound now, int first, int frames) throws OrtException, InferException {
            Run run = now.runs[first][frames];
            try (OrtSession.Result result = engine.run(run.inputs, now.loose, run.outputs, settings)) {
                now.outputs.written(first, frames);
                for (int i = 0; i < engine.outputs().size() && !now.loose.isEmpty(); i++) {
                    TensorInfo info = engine.outputs().get(i);
                    if (now.loose.contains(info.name())) {
                        OnnxTensor tensor = engine.tensor(result, info);
                        now.outputs.put(
                                i,
                                tensor.getByteBuffer().order(ByteOrder.nativeOrder()),
                                tensor.getInfo().getShape(),
                                first,
                                frames);
                    }
                }
            }
        }

        @Override
        public void terminate() {
            setTerminate(true);
        }

        @Override
        public void reset() {
            setTerminate(false);
        }

        private synchronized void setTerminate(boolean terminate) {
            if (closed) {
                return;
            }
            try {
                settings.setTerminate(terminate);
            } catch (OrtException e) {
                LOG.error("{}: a run can not be ended: {}", engine.name(), OrtEngine.firstLine(e));
            }
        }

        @Override
        public String device() {
            return engine.device();
        }

        @Override
        public synchronized void close() {
            if (!closed) {
                closed = true;
                settings.close();
            }
        }
    }
}

package dev.vigil.infer.tflite;

import static org.bytedeco.tensorflowlite.global.tensorflowlite.TfLiteModelCreateFromFile;
import static org.bytedeco.tensorflowlite.global.tensorflowlite.TfLiteModelDelete;

import dev.vigil.frame.TensorInfo;
import dev.vigil.infer.Backend;
import dev.vigil.infer.Constant;
import dev.vigil.infer.Engine;
import dev.vigil.infer.InferException;
import dev.vigil.infer.InferOptions;
import dev.vigil.infer.InferOptions.Device;
import dev.vigil.infer.InputTensors;
import dev.vigil.infer.ModelFormat;
import dev.vigil.infer.OutputTensors;
import dev.vigil.infer.RingMemory;
import dev.vigil.infer.Runs;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.bytedeco.tensorflowlite.TfLiteModel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A model in the hands of TensorFlow Lite, on the CPU. Threadsafe: each runner has an interpreter of its own. */
public final class LiteEngine implements Engine {
    private static final Logger LOG = LoggerFactory.getLogger(LiteEngine.class);

    private final TfLiteModel model;
    private final InferOptions options;
    private final String name;
    private final List<TensorInfo> inputs = new ArrayList<>();
    private final List<TensorInfo> outputs = new ArrayList<>();
    /** The interpreters, which the model's memory must outlive. */
    private final Runs interpreters = new Runs();

    private LiteEngine(TfLiteModel model, InferOptions options, String name) throws InferException {
        this.model = model;
        this.options = options;
        this.name = name;
        try (LiteInterpreter interpreter = LiteInterpreter.of(model, name, options.threads())) {
            for (int i = 0; i < interpreter.inputs(); i++) {
                inputs.add(interpreter.inputInfo(i));
            }
            for (int i = 0; i < interpreter.outputs(); i++) {
                outputs.add(interpreter.outputInfo(i));
            }
        }
    }

    /** See {@link Engine#open}; on a deep stack. */
    public static Engine open(Path file, InferOptions options) throws InferException {
        String name = ModelFormat.stem(file);
        TfLiteModel model = TfLiteModelCreateFromFile(file.toString());
        if (model == null || model.isNull()) {
            throw new InferException("the model " + file + " can not be loaded: TensorFlow Lite finds it damaged");
        }
        boolean opened = false;
        try {
            LiteEngine engine = new LiteEngine(model, options, name);
            opened = true;
            if (options.device() != Device.AUTO && options.device() != Device.CPU) {
                LOG.warn(
                        "{}: on cpu ({}: TensorFlow Lite runs on the CPU only here)",
                        file.getFileName(),
                        options.device().name().toLowerCase(Locale.ROOT));
            }
            return engine;
        } finally {
            if (!opened) {
                TfLiteModelDelete(model);
            }
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Backend backend() {
        return Backend.TFLITE;
    }

    @Override
    public String device() {
        return "cpu";
    }

    @Override
    public boolean onCpu() {
        return true;
    }

    @Override
    public List<TensorInfo> inputs() {
        return List.copyOf(inputs);
    }

    @Override
    public List<TensorInfo> outputs() {
        return List.copyOf(outputs);
    }

    @Override
    public Map<String, String> metadata() {
        return Map.of();
    }

    @Override
    public InferOptions options() {
        return options;
    }

    /** To be given back. */
    private LiteInterpreter interpreter() throws InferException {
        if (!interpreters.begin()) {
            throw new InferException("the model " + name + " is closed");
        }
        boolean made = false;
        try {
            LiteInterpreter interpreter = LiteInterpreter.of(model, name, options.threads());
            made = true;
            return interpreter;
        } finally {
            if (!made) {
                interpreters.end();
            }
        }
    }

    private void giveBack(LiteInterpreter interpreter) {
        interpreter.close();
        interpreters.end();
    }

    @Override
    public long[][] probe(InputTensors tensors, int batch) throws InferException {
        long[][] shapes = new long[outputs.size()][];
        LiteInterpreter interpreter = interpreter();
        try {
            run(interpreter, tensors, tensors.pictures(0, batch), batch);
            interpreter.outputs((output, values, shape) ->
                    shapes[output] = OutputTensors.isAskedFor(outputs.get(output)) ? shape : new long[] {batch, 0});
        } finally {
            giveBack(interpreter);
        }
        return shapes;
    }

    private void run(LiteInterpreter interpreter, InputTensors tensors, ByteBuffer pictures, int frames)
            throws InferException {
        interpreter.size(frames, shapes(tensors, frames));
        for (int i = 0; i < inputs.size(); i++) {
            Constant constant = constant(tensors, i);
            interpreter.input(i, constant == null ? pictures : constant.values(frames));
        }
        interpreter.invoke();
    }

    private long[][] shapes(InputTensors tensors, int frames) {
        long[][] shapes = new long[inputs.size()][];
        for (int i = 0; i < shapes.length; i++) {
            Constant constant = constant(tensors, i);
            shapes[i] = constant == null ? tensors.shape(frames) : constant.shape(frames);
        }
        return shapes;
    }

    /** What an input always gets; null for the picture. */
    private Constant constant(InputTensors tensors, int input) {
        return tensors.constants().stream()
                .filter(constant -> constant.name().equals(inputs.get(input).name()))
                .findFirst()
                .orElse(null);
    }

    @Override
    public Binding bind(RingMemory memory) {
        return new LiteBinding(memory);
    }

    @Override
    public void close() {
        if (interpreters.stop()) {
            TfLiteModelDelete(model);
        } else {
            LOG.warn("{}: a run is still on; the model stays until the process ends", name);
        }
    }

    private final class LiteBinding implements Binding {
        private final RingMemory memory;

        LiteBinding(RingMemory memory) {
            this.memory = memory;
        }

        @Override
        public Runner runner() throws InferException {
            return new LiteRunner(memory, interpreter());
        }

        @Override
        public void close() {
            // What is to be freed belongs to the runners.
        }
    }

    private final class LiteRunner implements Runner {
        private final RingMemory memory;
        private final LiteInterpreter interpreter;
        private volatile boolean terminated;
        /** Guarded by this. */
        private boolean running;

        /** Guarded by this. */
        private boolean gone;

        LiteRunner(RingMemory memory, LiteInterpreter interpreter) {
            this.memory = memory;
            this.interpreter = interpreter;
        }

        @Override
        public void run(int first, int frames) throws InferException {
            begin();
            try {
                LiteEngine.this.run(
                        interpreter, memory.inputs(), memory.inputs().pictures(first, frames), frames);
                if (terminated) {
                    throw ended();
                }
                OutputTensors into = memory.outputs();
                interpreter.outputs((output, values, shape) -> {
                    if (OutputTensors.isAskedFor(outputs.get(output))) {
                        into.put(output, values, shape, first, frames);
                    }
                });
            } finally {
                end();
            }
        }

        private InferException ended() {
            return new InferException("the model " + name + " failed: the run was ended");
        }

        private synchronized void begin() throws InferException {
            if (gone || terminated) {
                throw ended();
            }
            running = true;
        }

        private synchronized void end() {
            running = false;
            if (gone) {
                giveBack(interpreter);
            }
        }

        @Override
        public String device() {
            return LiteEngine.this.device();
        }

        @Override
        public synchronized void terminate() {
            terminated = true;
            if (running) {
                interpreter.cancel();
            }
        }

        @Override
        public void reset() {
            terminated = false;
        }

        @Override
        public synchronized void close() {
            if (!gone) {
                gone = true;
                if (!running) {
                    giveBack(interpreter);
                }
            }
        }
    }
}

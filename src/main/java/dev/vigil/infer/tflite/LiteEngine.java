package dev.vigil.infer.tflite;

import static org.bytedeco.tensorflowlite.global.tensorflowlite.TfLiteModelCreateFromFile;
import static org.bytedeco.tensorflowlite.global.tensorflowlite.TfLiteModelDelete;

import dev.vigil.frame.TensorInfo;
import dev.vigil.infer.Backend;
import dev.vigil.infer.Constant;
import dev.vigil.infer.Engine;
import dev.vigil.infer.GuardedRunner;
import dev.vigil.infer.InferException;
import dev.vigil.infer.InferOptions;
import dev.vigil.infer.InferOptions.Device;
import dev.vigil.infer.InputTensors;
import dev.vigil.infer.ModelFacts;
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
    private final ModelFacts facts;
    /** The interpreters, which the model's memory must outlive. */
    private final Runs interpreters = new Runs();

    private LiteEngine(TfLiteModel model, InferOptions options, String name) throws InferException {
        this.model = model;
        this.options = options;
        List<TensorInfo> inputs = new ArrayList<>();
        List<TensorInfo> outputs = new ArrayList<>();
        try (LiteInterpreter interpreter = LiteInterpreter.of(model, name, options.threads())) {
            for (int i = 0; i < interpreter.inputs(); i++) {
                inputs.add(interpreter.inputInfo(i));
            }
            for (int i = 0; i < interpreter.outputs(); i++) {
                outputs.add(interpreter.outputInfo(i));
            }
        }
        this.facts = new ModelFacts(name, inputs, outputs, Map.of());
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
    public ModelFacts facts() {
        return facts;
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
    public InferOptions options() {
        return options;
    }

    /** To be given back. */
    private LiteInterpreter interpreter() throws InferException {
        if (!interpreters.begin()) {
            throw new InferException("the model " + name() + " is closed");
        }
        boolean made = false;
        try {
            LiteInterpreter interpreter = LiteInterpreter.of(model, name(), options.threads());
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
        long[][] shapes = new long[outputs().size()][];
        LiteInterpreter interpreter = interpreter();
        try {
            run(interpreter, feed(tensors, batch), tensors.pictures(0, batch), batch);
            interpreter.outputs((output, values, shape) ->
                    shapes[output] = OutputTensors.isAskedFor(outputs().get(output)) ? shape : new long[] {batch, 0});
        } finally {
            giveBack(interpreter);
        }
        return shapes;
    }

    /**
     * What the inputs get in runs of a number of frames.
     *
     * @param values null for the picture
     */
    private record Feed(long[][] shapes, ByteBuffer[] values) {}

    private Feed feed(InputTensors tensors, int frames) {
        Feed feed = new Feed(new long[inputs().size()][], new ByteBuffer[inputs().size()]);
        for (int i = 0; i < feed.values.length; i++) {
            String input = inputs().get(i).name();
            feed.shapes[i] = tensors.shape(frames);
            for (Constant constant : tensors.constants()) {
                if (constant.name().equals(input)) {
                    feed.shapes[i] = constant.shape(frames);
                    feed.values[i] = constant.values(frames);
                }
            }
        }
        return feed;
    }

    private static void run(LiteInterpreter interpreter, Feed feed, ByteBuffer pictures, int frames)
            throws InferException {
        interpreter.size(frames, feed.shapes);
        for (int i = 0; i < feed.values.length; i++) {
            interpreter.input(i, feed.values[i] == null ? pictures : feed.values[i]);
        }
        interpreter.invoke();
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
            LOG.warn("{}: a run is still on; the model stays until the process ends", name());
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

    private final class LiteRunner extends GuardedRunner {
        private final RingMemory memory;
        private final LiteInterpreter interpreter;
        /** By number of frames. */
        private final Feed[] feeds;
        /** By first slot and number of frames. */
        private final ByteBuffer[][] pictures;

        LiteRunner(RingMemory memory, LiteInterpreter interpreter) {
            super(LiteEngine.this);
            this.memory = memory;
            this.interpreter = interpreter;
            InputTensors inputs = memory.inputs();
            this.feeds = new Feed[memory.batchMax() + 1];
            this.pictures = new ByteBuffer[inputs.slots()][memory.batchMax() + 1];
            for (int frames = memory.batchMin(); frames <= memory.batchMax(); frames++) {
                feeds[frames] = feed(inputs, frames);
                for (int slot = 0; slot + frames <= inputs.slots(); slot++) {
                    pictures[slot][frames] = inputs.pictures(slot, frames);
                }
            }
        }

        @Override
        protected void runNow(int first, int frames) throws InferException {
            LiteEngine.run(interpreter, feeds[frames], pictures[first][frames], frames);
            if (isTerminated()) {
                return; // what there is of outputs is none
            }
            OutputTensors into = memory.outputs();
            interpreter.outputs((output, values, shape) -> {
                if (OutputTensors.isAskedFor(outputs().get(output))) {
                    into.put(output, values, shape, first, frames);
                }
            });
        }

        @Override
        protected void cancel() {
            interpreter.cancel();
        }

        @Override
        protected void free() {
            giveBack(interpreter);
        }
    }
}

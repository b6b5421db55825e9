package dev.vigil.infer.opencv;

import dev.vigil.frame.TensorInfo;
import dev.vigil.frame.TensorInfo.ElementType;
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
import dev.vigil.infer.RingMemory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A model in the hands of OpenCV's DNN module, on the CPU. Threadsafe: each runner has a network of its own. */
public final class CvEngine implements Engine {
    private static final Logger LOG = LoggerFactory.getLogger(CvEngine.class);

    private final CvFiles files;
    private final InferOptions options;
    private final ModelFacts facts;
    /** By the network's number of an output: ours. */
    private final int[] places;

    /** The network that the file was looked at with, for the first runner. Guarded by this. */
    private CvNet first;

    /** Guarded by this. */
    private boolean closed;

    private CvEngine(CvFiles files, InferOptions options, String name, CvDescription description, CvNet net) {
        this.files = files;
        this.options = options;
        this.facts = new ModelFacts(name, description.inputs(), outputs(description, net), description.metadata());
        List<String> names = facts.outputs().stream().map(TensorInfo::name).toList();
        this.places = net.outputs().stream().mapToInt(names::indexOf).toArray();
        this.first = net;
    }

    /** See {@link Engine#open}; on a deep stack. */
    public static Engine open(Path model, InferOptions options) throws InferException {
        CvFiles files = CvFiles.of(model, options.backend().graph());
        CvDescription description = CvDescription.of(files);
        if (options.device() != Device.AUTO && options.device() != Device.CPU) {
            LOG.warn(
                    "{}: on cpu ({}: the OpenCV of this build runs on the CPU only)",
                    model.getFileName(),
                    options.device().name().toLowerCase(Locale.ROOT));
        }
        setThreads(options.threads());
        String name = ModelFormat.stem(model);
        return new CvEngine(files, options, name, description, CvNet.load(files, name));
    }

    /** OpenCV has one number for the process: that of the model that was loaded last. */
    private static synchronized void setThreads(int threads) {
        opencv_core.setNumThreads(Math.max(1, threads));
    }

    /** In the file's order, where it declares those that the network gives; else in the network's. */
    private static List<TensorInfo> outputs(CvDescription description, CvNet net) {
        List<String> given = net.outputs();
        Set<String> declared =
                description.outputs().stream().map(TensorInfo::name).collect(Collectors.toSet());
        if (declared.equals(Set.copyOf(given)) && given.size() == declared.size()) {
            return description.outputs();
        }
        return given.stream()
                .map(output -> new TensorInfo(output, ElementType.FLOAT32, shape(net.layerType(output))))
                .toList();
    }

    /** What is known of an output by its layer: OpenCV's rows of detections are as many as there are objects. */
    private static long[] shape(String layerType) {
        return layerType.equals("DetectionOutput") ? new long[] {1, 1, -1, 7} : new long[0];
    }

    @Override
    public ModelFacts facts() {
        return facts;
    }

    @Override
    public Backend backend() {
        return Backend.OPENCV;
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

    private CvNet net() throws InferException {
        synchronized (this) {
            if (closed) {
                throw new InferException("the model " + name() + " is closed");
            }
            if (first != null) {
                CvNet net = first;
                first = null;
                return net;
            }
        }
        return CvNet.load(files, name());
    }

    private synchronized void giveBack(CvNet net) {
        if (closed || first != null) {
            net.close();
        } else {
            first = net;
        }
    }

    @Override
    public long[][] probe(InputTensors tensors, int batch) throws InferException {
        long[][] shapes = new long[outputs().size()][];
        CvNet net = net();
        try {
            feed(net, tensors, picture(tensors, 0, batch), constants(tensors, batch));
            net.forward((output, values, type, shape) -> shapes[places[output]] = shape(shape, batch));
        } finally {
            giveBack(net);
        }
        return shapes;
    }

    private static Mat picture(InputTensors tensors, int first, int frames) throws InferException {
        return CvNet.view(tensors.pictures(first, frames), tensors.picture().type(), tensors.shape(frames));
    }

    private static List<Mat> constants(InputTensors tensors, int frames) throws InferException {
        List<Mat> mats = new ArrayList<>();
        for (Constant constant : tensors.constants()) {
            mats.add(CvNet.view(constant.values(frames), constant.declared().type(), constant.shape(frames)));
        }
        return mats;
    }

    private static void feed(CvNet net, InputTensors tensors, Mat picture, List<Mat> constants) throws InferException {
        net.input(picture, tensors.picture().name());
        for (int i = 0; i < constants.size(); i++) {
            net.input(constants.get(i), tensors.constants().get(i).name());
        }
    }

    /** Darknet's layers give the rows of one picture without a batch. */
    private long[] shape(long[] shape, int batch) {
        return files.format() == ModelFormat.DARKNET && shape.length == 2 && batch == 1
                ? new long[] {1, shape[0], shape[1]}
                : shape;
    }

    @Override
    public Binding bind(RingMemory memory) {
        return new CvBinding(memory);
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (first != null) {
            first.close();
            first = null;
        }
    }

    private final class CvBinding implements Binding {
        private final RingMemory memory;

        CvBinding(RingMemory memory) {
            this.memory = memory;
        }

        @Override
        public Runner runner() throws InferException {
            return new CvRunner(memory);
        }

        @Override
        public void close() {
            // What is to be freed belongs to the runners.
        }
    }

    /** OpenCV can not end a run. */
    private final class CvRunner extends GuardedRunner {
        private final RingMemory memory;
        private final CvNet net;
        /** By first slot and number of frames. */
        private final Mat[][] pictures;
        /** By number of frames. */
        private final List<List<Mat>> constants = new ArrayList<>();

        CvRunner(RingMemory memory) throws InferException {
            super(CvEngine.this);
            this.memory = memory;
            InputTensors inputs = memory.inputs();
            this.pictures = new Mat[inputs.slots()][memory.batchMax() + 1];
            for (int frames = 0; frames <= memory.batchMax(); frames++) {
                constants.add(frames < memory.batchMin() ? List.of() : constants(inputs, frames));
                for (int slot = 0; frames >= memory.batchMin() && slot + frames <= inputs.slots(); slot++) {
                    pictures[slot][frames] = picture(inputs, slot, frames);
                }
            }
            this.net = net();
        }

        @Override
        protected void runNow(int first, int frames) throws InferException {
            feed(net, memory.inputs(), pictures[first][frames], constants.get(frames));
            net.forward((output, values, type, shape) ->
                    memory.outputs().put(places[output], values, type, shape(shape, frames), first, frames));
        }

        @Override
        protected void free() {
            IntStream.range(0, pictures.length).forEach(slot -> {
                for (Mat mat : pictures[slot]) {
                    if (mat != null) {
                        mat.close();
                    }
                }
            });
            constants.forEach(mats -> mats.forEach(Mat::close));
            giveBack(net);
        }
    }
}

package dev.vigil.workshop.trial;

import dev.vigil.base.Halves;
import dev.vigil.convert.ConvertException;
import dev.vigil.convert.FrameConverter;
import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.ModelException;
import dev.vigil.detect.ModelInfo;
import dev.vigil.frame.Picture;
import dev.vigil.frame.Placement;
import dev.vigil.frame.TensorInfo;
import dev.vigil.infer.Engine;
import dev.vigil.infer.InferException;
import dev.vigil.infer.InferOptions;
import dev.vigil.infer.TensorRing;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/**
 * Any graph that takes a picture, run for what it gives and not for its boxes: one whose family nobody knows, one with values in
 * between as further outputs. One worker and one slot. Not threadsafe.
 */
public final class GraphRun implements AutoCloseable {
    private final Engine engine;
    private final TensorRing tensors;
    private final TensorRing.Runner runner;
    private final TensorInfo picture;
    private final Placement placement = new Placement();

    private GraphRun(Engine engine, TensorRing tensors, TensorInfo picture) throws InferException {
        this.engine = engine;
        this.tensors = tensors;
        this.picture = picture;
        this.runner = tensors.runner();
    }

    /**
     * Loads a graph and runs it once on zeros.
     *
     * @param size of the picture, for a model that leaves it open; null where it does not
     * @throws ModelException when its inputs are not understood
     */
    public static GraphRun open(Path file, ModelDescription.Size size, InferOptions options, Path cacheDir)
            throws InferException, ModelException {
        return of(Engine.open(file, options.withBatchMax(1), cacheDir), size);
    }

    /**
     * The same of a model that was loaded already.
     *
     * @param engine closed with this, or when this fails
     */
    public static GraphRun of(Engine engine, ModelDescription.Size size) throws InferException, ModelException {
        TensorRing tensors = null;
        boolean made = false;
        try {
            ModelInfo info = new ModelInfo(engine.inputs(), engine.outputs(), engine.metadata()).sized(size);
            tensors = new TensorRing(engine, 1, info.image(), info.imageShape(), info.otherInputs());
            GraphRun run = new GraphRun(engine, tensors, info.image());
            made = true;
            return run;
        } finally {
            if (!made) {
                if (tensors != null) {
                    tensors.close();
                }
                engine.close();
            }
        }
    }

    public Engine engine() {
        return engine;
    }

    public TensorRing tensors() {
        return tensors;
    }

    /** The input that takes the picture. */
    public TensorInfo picture() {
        return picture;
    }

    /** Fills the picture's tensor evenly: bytes of any value, floats between the two values. */
    public void fill(Random random, float from, float to) {
        ByteBuffer bytes = tensors.inputBytes(0);
        switch (picture.type()) {
            case UINT8 -> {
                for (int i = 0; i < bytes.capacity(); i++) {
                    bytes.put(i, (byte) random.nextInt(256));
                }
            }
            case FLOAT16 -> {
                for (int i = 0; i < bytes.capacity() / Short.BYTES; i++) {
                    bytes.putShort(i * Short.BYTES, Halves.of(from + random.nextFloat() * (to - from)));
                }
            }
            default -> {
                FloatBuffer floats = tensors.inputFloats(0);
                for (int i = 0; i < floats.capacity(); i++) {
                    floats.put(i, from + random.nextFloat() * (to - from));
                }
            }
        }
    }

    /** Fills it with a picture. */
    public void fill(Picture from, FrameConverter converter) throws ConvertException {
        converter.convert(from.frame(), from.orientation(), tensors.inputBytes(0), tensors.inputFloats(0), placement);
    }

    public void run() throws InferException {
        runner.run(0, 1);
    }

    /** The same, and tells how long it took. */
    public long runNs() throws InferException {
        long startNs = System.nanoTime();
        run();
        return System.nanoTime() - startNs;
    }

    /** What the last run gave, as floats, in the order of {@link #outputInfos}; its limit is where the values end. */
    public FloatBuffer[] outputs() {
        return tensors.outputs(0);
    }

    public List<TensorInfo> outputInfos() {
        return tensors.outputInfos();
    }

    @Override
    public void close() {
        runner.close();
        tensors.close();
        engine.close();
    }
}

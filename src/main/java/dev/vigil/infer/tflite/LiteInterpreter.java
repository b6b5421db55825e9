package dev.vigil.infer.tflite;

import static org.bytedeco.tensorflowlite.global.tensorflowlite.*;

import dev.vigil.frame.TensorInfo;
import dev.vigil.frame.TensorInfo.ElementType;
import dev.vigil.infer.InferException;
import dev.vigil.infer.NativeView;
import dev.vigil.infer.Values;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.tensorflowlite.TfLiteIntArray;
import org.bytedeco.tensorflowlite.TfLiteInterpreter;
import org.bytedeco.tensorflowlite.TfLiteInterpreterOptions;
import org.bytedeco.tensorflowlite.TfLiteModel;
import org.bytedeco.tensorflowlite.TfLiteQuantizationParams;
import org.bytedeco.tensorflowlite.TfLiteTensor;

/**
 * A model's interpreter, which holds what is computed in it: one for each thread, but for {@link #cancel()}. TensorFlow Lite's
 * own words go to standard error; it does not hand them out.
 *
 * <p>A quantised tensor of bytes is float32 to the rest: {@code value = scale * (byte - zero point)}.
 */
final class LiteInterpreter implements AutoCloseable {
    private final String name;
    private final TfLiteInterpreter interpreter;
    /** What inputs were last sized for; 0 before the first time. */
    private int frames;

    /** Of outputs that are quantised; grown as wanted. */
    private ByteBuffer scratch = Values.direct(0);

    private LiteInterpreter(String name, TfLiteInterpreter interpreter) {
        this.name = name;
        this.interpreter = interpreter;
    }

    static LiteInterpreter of(TfLiteModel model, String name, int threads) throws InferException {
        TfLiteInterpreterOptions options = TfLiteInterpreterOptionsCreate();
        TfLiteInterpreter interpreter;
        try {
            TfLiteInterpreterOptionsSetNumThreads(options, threads);
            TfLiteInterpreterOptionsEnableCancellation(options, true);
            interpreter = TfLiteInterpreterCreate(model, options);
        } finally {
            TfLiteInterpreterOptionsDelete(options);
        }
        if (interpreter == null || interpreter.isNull()) {
            throw new InferException(
                    "the model " + name + " can not be loaded: TensorFlow Lite does not know all of its"
                            + " operators, or finds it damaged");
        }
        return new LiteInterpreter(name, interpreter);
    }

    int inputs() {
        return TfLiteInterpreterGetInputTensorCount(interpreter);
    }

    int outputs() {
        return TfLiteInterpreterGetOutputTensorCount(interpreter);
    }

    TensorInfo inputInfo(int index) {
        return info(TfLiteInterpreterGetInputTensor(interpreter, index));
    }

    TensorInfo outputInfo(int index) {
        return info(TfLiteInterpreterGetOutputTensor(interpreter, index));
    }

    private static TensorInfo info(TfLiteTensor tensor) {
        long[] shape = shape(tensor);
        TfLiteIntArray signature = TfLiteTensorGetDimsSignature(tensor);
        for (int i = 0;
                signature != null && !signature.isNull() && signature.size() == shape.length && i < shape.length;
                i++) {
            shape[i] = signature.data(i);
        }
        ElementType type = isQuantised(tensor) ? ElementType.FLOAT32 : type(tensor);
        return new TensorInfo(text(TfLiteTensorName(tensor)), type, shape);
    }

    private static String text(BytePointer pointer) {
        return pointer == null || pointer.isNull() ? "" : pointer.getString();
    }

    private static long[] shape(TfLiteTensor tensor) {
        long[] shape = new long[Math.max(0, TfLiteTensorNumDims(tensor))];
        for (int i = 0; i < shape.length; i++) {
            shape[i] = TfLiteTensorDim(tensor, i);
        }
        return shape;
    }

    private static ElementType type(TfLiteTensor tensor) {
        int type = TfLiteTensorType(tensor);
        if (type == kTfLiteFloat32) {
            return ElementType.FLOAT32;
        } else if (type == kTfLiteFloat16) {
            return ElementType.FLOAT16;
        } else if (type == kTfLiteFloat64) {
            return ElementType.FLOAT64;
        } else if (type == kTfLiteUInt8) {
            return ElementType.UINT8;
        } else if (type == kTfLiteInt8) {
            return ElementType.INT8;
        } else if (type == kTfLiteInt32) {
            return ElementType.INT32;
        } else if (type == kTfLiteInt64) {
            return ElementType.INT64;
        }
        return type == kTfLiteBool ? ElementType.BOOL : ElementType.OTHER;
    }

    private static boolean isQuantised(TfLiteTensor tensor) {
        ElementType type = type(tensor);
        return (type == ElementType.UINT8 || type == ElementType.INT8)
                && TfLiteTensorQuantizationParams(tensor).scale() != 0;
    }

    /**
     * Makes room for that many frames, in as many inputs as there are.
     *
     * @param shapes of all inputs, with the batch
     */
    void size(int wantedFrames, long[][] shapes) throws InferException {
        if (wantedFrames == frames) {
            return;
        }
        frames = 0;
        for (int i = 0; i < shapes.length; i++) {
            if (!Arrays.equals(shapes[i], shape(TfLiteInterpreterGetInputTensor(interpreter, i)))) {
                int[] dims = Arrays.stream(shapes[i]).mapToInt(Math::toIntExact).toArray();
                check(TfLiteInterpreterResizeInputTensor(interpreter, i, dims, dims.length), "takes no such input");
            }
        }
        check(TfLiteInterpreterAllocateTensors(interpreter), "does not run with such an input");
        frames = wantedFrames;
    }

    private void check(int status, String otherwise) throws InferException {
        if (status != kTfLiteOk) {
            throw new InferException(
                    "the model " + name + " " + otherwise + " (TensorFlow Lite, status " + status + ")");
        }
    }

    /** Sets an input from values of the type that {@link #inputInfo} tells. */
    void input(int index, ByteBuffer values) throws InferException {
        TfLiteTensor tensor = TfLiteInterpreterGetInputTensor(interpreter, index);
        long bytes = TfLiteTensorByteSize(tensor);
        if (isQuantised(tensor)) {
            quantise(tensor, values.asFloatBuffer(), data(tensor, bytes));
        } else if (bytes != values.capacity()) {
            throw new InferException("the model " + name + " wants " + bytes + " bytes and not " + values.capacity());
        } else {
            data(tensor, bytes).put(0, values, 0, values.capacity());
        }
    }

    private static ByteBuffer data(TfLiteTensor tensor, long bytes) {
        return NativeView.of(new BytePointer(TfLiteTensorData(tensor)).capacity(bytes));
    }

    private static void quantise(TfLiteTensor tensor, FloatBuffer from, ByteBuffer into) {
        TfLiteQuantizationParams quantisation = TfLiteTensorQuantizationParams(tensor);
        float scale = quantisation.scale();
        int zero = quantisation.zero_point();
        boolean signed = type(tensor) == ElementType.INT8;
        int least = signed ? Byte.MIN_VALUE : 0;
        int most = signed ? Byte.MAX_VALUE : 255;
        for (int i = 0; i < into.capacity(); i++) {
            into.put(i, (byte) Math.max(least, Math.min(most, Math.round(from.get(i) / scale) + zero)));
        }
    }

    void invoke() throws InferException {
        check(TfLiteInterpreterInvoke(interpreter), "failed");
    }

    /** Takes one output. */
    interface Taker {
        /** @param values valid while this runs, in the type that {@link #outputInfo} tells */
        void take(int output, ByteBuffer values, long[] shape) throws InferException;
    }

    void outputs(Taker taker) throws InferException {
        for (int i = 0; i < outputs(); i++) {
            TfLiteTensor tensor = TfLiteInterpreterGetOutputTensor(interpreter, i);
            long bytes = TfLiteTensorByteSize(tensor);
            ByteBuffer values = bytes == 0 ? ByteBuffer.allocate(0) : data(tensor, bytes);
            taker.take(i, isQuantised(tensor) ? real(tensor, values) : values, shape(tensor));
        }
    }

    private ByteBuffer real(TfLiteTensor tensor, ByteBuffer values) {
        TfLiteQuantizationParams quantisation = TfLiteTensorQuantizationParams(tensor);
        float scale = quantisation.scale();
        int zero = quantisation.zero_point();
        boolean signed = type(tensor) == ElementType.INT8;
        int count = values.capacity();
        if (scratch.capacity() < Float.BYTES * count) {
            scratch = Values.direct(Float.BYTES * count);
        }
        for (int i = 0; i < count; i++) {
            int value = signed ? values.get(i) : values.get(i) & 0xff;
            scratch.putFloat(Float.BYTES * i, scale * (value - zero));
        }
        return scratch;
    }

    /** Ends the run that is on, from any thread. */
    void cancel() {
        TfLiteInterpreterCancel(interpreter);
    }

    @Override
    public void close() {
        TfLiteInterpreterDelete(interpreter);
    }
}

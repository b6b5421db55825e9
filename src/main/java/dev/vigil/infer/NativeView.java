package dev.vigil.infer;

import dev.vigil.base.FullHeap;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bytedeco.javacpp.BytePointer;

/** Native memory as a buffer of Java's. */
public final class NativeView {
    private NativeView() {}

    /**
     * A view of what a pointer has, from its position to its capacity, in the machine's byte order. JavaCPP crashes where Java has no
     * memory for the view: so it is not asked then.
     *
     * @throws OutOfMemoryError instead
     */
    public static ByteBuffer of(BytePointer memory) {
        if (!FullHeap.hasRoom()) {
            throw new OutOfMemoryError("Java heap space: a view of native memory");
        }
        return memory.asByteBuffer().order(ByteOrder.nativeOrder());
    }
}

package dev.vigil.publish;

import static dev.vigil.publish.JsonBytes.number;
import static dev.vigil.publish.JsonBytes.quoted;
import static dev.vigil.publish.JsonBytes.raw;

import dev.vigil.detect.StageLabels;
import io.netty.buffer.ByteBuf;

/**
 * A frame as one line of JSON, for programs that read standard output: where it comes from, its number and size, and the
 * detections as messages have them. Threadsafe.
 */
public final class FrameLine {
    private static final byte[] SOURCE = raw("{\"source\":");
    private static final byte[] FRAME = raw(",\"frame\":");
    private static final byte[] WIDTH = raw(",\"width\":");
    private static final byte[] HEIGHT = raw(",\"height\":");
    private static final byte[] DETECTIONS = raw(",\"detections\":");

    private final DetectionsJson detections;

    public FrameLine(StageLabels labels) {
        this.detections = new DetectionsJson(labels);
    }

    /**
     * Appends the line, without its end.
     *
     * @param source as people may see it
     * @param frame the frame's number in its source, 1 for the first
     */
    public void write(String source, long frame, FrameResult result, ByteBuf out) {
        out.writeBytes(SOURCE);
        out.writeBytes(quoted(source));
        out.writeBytes(FRAME);
        number(out, frame);
        out.writeBytes(WIDTH);
        number(out, result.widthPx());
        out.writeBytes(HEIGHT);
        number(out, result.heightPx());
        out.writeBytes(DETECTIONS);
        detections.write(result.detections(), out);
        out.writeByte('}');
    }
}

package dev.vigil.publish;

import static dev.vigil.publish.JsonBytes.number;
import static dev.vigil.publish.JsonBytes.quoted;
import static dev.vigil.publish.JsonBytes.raw;

import dev.vigil.base.Clock;
import dev.vigil.detect.StageLabels;
import dev.vigil.frame.Capture;
import dev.vigil.frame.DropCause;
import dev.vigil.frame.FrameTimes;
import dev.vigil.frame.Step;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/**
 * Encodes one camera's detection messages ({@code config/schema/detections.schema.json}). The times stand before the detections
 * in the message, but must tell how long the encoding took: so the detections are encoded first, behind room left for the head,
 * and the head is then put directly before them.
 *
 * <p>Not threadsafe: the publishing thread owns it.
 */
final class DetectionEncoder {
    /** More than the head can take: its fixed text, a node's and a camera's name, and its numbers. */
    private static final int HEAD_FIXED_BYTES = 1_024;

    private static final byte[] FRAME = raw("\",\"frame\":");
    private static final byte[] WIDTH = raw(",\"width\":");
    private static final byte[] HEIGHT = raw(",\"height\":");
    private static final byte[] CAPTURED = raw(",\"captured\":\"");
    private static final byte[] CLOCK = raw("\",\"clock\":\"");
    private static final byte[] CLOCK_UNCERTAINTY = raw("\",\"clock_uncertainty_us\":");
    private static final byte[] NULL = raw("null");
    private static final byte[] US = raw(",\"us\":{");
    private static final byte[] TOTAL = raw("\"total\":");
    private static final byte[] AGE = raw("},\"age_us\":");
    private static final byte[] BATCH = raw(",\"batch\":");
    private static final byte[] DROPPED = raw(",\"dropped\":{");
    private static final byte[] DETECTIONS = raw("},\"detections\":");
    private static final byte[][] STEP_KEYS = new byte[Step.ALL.length][];
    private static final byte[][] CAUSE_KEYS = new byte[DropCause.ALL.length][];
    private static final DateTimeFormatter SECONDS =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.").withZone(ZoneOffset.UTC);

    static {
        for (Step step : Step.ALL) {
            STEP_KEYS[step.ordinal()] = raw("\"" + step.label() + "\":");
        }
        for (DropCause cause : DropCause.ALL) {
            CAUSE_KEYS[cause.ordinal()] = raw("\"" + cause.label() + "\":");
        }
    }

    private final Clock clock;
    private final byte[] start;
    private final byte[] model;
    private final DetectionsJson detections;
    private final int classes;
    private final int headBytesMax;
    private byte[] second = {};
    private long secondUtc = Long.MIN_VALUE;

    /**
     * @param run begins the ids: letters and digits
     */
    DetectionEncoder(String run, String node, String camera, String modelName, StageLabels labels, Clock clock) {
        this.clock = clock;
        this.start = concat(
                raw("{\"v\":1,\"node\":"),
                quoted(node),
                raw(",\"camera\":"),
                quoted(camera),
                raw(",\"id\":\"" + run + "-"));
        this.model = concat(raw(",\"model\":"), quoted(modelName), raw(",\"device\":"));
        this.detections = new DetectionsJson(labels);
        this.classes = labels.all().count();
        this.headBytesMax = HEAD_FIXED_BYTES + start.length;
    }

    /** How many classes the model has. */
    int classes() {
        return classes;
    }

    private static byte[] concat(byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        byte[] whole = new byte[length];
        int at = 0;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, whole, at, part.length);
            at += part.length;
        }
        return whole;
    }

    /**
     * Writes the message of {@code result} into {@code out}, which is empty, and marks the result's last step.
     *
     * @param dropped frames between the camera's previous message and this one, by the ordinal of {@link DropCause}
     * @return the frame's age in microseconds
     */
    long encode(FrameResult result, long[] dropped, ByteBuf out) {
        out.ensureWritable(headBytesMax).writerIndex(headBytesMax);
        encodeBody(result, dropped, out);
        int end = out.writerIndex();

        FrameTimes times = result.times();
        times.mark(Step.ENCODE, clock.monotonicNs());
        long ageUs = times.ageUs();
        out.setIndex(0, 0);
        encodeHead(result, ageUs, out);
        int headBytes = out.writerIndex();
        int begin = headBytesMax - headBytes;
        // The head was written at the front; move it to where the body begins.
        moveUp(out, headBytes, begin);
        out.setIndex(begin, end);
        return ageUs;
    }

    private static void moveUp(ByteBuf buffer, int bytes, int by) {
        for (int at = bytes - 1; at >= 0; at--) {
            buffer.setByte(at + by, buffer.getByte(at));
        }
    }

    private void encodeHead(FrameResult result, long ageUs, ByteBuf out) {
        FrameTimes times = result.times();
        out.writeBytes(start);
        number(out, result.number());
        out.writeBytes(FRAME);
        number(out, result.number());
        out.writeBytes(WIDTH);
        number(out, result.widthPx());
        out.writeBytes(HEIGHT);
        number(out, result.heightPx());
        out.writeBytes(CAPTURED);
        Capture capture = times.capture();
        instant(out, capture.utcUs());
        out.writeBytes(CLOCK);
        out.writeCharSequence(capture.clock().label(), StandardCharsets.US_ASCII);
        out.writeBytes(CLOCK_UNCERTAINTY);
        if (capture.uncertaintyUs() == Capture.UNKNOWN) {
            out.writeBytes(NULL);
        } else {
            number(out, capture.uncertaintyUs());
        }
        out.writeBytes(US);
        for (Step step : Step.ALL) {
            out.writeBytes(STEP_KEYS[step.ordinal()]);
            number(out, times.stepUs(step));
            out.writeByte(',');
        }
        out.writeBytes(TOTAL);
        number(out, times.totalUs());
        out.writeBytes(AGE);
        number(out, ageUs);
    }

    private void encodeBody(FrameResult result, long[] dropped, ByteBuf out) {
        out.writeBytes(model);
        out.writeByte('"');
        out.writeCharSequence(result.device(), StandardCharsets.US_ASCII);
        out.writeByte('"');
        out.writeBytes(BATCH);
        number(out, result.batch());
        out.writeBytes(DROPPED);
        boolean first = true;
        for (int cause = 0; cause < dropped.length; cause++) {
            if (dropped[cause] > 0) {
                if (!first) {
                    out.writeByte(',');
                }
                first = false;
                out.writeBytes(CAUSE_KEYS[cause]);
                number(out, dropped[cause]);
            }
        }
        out.writeBytes(DETECTIONS);
        detections.write(result.detections(), out);
        out.writeByte('}');
    }

    /** RFC 3339 with microseconds, UTC; the part down to the second is made once a second. */
    private void instant(ByteBuf out, long utcUs) {
        long seconds = Math.floorDiv(utcUs, 1_000_000L);
        if (seconds != secondUtc) {
            secondUtc = seconds;
            second = raw(SECONDS.format(Instant.ofEpochSecond(seconds)));
        }
        out.writeBytes(second);
        long us = Math.floorMod(utcUs, 1_000_000L);
        for (long unit = 100_000; unit > 0; unit /= 10) {
            out.writeByte('0' + (int) (us / unit % 10));
        }
        out.writeByte('Z');
    }
}

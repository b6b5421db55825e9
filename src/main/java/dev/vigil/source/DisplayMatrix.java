package dev.vigil.source;

import static org.bytedeco.ffmpeg.global.avutil.AV_FRAME_DATA_DISPLAYMATRIX;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_get_side_data;

import dev.vigil.frame.Orientation;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.avutil.AVFrameSideData;

/**
 * How a picture is to be shown, as its file, its stream or its EXIF data says (FFmpeg's {@code libavutil/display.h}): stored
 * (p, q) is shown at (a p + c q, b p + d q), in fixed point. What is not of right angles counts as the nearest that is.
 */
final class DisplayMatrix {
    private static final int BYTES = 9 * Integer.BYTES;

    private DisplayMatrix() {}

    /** {@link Orientation#UPRIGHT} where nothing is said, which costs nothing to speak of. */
    static Orientation of(AVFrame frame) {
        if (frame.nb_side_data() == 0) {
            return Orientation.UPRIGHT;
        }
        AVFrameSideData found = av_frame_get_side_data(frame, AV_FRAME_DATA_DISPLAYMATRIX);
        if (found == null || found.isNull() || found.size() < BYTES) {
            return Orientation.UPRIGHT;
        }
        byte[] bytes = new byte[BYTES];
        found.data().get(bytes);
        IntBuffer matrix = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).asIntBuffer();
        return orientation(matrix.get(0), matrix.get(1), matrix.get(3), matrix.get(4));
    }

    static Orientation orientation(long a, long b, long c, long d) {
        boolean mirrored = a * d - b * c < 0;
        // Mirrored first, as Orientation has it: x turns round, and with it a and b.
        long right = mirrored ? -a : a;
        long down = mirrored ? -b : b;
        int quarterTurns;
        if (Math.abs(right) >= Math.abs(down)) {
            quarterTurns = right >= 0 ? 0 : 2;
        } else {
            quarterTurns = down > 0 ? 1 : 3; // what went to the right goes down: clockwise
        }
        return Orientation.of(quarterTurns, mirrored);
    }
}

package dev.vigil.source.proof;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacv.FFmpegFrameRecorder;
import org.bytedeco.javacv.Frame;

/**
 * A video whose pictures bear their number: {@value #BITS} blocks, white for a one, the lowest bit on the left, and below them
 * the same turned to black, so that a damaged picture is not taken for another one.
 */
final class ClockProofClip {
    static final int FRAMES = 250;
    static final int FPS = 25;

    private static final int BITS = 10;
    private static final int BLOCK_PX = 32;
    private static final int WIDTH_PX = BITS * BLOCK_PX;
    private static final int HEIGHT_PX = 2 * BLOCK_PX;
    private static final int DARK_MAX = 80;
    private static final int BRIGHT_MIN = 160;

    private ClockProofClip() {}

    /** Writes ten seconds of H.264 with a keyframe each second and no B-frames. */
    static void write(Path target) throws Exception {
        try (FFmpegFrameRecorder recorder = new FFmpegFrameRecorder(target.toString(), WIDTH_PX, HEIGHT_PX);
                Frame picture = new Frame(WIDTH_PX, HEIGHT_PX, Frame.DEPTH_UBYTE, 1)) {
            recorder.setFormat("mp4");
            recorder.setVideoCodec(avcodec.AV_CODEC_ID_H264);
            recorder.setPixelFormat(avutil.AV_PIX_FMT_YUV420P);
            recorder.setFrameRate(FPS);
            recorder.setGopSize(FPS);
            recorder.setMaxBFrames(0);
            recorder.setVideoBitrate(400_000);
            recorder.start();
            for (int number = 0; number < FRAMES; number++) {
                draw(number, (ByteBuffer) picture.image[0], picture.imageStride);
                recorder.record(picture, avutil.AV_PIX_FMT_GRAY8);
            }
        }
    }

    private static void draw(int number, ByteBuffer luma, int stride) {
        for (int y = 0; y < HEIGHT_PX; y++) {
            for (int x = 0; x < WIDTH_PX; x++) {
                boolean one = (number >> x / BLOCK_PX & 1) != 0;
                luma.put(y * stride + x, (byte) (one == y < BLOCK_PX ? 235 : 16));
            }
        }
    }

    /** The number that a picture bears, as decoded to planes; -1 when it bears none. */
    static int read(AVFrame picture) {
        int number = 0;
        for (int bit = 0; bit < BITS; bit++) {
            int x = bit * BLOCK_PX + BLOCK_PX / 2;
            int above = luma(picture, x, BLOCK_PX / 2);
            int below = luma(picture, x, BLOCK_PX + BLOCK_PX / 2);
            if (above >= BRIGHT_MIN && below <= DARK_MAX) {
                number |= 1 << bit;
            } else if (above > DARK_MAX || below < BRIGHT_MIN) {
                return -1;
            }
        }
        return number < FRAMES ? number : -1;
    }

    private static int luma(AVFrame picture, int x, int y) {
        return picture.data(0).get((long) y * picture.linesize(0) + x) & 0xff;
    }
}

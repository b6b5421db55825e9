package dev.vigil.app.bench;

import dev.vigil.base.Clock;
import dev.vigil.source.PictureReader;
import dev.vigil.source.SourceException;
import dev.vigil.source.SourceOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.ffmpeg.global.swscale;
import org.bytedeco.ffmpeg.swscale.SwsContext;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacv.FFmpegFrameRecorder;
import org.bytedeco.javacv.Frame;

/** The demo clip in another form, made once into the cache folder: what figures are about. */
public final class BenchClip {
    /**
     * What a clip is like.
     *
     * @param name of its file, without the ending
     * @param everyNth which of the source's pictures are in it; its frame rate is the source's divided by this
     * @param keyframeInterval in its own frames
     */
    public record Form(String name, int widthPx, int heightPx, int everyNth, int keyframeInterval, int bitsPerSecond) {
        /** Every two seconds a keyframe, as the demo clip and most cameras have it. */
        static final Form BENCH = new Form("bench-1080p", 1920, 1080, 1, 50, 4_000_000);
        /** Cheap for many cameras on a small box, at 5 frames/s, with a keyframe each second. */
        public static final Form SOAK = new Form("soak-360p", 640, 360, 5, 5, 400_000);
        /** What such a camera may change to. */
        public static final Form SOAK_THEN = new Form("soak-then-480p", 640, 480, 5, 5, 400_000);
    }

    private static final int SOURCE_FPS = 25;

    private BenchClip() {}

    /** {@code source} in that form; made when it is not there yet, which takes up to half a minute. */
    public static Path of(Form form, Path source, Path cacheDir) throws IOException, SourceException {
        Path clip = cacheDir.resolve(form.name + ".mp4");
        if (!Files.exists(clip)) {
            Files.createDirectories(cacheDir);
            Path part = Files.createTempFile(cacheDir, form.name, ".mp4");
            make(form, source, part);
            Files.move(part, clip, StandardCopyOption.REPLACE_EXISTING);
        }
        return clip;
    }

    private static void make(Form form, Path source, Path target) throws IOException, SourceException {
        try (PictureReader reader = PictureReader.open(SourceOptions.of(source.toUri()), Clock.SYSTEM);
                FFmpegFrameRecorder recorder =
                        new FFmpegFrameRecorder(target.toFile(), form.widthPx, form.heightPx, 0);
                Frame picture = new Frame(form.widthPx, form.heightPx, Frame.DEPTH_UBYTE, 3);
                PointerPointer<Pointer> planes = new PointerPointer<>(1);
                IntPointer strides = new IntPointer(1)) {
            recorder.setVideoCodec(avcodec.AV_CODEC_ID_H264);
            recorder.setFormat("mp4");
            recorder.setFrameRate((double) SOURCE_FPS / form.everyNth);
            recorder.setGopSize(form.keyframeInterval);
            recorder.setMaxBFrames(0);
            recorder.setVideoBitrate(form.bitsPerSecond);
            recorder.setPixelFormat(avutil.AV_PIX_FMT_YUV420P);
            recorder.start();
            planes.put(0, new BytePointer((ByteBuffer) picture.image[0]));
            strides.put(0, picture.imageStride);
            SwsContext scaler = null;
            int number = 0;
            for (AVFrame frame = reader.next(); frame != null; frame = reader.next()) {
                if (number++ % form.everyNth != 0) {
                    continue;
                }
                if (scaler == null) {
                    scaler = swscale.sws_getContext(
                            frame.width(),
                            frame.height(),
                            frame.format(),
                            form.widthPx,
                            form.heightPx,
                            avutil.AV_PIX_FMT_BGR24,
                            swscale.SWS_BICUBIC,
                            null,
                            null,
                            (DoublePointer) null);
                }
                swscale.sws_scale(scaler, frame.data(), frame.linesize(), 0, frame.height(), planes, strides);
                recorder.record(picture, avutil.AV_PIX_FMT_BGR24);
            }
            swscale.sws_freeContext(scaler);
            recorder.stop();
        }
    }
}

package dev.vigil.lens;

import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUV420P;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_alloc;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_get_buffer;
import static org.bytedeco.opencv.global.opencv_core.CV_16S;
import static org.bytedeco.opencv.global.opencv_core.CV_8UC1;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What one look at a 1080p picture costs: our figures from 48 rows of the decoded picture, the Laplacian's variance of the
 * whole by OpenCV on one thread, and the same in a plain loop over one plane of a 300x300 tensor, in which a blur of less than
 * a few pixels does not show.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class LensBenchmark {
    private static final int WIDTH = 1920;
    private static final int HEIGHT = 1080;
    private static final int SIDE = 300;

    private final LumaRows rows = new LumaRows();
    private final LensMeter meter = new LensMeter();
    private final FloatBuffer tensor = ByteBuffer.allocateDirect(4 * SIDE * SIDE)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    private final Mat laplacian = new Mat();
    private final Mat mean = new Mat();
    private final Mat deviation = new Mat();
    private AVFrame frame;
    private Mat luma;

    @Setup
    public void setUp() {
        Random random = new Random(1);
        frame = av_frame_alloc();
        frame.format(AV_PIX_FMT_YUV420P).width(WIDTH).height(HEIGHT);
        if (av_frame_get_buffer(frame, 64) != 0) {
            throw new IllegalStateException("no memory");
        }
        for (long i = 0; i < (long) frame.linesize(0) * HEIGHT; i++) {
            frame.data(0).put(i, (byte) random.nextInt(256));
        }
        for (int i = 0; i < SIDE * SIDE; i++) {
            tensor.put(i, random.nextFloat());
        }
        luma = new Mat(HEIGHT, WIDTH, CV_8UC1, frame.data(0), frame.linesize(0));
        opencv_core.setNumThreads(1);
    }

    @Benchmark
    public double rowsOfPicture() {
        rows.read(frame);
        meter.measure(rows);
        return meter.steepness();
    }

    @Benchmark
    public long laplacianOfPictureOpenCv() {
        opencv_imgproc.Laplacian(luma, laplacian, CV_16S);
        opencv_core.meanStdDev(laplacian, mean, deviation);
        return deviation.address();
    }

    @Benchmark
    public double laplacianOfTensor() {
        double sum = 0;
        double squares = 0;
        for (int y = 1; y < SIDE - 1; y++) {
            for (int i = y * SIDE + 1; i < (y + 1) * SIDE - 1; i++) {
                float value = tensor.get(i - SIDE)
                        + tensor.get(i + SIDE)
                        + tensor.get(i - 1)
                        + tensor.get(i + 1)
                        - 4 * tensor.get(i);
                sum += value;
                squares += value * value;
            }
        }
        return squares - sum * sum / ((SIDE - 2) * (SIDE - 2));
    }

    @TearDown
    public void tearDown() {
        luma.close();
        laplacian.close();
        mean.close();
        deviation.close();
        av_frame_free(frame);
    }
}

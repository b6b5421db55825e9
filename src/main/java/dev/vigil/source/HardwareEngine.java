package dev.vigil.source;

import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_HW_CONFIG_METHOD_HW_DEVICE_CTX;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_get_hw_config;
import static org.bytedeco.ffmpeg.global.avutil.AV_HWDEVICE_TYPE_CUDA;
import static org.bytedeco.ffmpeg.global.avutil.AV_HWDEVICE_TYPE_VAAPI;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_NONE;
import static org.bytedeco.ffmpeg.global.avutil.av_buffer_ref;
import static org.bytedeco.ffmpeg.global.avutil.av_buffer_unref;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_copy_props;
import static org.bytedeco.ffmpeg.global.avutil.av_hwdevice_ctx_create;
import static org.bytedeco.ffmpeg.global.avutil.av_hwframe_transfer_data;

import dev.vigil.source.SourceException.Cause;
import dev.vigil.source.SourceOptions.Hardware;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVCodecHWConfig;
import org.bytedeco.ffmpeg.avutil.AVBufferRef;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.javacpp.IntPointer;

/** NVIDIA's engine by CUDA, Intel's and AMD's by VAAPI. */
final class HardwareEngine implements VideoEngine {
    /** A driver that must first wake its device takes seconds, a stuck one for ever. */
    private static final long CREATE_NS = TimeUnit.SECONDS.toNanos(10);

    /** Creations that did not come back in time: no other is begun before they do, or threads would pile up behind them. */
    private static final Map<Hardware, FutureTask<?>> STUCK = new ConcurrentHashMap<>();

    /** By pixel format, and never freed: JavaCPP has room for ten callbacks of a kind, and cameras may be more. */
    private static final Map<Integer, FormatChooser> CHOOSERS = new ConcurrentHashMap<>();

    /** Takes the engine's pixel format where FFmpeg offers it, otherwise the last that it offers, which is software's. */
    private static final class FormatChooser extends AVCodecContext.Get_format_AVCodecContext_IntPointer {
        private final int wanted;

        FormatChooser(int wanted) {
            this.wanted = wanted;
        }

        @Override
        public int call(AVCodecContext ignored, IntPointer offered) {
            int last = AV_PIX_FMT_NONE;
            for (int i = 0; offered.get(i) != AV_PIX_FMT_NONE; i++) {
                last = offered.get(i);
                if (last == wanted) {
                    return wanted;
                }
            }
            return last;
        }
    }

    private final String label;
    private final int pixelFormat;
    private AVBufferRef device;

    private HardwareEngine(String label, int pixelFormat, AVBufferRef device) {
        this.label = label;
        this.pixelFormat = pixelFormat;
        this.device = device;
    }

    /** See {@link VideoEngine.Opener#open}. */
    static VideoEngine open(AVCodec codec, Hardware hardware) throws SourceException {
        int type = hardware == Hardware.CUDA ? AV_HWDEVICE_TYPE_CUDA : AV_HWDEVICE_TYPE_VAAPI;
        int pixelFormat = pixelFormatOf(codec, type);
        if (pixelFormat == AV_PIX_FMT_NONE) {
            throw new SourceException(
                    Cause.UNSUPPORTED, "it does not know " + codec.name().getString());
        }
        AVBufferRef device = withinTime(hardware, CREATE_NS, () -> create(type), late -> av_buffer_unref(late));
        return new HardwareEngine(hardware.name().toLowerCase(Locale.ROOT), pixelFormat, device);
    }

    private static int pixelFormatOf(AVCodec codec, int deviceType) {
        for (int i = 0; ; i++) {
            AVCodecHWConfig config = avcodec_get_hw_config(codec, i);
            if (config == null || config.isNull()) {
                return AV_PIX_FMT_NONE;
            }
            if (config.device_type() == deviceType
                    && (config.methods() & AV_CODEC_HW_CONFIG_METHOD_HW_DEVICE_CTX) != 0) {
                return config.pix_fmt();
            }
        }
    }

    private static AVBufferRef create(int type) throws SourceException {
        AVBufferRef created = new AVBufferRef();
        int result = av_hwdevice_ctx_create(created, type, (String) null, (AVDictionary) null, 0);
        if (result < 0) {
            throw new SourceException(Cause.UNREACHABLE, FfmpegErrors.text(result));
        }
        return created;
    }

    /** What a driver is asked for. */
    interface Creation<T> {
        T create() throws SourceException;
    }

    /**
     * Waits for a driver for so long and no longer: what hangs in native code can only be left behind.
     *
     * @param release gets what comes too late
     */
    static <T> T withinTime(
            Hardware hardware, long timeoutNs, Creation<T> creation, java.util.function.Consumer<T> release)
            throws SourceException {
        FutureTask<?> stuck = STUCK.get(hardware);
        if (stuck != null) {
            throw new SourceException(Cause.UNREACHABLE, "its driver still does not answer");
        }
        Late<T> late = new Late<>(release);
        FutureTask<T> task = new FutureTask<>(() -> late.keep(creation.create()));
        Thread thread = new Thread(
                () -> {
                    task.run();
                    STUCK.remove(hardware, task);
                },
                "open-" + hardware.name().toLowerCase(Locale.ROOT));
        thread.setDaemon(true);
        thread.start();
        try {
            return task.get(timeoutNs, TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof SourceException failure) {
                throw failure;
            }
            throw new SourceException(Cause.UNREACHABLE, "its driver failed: " + e.getCause(), e);
        } catch (TimeoutException | InterruptedException e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            if (late.tooLate()) {
                STUCK.put(hardware, task);
                if (task.isDone()) {
                    STUCK.remove(hardware, task);
                }
            }
            throw new SourceException(
                    Cause.UNREACHABLE,
                    "its driver did not answer within " + TimeUnit.NANOSECONDS.toSeconds(timeoutNs) + " s",
                    e);
        }
    }

    /** Hands what was created to whoever waits, or releases it when nobody does any more. */
    private static final class Late<T> {
        private final java.util.function.Consumer<T> release;
        private T created;
        private boolean abandoned;

        Late(java.util.function.Consumer<T> release) {
            this.release = release;
        }

        synchronized T keep(T value) {
            if (abandoned) {
                release.accept(value);
                return null;
            }
            created = value;
            return value;
        }

        /** True when it still was not there; what is there is released. */
        synchronized boolean tooLate() {
            abandoned = true;
            if (created == null) {
                return true;
            }
            release.accept(created);
            return false;
        }
    }

    @Override
    public String label() {
        return label;
    }

    @Override
    public int pixelFormat() {
        return pixelFormat;
    }

    @Override
    public void attach(AVCodecContext context) {
        context.hw_device_ctx(av_buffer_ref(device));
        context.get_format(CHOOSERS.computeIfAbsent(pixelFormat, FormatChooser::new));
    }

    @Override
    public int download(AVFrame onEngine, AVFrame into) {
        int result = av_hwframe_transfer_data(into, onEngine, 0);
        return result < 0 ? result : av_frame_copy_props(into, onEngine);
    }

    @Override
    public void close() {
        if (device != null) {
            av_buffer_unref(device);
            device = null;
        }
    }
}

package dev.vigil.workshop.trial;

import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;
import static org.bytedeco.ffmpeg.global.avutil.av_image_copy_to_buffer;
import static org.bytedeco.ffmpeg.global.avutil.av_image_fill_arrays;
import static org.bytedeco.ffmpeg.global.avutil.av_image_get_buffer_size;

import dev.vigil.frame.Orientation;
import dev.vigil.frame.Picture;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.javacpp.BytePointer;

/** Decoded pictures in a file without a name, as they are. Not threadsafe. */
final class FrameStore implements AutoCloseable {
    private static final int ALIGNMENT = 32;
    /** swscale's SIMD may read past the end of the last row. */
    private static final int PADDING = 64;

    private final FileChannel file;
    private final Picture shown = new Picture();
    private final List<Kept> kept = new ArrayList<>();
    private ByteBuffer bytes = ByteBuffer.allocateDirect(0);
    private BytePointer address = new BytePointer(bytes);
    private long end;

    private record Kept(
            long at, int bytes, int widthPx, int heightPx, int format, int space, int range, Orientation orientation) {}

    private FrameStore(FileChannel file) {
        this.file = file;
    }

    static FrameStore create(Path folder) throws IOException {
        Path path = Files.createTempFile(Files.createDirectories(folder), "frames-", ".raw");
        return new FrameStore(FileChannel.open(
                path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE));
    }

    void add(AVFrame frame, Orientation orientation) throws IOException {
        int size = av_image_get_buffer_size(frame.format(), frame.width(), frame.height(), ALIGNMENT);
        reserve(size);
        int written = av_image_copy_to_buffer(
                address,
                size,
                frame.data(),
                frame.linesize(),
                frame.format(),
                frame.width(),
                frame.height(),
                ALIGNMENT);
        if (written != size) {
            throw new IOException("a picture of " + frame.width() + "x" + frame.height() + " can not be copied");
        }
        ByteBuffer from = bytes.duplicate().position(0).limit(size);
        for (long at = end; from.hasRemaining(); ) {
            at += file.write(from, at);
        }
        kept.add(new Kept(
                end,
                size,
                frame.width(),
                frame.height(),
                frame.format(),
                frame.colorspace(),
                frame.color_range(),
                orientation));
        end += size;
    }

    private void reserve(int size) {
        if (bytes.capacity() < size + PADDING) {
            bytes = ByteBuffer.allocateDirect(size + PADDING);
            address = new BytePointer(bytes);
        }
    }

    /** Valid until the next call of anything here. */
    Picture get(int index) throws IOException {
        Kept one = kept.get(index);
        reserve(one.bytes);
        ByteBuffer into = bytes.duplicate().position(0).limit(one.bytes);
        for (long at = one.at; into.hasRemaining(); ) {
            int read = file.read(into, at);
            if (read < 0) {
                throw new IOException("the file that keeps the frames was cut short");
            }
            at += read;
        }
        AVFrame frame = shown.frame();
        frame.width(one.widthPx).height(one.heightPx).format(one.format);
        frame.colorspace(one.space).color_range(one.range);
        av_image_fill_arrays(frame.data(), frame.linesize(), address, one.format, one.widthPx, one.heightPx, ALIGNMENT);
        shown.setOrientation(one.orientation);
        return shown;
    }

    @Override
    public void close() {
        av_frame_free(shown.frame()); // its planes are not its own
        try {
            file.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("the file that keeps the frames can not be closed", e);
        }
    }
}

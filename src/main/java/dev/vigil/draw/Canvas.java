package dev.vigil.draw;

import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;
import static org.bytedeco.opencv.global.opencv_core.flip;
import static org.bytedeco.opencv.global.opencv_core.rotate;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMWRITE_JPEG_QUALITY;
import static org.bytedeco.opencv.global.opencv_imgcodecs.IMWRITE_PNG_COMPRESSION;
import static org.bytedeco.opencv.global.opencv_imgcodecs.imencode;
import static org.bytedeco.opencv.global.opencv_imgproc.INTER_AREA;
import static org.bytedeco.opencv.global.opencv_imgproc.resize;

import dev.vigil.convert.BgrConverter;
import dev.vigil.convert.ConvertException;
import dev.vigil.frame.Orientation;
import dev.vigil.frame.Picture;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Size;

/**
 * A copy of one frame's pixels to draw into, off the heap and used again for the next frame. Not threadsafe.
 */
public final class Canvas implements AutoCloseable {
    /** Good enough to look at. */
    private static final int JPEG_QUALITY = 92;
    /** zlib's fast level: a picture is written for each frame. */
    private static final int PNG_LEVEL = 3;
    /** swscale's SIMD may write past the end of a row. */
    private static final int ROW_ALIGNMENT_PX = 64;

    private final BgrConverter converter = new BgrConverter();
    private final Mat buffer = new Mat();
    /** The picture as it is stored, inside {@link #buffer}. */
    private Mat stored = new Mat();

    private final Mat mirrored = new Mat();
    private final Mat turned = new Mat();
    private final Mat shrunk = new Mat();
    /** The upright picture: one of those above. */
    private Mat pixels = stored;

    /** Takes over the pixels of a picture, upright; what was drawn before is gone. */
    public void load(Picture picture) throws ConvertException {
        boolean sideways = picture.orientation().isSideways();
        int widthPx = sideways ? picture.heightPx() : picture.widthPx();
        int heightPx = sideways ? picture.widthPx() : picture.heightPx();
        if (stored.cols() != widthPx || stored.rows() != heightPx) {
            int rowPx = (widthPx + ROW_ALIGNMENT_PX - 1) / ROW_ALIGNMENT_PX * ROW_ALIGNMENT_PX;
            stored.close();
            buffer.create(heightPx + 1, rowPx, CV_8UC3);
            try (Rect area = new Rect(0, 0, widthPx, heightPx)) {
                stored = new Mat(buffer, area);
            }
        }
        try (BytePointer data = stored.data()) {
            converter.convert(picture, data, (int) stored.step());
        }
        pixels = upright(picture.orientation());
    }

    private Mat upright(Orientation orientation) {
        Mat from = stored;
        if (orientation.mirrored()) {
            flip(from, mirrored, 1); // left and right
            from = mirrored;
        }
        if (orientation.quarterTurns() == 0) {
            return from;
        }
        rotate(from, turned, orientation.quarterTurns() - 1); // 0 is 90 degrees clockwise, 1 is 180, 2 is 270
        return turned;
    }

    Mat pixels() {
        return pixels;
    }

    /**
     * Makes the picture smaller, if it is wider than this; before anything is drawn, so that letters stay as large as they are.
     *
     * @return by how much: its width now through that before
     */
    public float shrink(int widthMaxPx) {
        int widthPx = pixels.cols();
        if (widthPx <= widthMaxPx) {
            return 1;
        }
        int heightPx = Math.max(1, Math.round((float) pixels.rows() * widthMaxPx / widthPx));
        try (Size size = new Size(widthMaxPx, heightPx)) {
            resize(pixels, shrunk, size, 0, 0, INTER_AREA);
        }
        pixels = shrunk;
        return (float) widthMaxPx / widthPx;
    }

    /** The picture as JPEG. */
    public byte[] jpeg() throws IOException {
        try (BytePointer encoded = new BytePointer();
                IntPointer settings = new IntPointer(IMWRITE_JPEG_QUALITY, JPEG_QUALITY)) {
            if (!encode(".jpg", pixels, encoded, settings)) {
                throw new IOException("a picture of " + pixels.cols() + "x" + pixels.rows() + " can not be JPEG");
            }
            byte[] bytes = new byte[(int) encoded.limit()];
            encoded.get(bytes);
            return bytes;
        }
    }

    /**
     * Writes the picture, as PNG or as JPEG: its name's ending says which. The file is there as a whole or not at all.
     *
     * @param file what is there of that name is replaced
     * @throws IOException when it can not be written, or not as such a file
     */
    public void write(Path file) throws IOException {
        write(pixels, file, JPEG_QUALITY);
    }

    /** The same with a quality of JPEG, 1 to 100. */
    public void write(Path file, int jpegQuality) throws IOException {
        write(pixels, file, jpegQuality);
    }

    static void write(Mat pixels, Path file, int jpegQuality) throws IOException {
        String name = file.getFileName().toString();
        String ending = name.substring(name.lastIndexOf('.'));
        try (BytePointer encoded = new BytePointer();
                IntPointer settings = ending.equals(".png")
                        ? new IntPointer(IMWRITE_PNG_COMPRESSION, PNG_LEVEL)
                        : new IntPointer(IMWRITE_JPEG_QUALITY, jpegQuality)) {
            if (!encode(ending, pixels, encoded, settings)) {
                throw new IOException(
                        "a picture of " + pixels.cols() + "x" + pixels.rows() + " can not be written as " + ending);
            }
            replace(file, encoded.asByteBuffer());
        }
    }

    private static boolean encode(String ending, Mat pixels, BytePointer encoded, IntPointer settings)
            throws IOException {
        try {
            return imencode(ending, pixels, encoded, settings);
        } catch (RuntimeException e) { // what OpenCV throws
            throw new IOException("can not be written as " + ending + ": " + e.getMessage(), e);
        }
    }

    /** Writes a file so that it is there as a whole or not at all. */
    static void replace(Path file, ByteBuffer content) throws IOException {
        Path unfinished = file.resolveSibling("." + file.getFileName() + ".part");
        try {
            try (FileChannel out = FileChannel.open(
                    unfinished,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE)) {
                while (content.hasRemaining()) {
                    out.write(content);
                }
            }
            Files.move(unfinished, file, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            Files.deleteIfExists(unfinished);
            throw e;
        }
    }

    @Override
    public void close() {
        converter.close();
        stored.close();
        mirrored.close();
        turned.close();
        shrunk.close();
        buffer.close();
    }
}

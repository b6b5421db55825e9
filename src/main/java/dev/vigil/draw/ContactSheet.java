package dev.vigil.draw;

import static org.bytedeco.opencv.global.opencv_core.CV_8UC3;
import static org.bytedeco.opencv.global.opencv_imgproc.FONT_HERSHEY_SIMPLEX;
import static org.bytedeco.opencv.global.opencv_imgproc.INTER_AREA;
import static org.bytedeco.opencv.global.opencv_imgproc.INTER_LINEAR;
import static org.bytedeco.opencv.global.opencv_imgproc.LINE_AA;
import static org.bytedeco.opencv.global.opencv_imgproc.putText;
import static org.bytedeco.opencv.global.opencv_imgproc.resize;

import dev.vigil.convert.ConvertException;
import dev.vigil.detect.Detections;
import dev.vigil.detect.Labels;
import dev.vigil.frame.Picture;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Point;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.bytedeco.opencv.opencv_core.Size;

/**
 * Many pictures at a glance: small, with their boxes, and a line under each; as many pages as are needed, each a JPEG. A page is
 * all that is held in memory. Not threadsafe.
 */
public final class ContactSheet implements AutoCloseable {
    private static final int COLUMNS = 5;
    private static final int ROWS = 6;
    /** Pictures of a page. */
    public static final int PER_PAGE = COLUMNS * ROWS;

    private static final int CELL_WIDTH_PX = 360;
    private static final int CELL_HEIGHT_MIN_PX = 150;
    private static final int CELL_HEIGHT_MAX_PX = 480;
    private static final int CAPTION_PX = 20;
    private static final int GAP_PX = 6;
    private static final double CAPTION_SCALE = 0.42;
    /** Letters of that scale that fit under a picture, about. */
    private static final int CAPTION_LETTERS = 44;

    private static final int JPEG_QUALITY = 90;

    private final Path folder;
    private final String stem;
    private final boolean several;
    private final int cellHeightPx;
    private final Annotator annotator;
    private final Canvas canvas = new Canvas();
    private final Mat small = new Mat();
    private final Mat page;
    private final List<Path> pages = new ArrayList<>();
    private int onPage;

    /**
     * @param stem the file's name without its ending; pages are numbered when there are several
     * @param pictures how many will come
     * @param shape width over height of most pictures
     * @param labels of the boxes
     */
    public ContactSheet(Path folder, String stem, int pictures, double shape, Labels labels) {
        this.folder = folder;
        this.stem = stem;
        this.several = pictures > PER_PAGE;
        this.cellHeightPx = (int) Math.max(
                CELL_HEIGHT_MIN_PX, Math.min(CELL_HEIGHT_MAX_PX, Math.round(CELL_WIDTH_PX / Math.max(shape, 0.01))));
        this.annotator = new Annotator(labels);
        this.page = new Mat(
                ROWS * rowPx() + GAP_PX,
                COLUMNS * (CELL_WIDTH_PX + GAP_PX) + GAP_PX,
                CV_8UC3,
                new Scalar(24, 24, 24, 0));
    }

    private int rowPx() {
        return cellHeightPx + CAPTION_PX + GAP_PX;
    }

    /**
     * Adds a picture.
     *
     * @param boxes in the picture's own pixels
     * @param caption ASCII; what is too long loses its beginning
     * @throws IOException when a full page can not be written
     */
    @SuppressWarnings("try") // the scope frees what is made in it
    public void add(Picture picture, Detections boxes, String caption) throws ConvertException, IOException {
        canvas.load(picture);
        int widthPx = picture.widthPx();
        int heightPx = picture.heightPx();
        double scale = Math.min((double) CELL_WIDTH_PX / widthPx, (double) cellHeightPx / heightPx);
        try (PointerScope scope = new PointerScope()) {
            Size size = new Size(
                    Math.max(1, (int) Math.round(widthPx * scale)), Math.max(1, (int) Math.round(heightPx * scale)));
            resize(canvas.pixels(), small, size, 0, 0, scale < 1 ? INTER_AREA : INTER_LINEAR);
            annotator.draw(small, scaled(boxes, (float) scale));
            int left = GAP_PX + onPage % COLUMNS * (CELL_WIDTH_PX + GAP_PX);
            int top = GAP_PX + onPage / COLUMNS * rowPx();
            int insetX = (CELL_WIDTH_PX - size.width()) / 2;
            int insetY = (cellHeightPx - size.height()) / 2;
            small.copyTo(new Mat(page, new Rect(left + insetX, top + insetY, size.width(), size.height())));
            putText(
                    page,
                    caption.length() <= CAPTION_LETTERS
                            ? caption
                            : ".." + caption.substring(caption.length() - CAPTION_LETTERS + 2),
                    new Point(left + 2, top + cellHeightPx + CAPTION_PX - 6),
                    FONT_HERSHEY_SIMPLEX,
                    CAPTION_SCALE,
                    new Scalar(230, 230, 230, 0),
                    1,
                    LINE_AA,
                    false);
        }
        onPage++;
        if (onPage == PER_PAGE) {
            writePage();
        }
    }

    private static Detections scaled(Detections boxes, float scale) {
        Detections into = new Detections(Math.max(1, boxes.count()));
        for (int i = 0; i < boxes.count(); i++) {
            into.add(
                    boxes.x1(i) * scale,
                    boxes.y1(i) * scale,
                    boxes.x2(i) * scale,
                    boxes.y2(i) * scale,
                    boxes.score(i),
                    boxes.classId(i));
        }
        return into;
    }

    @SuppressWarnings("try") // the scope frees what is made in it
    private void writePage() throws IOException {
        Path file = folder.resolve(
                several ? String.format(Locale.ROOT, "%s-%02d.jpg", stem, pages.size() + 1) : stem + ".jpg");
        try (PointerScope scope = new PointerScope()) {
            int rows = (onPage + COLUMNS - 1) / COLUMNS;
            int columns = Math.min(onPage, COLUMNS);
            Rect used = new Rect(0, 0, GAP_PX + columns * (CELL_WIDTH_PX + GAP_PX), GAP_PX + rows * rowPx());
            Canvas.write(new Mat(page, used), file, JPEG_QUALITY);
            page.put(new Scalar(24, 24, 24, 0));
        }
        pages.add(file);
        onPage = 0;
    }

    /** Writes what is left, and tells all pages. */
    public List<Path> finish() throws IOException {
        if (onPage > 0) {
            writePage();
        }
        return List.copyOf(pages);
    }

    @Override
    public void close() {
        canvas.close();
        small.close();
        page.close();
    }
}

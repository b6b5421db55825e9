package dev.vigil.app.detect;

import dev.vigil.app.media.MediaSource;
import dev.vigil.convert.ConvertException;
import dev.vigil.detect.Labels;
import dev.vigil.draw.Annotator;
import dev.vigil.draw.Canvas;
import dev.vigil.publish.FrameResult;
import java.io.IOException;

/** Each frame with its boxes drawn in, as a file. Belongs to the ring's last stage; its own files only, never a source's. */
final class SavedPictures implements AutoCloseable {
    private final SaveNames names;
    private final Canvas canvas = new Canvas();
    private final Annotator annotator;
    private long written;

    SavedPictures(SaveNames names, Labels labels) {
        this.names = names;
        this.annotator = new Annotator(labels);
    }

    /** @throws IOException when the file can not be written; its message has the reason and not the file */
    void save(MediaSource source, long number, FrameResult result) throws IOException {
        try {
            canvas.load(result.picture());
        } catch (ConvertException e) {
            throw new IOException(e.getMessage(), e);
        }
        annotator.draw(canvas, result.detections());
        canvas.write(names.file(source, number));
        written++;
    }

    long written() {
        return written;
    }

    @Override
    public void close() {
        canvas.close();
    }
}

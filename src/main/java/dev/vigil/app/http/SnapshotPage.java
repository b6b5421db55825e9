package dev.vigil.app.http;

import dev.vigil.app.Camera;
import dev.vigil.app.RunningModel;
import dev.vigil.convert.ConvertException;
import dev.vigil.detect.Labels;
import dev.vigil.draw.Annotator;
import dev.vigil.draw.Canvas;
import dev.vigil.frame.Capture;
import dev.vigil.http.Answer;
import dev.vigil.http.Page;
import dev.vigil.http.Request;
import dev.vigil.source.CameraStatus;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * {@code /snapshot/CAMERA.jpg}: the next picture that comes from a camera, never one from before. With {@code boxes=1} what was
 * found in just this one is drawn in, which is there when the frame is through; with {@code width=640} it is made smaller.
 */
final class SnapshotPage implements Page {
    static final Set<String> PARAMETERS = Set.of("boxes", "width");

    private static final String ENDING = ".jpg";
    private static final int WIDTH_MIN_PX = 16;
    private static final int WIDTH_MAX_PX = 7_680;
    private static final Pattern NUMBER = Pattern.compile("\\d{1,4}");
    /** For the next picture of a camera at its usual pace. */
    private static final Duration WAIT = Duration.ofSeconds(3);

    private static final Duration WAIT_MAX = Duration.ofSeconds(15);

    private final Supplier<List<Camera>> cameras;

    SnapshotPage(Supplier<List<Camera>> cameras) {
        this.cameras = cameras;
    }

    @Override
    public Answer answer(Request request) throws InterruptedException {
        String width = request.parameters().getOrDefault("width", Integer.toString(WIDTH_MAX_PX));
        String boxes = request.parameters().getOrDefault("boxes", "0");
        if (!NUMBER.matcher(width).matches()
                || Integer.parseInt(width) < WIDTH_MIN_PX
                || Integer.parseInt(width) > WIDTH_MAX_PX) {
            return Answer.text(400, "width is " + WIDTH_MIN_PX + " to " + WIDTH_MAX_PX + " pixels");
        }
        if (!boxes.equals("0") && !boxes.equals("1")) {
            return Answer.text(400, "boxes is 0 or 1");
        }
        List<Camera> now = cameras.get();
        for (Camera camera : now) {
            if (request.rest().equals(camera.name() + ENDING)) {
                return answer(camera, boxes.equals("1"), Integer.parseInt(width));
            }
        }
        return Answer.text(
                404,
                "there is no such picture. There are:\n"
                        + String.join("\n", now.stream().map(SnapshotPage::line).toList()));
    }

    private static String line(Camera camera) {
        return "  /snapshot/" + camera.name() + ENDING;
    }

    private static Answer answer(Camera camera, boolean boxes, int widthMaxPx) throws InterruptedException {
        RunningModel model = camera.model();
        if (!camera.isUp() || model == null) {
            return Answer.later(2, reason(camera));
        }
        try (PictureTap.Taken taken = camera.tap().take(boxes, patience(camera))) {
            if (taken == null) {
                return Answer.later(2, camera.isUp() ? camera.name() + " gave no picture in time" : reason(camera));
            }
            Capture capture = taken.picture().times().capture();
            Instant captured = Instant.EPOCH.plus(capture.utcUs(), ChronoUnit.MICROS);
            return Answer.of(200, "image/jpeg", jpeg(taken, model.labels(), widthMaxPx))
                    .with("Vigil-Captured", captured.toString())
                    .with("Vigil-Clock", capture.clock().label())
                    .with("Vigil-Frame", Long.toString(taken.picture().number()));
        } catch (ConvertException | IOException e) {
            return Answer.text(500, "a picture of " + camera.name() + " could not be made: " + e.getMessage());
        }
    }

    /** A camera that is asked for a frame now and then is given the time of two. */
    private static Duration patience(Camera camera) {
        double fps = camera.config().source().fpsMax();
        Duration two = fps > 0 ? Duration.ofMillis(Math.round(2_000 / fps)) : Duration.ZERO;
        return two.compareTo(WAIT) < 0 ? WAIT : two.compareTo(WAIT_MAX) > 0 ? WAIT_MAX : two;
    }

    /** One at a time: whoever looks at pictures takes no more than one core from those who make them. */
    private static synchronized byte[] jpeg(PictureTap.Taken taken, Labels labels, int widthMaxPx)
            throws ConvertException, IOException {
        try (Canvas canvas = new Canvas()) {
            canvas.load(taken.picture());
            float scale = canvas.shrink(widthMaxPx);
            if (taken.boxes() != null) {
                new Annotator(labels).draw(canvas, taken.boxes().copy(scale));
            }
            return canvas.jpeg();
        }
    }

    private static String reason(Camera camera) {
        CameraStatus status = camera.reader().status();
        if (status.state() == CameraStatus.State.UP) {
            return "there is no picture of " + camera.name() + ": its model is being loaded";
        }
        return "there is no picture of " + camera.name() + ": it is "
                + status.state().name().toLowerCase(Locale.ROOT)
                + (status.error() == null ? "" : ": " + status.error());
    }
}

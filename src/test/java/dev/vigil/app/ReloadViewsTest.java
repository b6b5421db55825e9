package dev.vigil.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vigil.OnnxFile;
import dev.vigil.mqtt.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import onnx.Onnx.TensorProto.DataType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A running camera whose frames are looked at in other parts from a reload on: in tiles, in crops, or as a whole again. */
@Timeout(180)
class ReloadViewsTest extends ReloadRun {
    @BeforeEach
    void writeModels() throws Exception {
        constant("people");
        constant("faces");
        configured.clear();
        configured.put("cam1", camera(0) + ", model: people");
        models = "people: {file: people.onnx}, faces: {file: faces.onnx}";
    }

    /** A model that finds one box, of a third of the picture, wherever it looks. */
    private Path constant(String name) throws IOException {
        float[] boxes = new float[4 * 4];
        System.arraycopy(new float[] {0.3f, 0.35f, 0.6f, 0.65f}, 0, boxes, 0, 4);
        float[] scores = new float[2 * 4];
        scores[0] = 0.9f;
        return OnnxFile.empty()
                .input("image", DataType.FLOAT, 1, 3, 32, 32)
                .constantOutput("boxes", DataType.FLOAT, boxes, 1, 4, 4)
                .constantOutput("scores", DataType.FLOAT, scores, 1, 4, 2)
                .write(folder.resolve(name + ".onnx"));
    }

    /** Boxes of the whole frame or its tiles. */
    private static long own(JsonNode message) {
        return boxes(message, box -> !box.has("parent"));
    }

    /** Boxes in crops of others. */
    private static long inside(JsonNode message) {
        return boxes(
                message,
                box -> box.has("parent") && box.get("model").textValue().equals("faces"));
    }

    private static long boxes(JsonNode message, Predicate<JsonNode> which) {
        long count = 0;
        for (JsonNode box : message.get("detections")) {
            count += which.test(box) ? 1 : 0;
        }
        return count;
    }

    private void awaitBoxes(int ownBoxes, int insideBoxes) {
        Await.until(ownBoxes + " boxes and " + insideBoxes + " inside of them", () -> {
            try {
                List<JsonNode> all = detections("cam1");
                return !all.isEmpty()
                        && own(all.get(all.size() - 1)) == ownBoxes
                        && inside(all.get(all.size() - 1)) == insideBoxes;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /** Nothing that lies between two kinds is published: each message has what it should before or after. */
    private void assertOnly(List<List<Long>> kinds) throws IOException {
        for (JsonNode message : detections("cam1")) {
            assertThat(kinds).contains(List.of(own(message), inside(message)));
        }
        assertThat(camera("cam1").reader().status().reconnects()).isZero();
        daemon.close();
        Await.until("every message", () -> count("cam1") == published("cam1"));
        assertNoneIsMissing("cam1");
    }

    @Test
    void shouldFindOtherBoxesAndLoseNoFrameWhenTilesChange() throws Exception {
        start();
        awaitBoxes(1, 0);
        configured.put("cam1", camera(0) + ", model: people, tiles: 2x2");
        assertThat(reload()).contains("cam1");
        awaitBoxes(5, 0);
        configured.put("cam1", camera(0) + ", model: people, tiles: {columns: 3, rows: 1, whole: false}");
        reload();
        awaitBoxes(3, 0);
        models = "people: {file: people.onnx, tiles: 3x1}, faces: {file: faces.onnx}";
        configured.put("cam1", camera(0) + ", model: people");
        reload();
        awaitBoxes(4, 0);
        models = "people: {file: people.onnx}, faces: {file: faces.onnx}";
        reload();
        awaitBoxes(1, 0);
        assertOnly(List.of(List.of(1L, 0L), List.of(5L, 0L), List.of(3L, 0L), List.of(4L, 0L)));
    }

    @Test
    void shouldFindWhatIsInsideAndLoseNoFrameWhenThenChanges() throws Exception {
        start();
        awaitBoxes(1, 0);
        models = "people: {file: people.onnx, then: {model: faces, margin: 0.1}}, faces: {file: faces.onnx}";
        assertThat(reload()).contains("people");
        awaitBoxes(1, 1);
        configured.put("cam1", camera(0) + ", model: people, tiles: 2x2");
        reload();
        awaitBoxes(5, 5);
        models = "people: {file: people.onnx, then: {model: faces, max: 2}}, faces: {file: faces.onnx}";
        reload();
        awaitBoxes(5, 2);
        models = "people: {file: people.onnx}, faces: {file: faces.onnx}";
        configured.put("cam1", camera(0) + ", model: people");
        reload();
        awaitBoxes(1, 0);
        assertOnly(List.of(List.of(1L, 0L), List.of(1L, 1L), List.of(5L, 5L), List.of(5L, 2L)));
    }
}

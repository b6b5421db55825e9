package dev.vigil.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.vigil.OnnxFile;
import dev.vigil.detect.Detections;
import dev.vigil.detect.ModelDescription;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import onnx.Onnx.TensorProto.DataType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Detection transformers that see the mean of each channel, on an orange picture (255, 128, 0) whose sides are not those of their
 * inputs. Scores show what the input was filled with, boxes where they are mapped to.
 */
class TransformersEndToEndTest {
    private static final int WIDTH = 101;
    private static final int HEIGHT = 57;
    /** cx, cy, w, h of the only query that sees anything. */
    private static final float[] BOX = {0.5f, 0.25f, 0.25f, 0.5f};

    /** The mean of red and green as ImageNet's are normalised. */
    private static final double RED = (1 - 0.485) / 0.229;

    private static final double GREEN = (128 / 255.0 - 0.456) / 0.224;
    private static final double BLUE = (0 - 0.406) / 0.225;

    @TempDir
    private Path folder;

    private static OnnxFile means(String input) {
        return means(input, "means");
    }

    /** A model with the channels' means as (1, 1, 3). */
    private static OnnxFile means(String input, String means) {
        OnnxFile file = OnnxFile.empty().input(input, DataType.FLOAT, 1, 3, 32, 64);
        file.node("GlobalAveragePool", "pooled", List.of(input)).longs("means_shape", 1, 1, 3);
        return file.node("Reshape", means, List.of("pooled", "means_shape"));
    }

    /** Logits (1, queries, columns): those of query 7 are weighted means, all others -20. */
    private static OnnxFile logits(OnnxFile file, String name, int queries, int columns, float... weights) {
        float[] mask = new float[queries];
        mask[7] = 1;
        float[] base = new float[queries * columns];
        Arrays.fill(base, -20);
        Arrays.fill(base, 7 * columns, 8 * columns, 0);
        file.floats("weights", weights, 3, columns)
                .floats("mask", mask, 1, queries, 1)
                .floats("base", base, 1, queries, columns);
        file.node("MatMul", "weighted", List.of("means", "weights"));
        file.node("Mul", "masked", List.of("weighted", "mask"));
        file.node("Add", name, List.of("masked", "base"));
        return file.declareOutput(name, DataType.FLOAT, 1, queries, columns);
    }

    private static OnnxFile boxes(OnnxFile file, String name, int queries) {
        float[] boxes = new float[4 * queries];
        Arrays.fill(boxes, 0.5f);
        System.arraycopy(BOX, 0, boxes, 4 * 7, 4);
        return file.constantOutput(name, DataType.FLOAT, boxes, 1, queries, 4);
    }

    private Detections detect(OnnxFile file) throws Exception {
        return EndToEnd.boxes(file.write(folder.resolve("model.onnx")), ModelDescription.EMPTY, WIDTH, HEIGHT);
    }

    /** Each of the first three columns is the mean of a channel, and the others are low as long as there is red. */
    private static float[] identity(int columns) {
        float[] weights = new float[3 * columns];
        Arrays.fill(weights, 0, columns, -10);
        Arrays.fill(weights, 0, 3, 0);
        for (int i = 0; i < 3; i++) {
            weights[i * columns + i] = 1;
        }
        return weights;
    }

    private static void assertFound(Detections found, int index, int classId, double score) {
        assertThat(found.classId(index)).isEqualTo(classId);
        assertThat((double) found.score(index)).isCloseTo(score, within(1e-3));
        assertThat(new float[] {found.x1(index), found.y1(index), found.x2(index), found.y2(index)})
                .containsExactly(new float[] {0.375f * WIDTH, 0, 0.625f * WIDTH, 0.5f * HEIGHT}, within(1e-3f));
    }

    private static double sigmoid(double logit) {
        return 1 / (1 + Math.exp(-logit));
    }

    @Test
    void shouldPlaceTheBoxOfDetr() throws Exception {
        OnnxFile file = boxes(logits(means("pixel_values"), "logits", 100, 3, identity(3)), "pred_boxes", 100);

        Detections found = detect(file);

        assertThat(found.count()).isEqualTo(1);
        assertFound(found, 0, 0, Math.exp(RED) / (Math.exp(RED) + Math.exp(GREEN) + Math.exp(BLUE)));
    }

    @Test
    void shouldPlaceTheBoxesOfDeformableDetrWhenItWantsAMask() throws Exception {
        OnnxFile file = means("pixel_values", "all").input("pixel_mask", DataType.INT64, 1, 32, 64);
        // What the mask leaves out does not count.
        file.node("Cast", "mask_values", List.of("pixel_mask"), OnnxFile.attribute("to", DataType.FLOAT_VALUE));
        file.node("ReduceMean", "mask_mean", List.of("mask_values"), OnnxFile.attribute("keepdims", 0));
        file.node("Mul", "means", List.of("all", "mask_mean"));
        boxes(logits(file, "logits", 300, 3, identity(3)), "pred_boxes", 300);

        Detections found = detect(file);

        assertThat(found.count()).isEqualTo(2);
        assertFound(found, 0, 0, sigmoid(RED));
        assertFound(found, 1, 1, sigmoid(GREEN));
    }

    @Test
    void shouldPlaceTheBoxesOfRfDetr() throws Exception {
        OnnxFile file = boxes(means("input"), "dets", 300);
        logits(file, "labels", 300, 91, identity(91));

        Detections found = detect(file);

        assertThat(found.count()).isEqualTo(2);
        assertFound(found, 0, 0, sigmoid(RED));
        assertFound(found, 1, 1, sigmoid(GREEN));
    }

    @Test
    void shouldPlaceTheBoxOfRtDetrOfHuggingFace() throws Exception {
        float[] weights = new float[3 * 80];
        weights[5] = 3;
        weights[80 + 5] = -1;
        OnnxFile file = boxes(logits(means("pixel_values"), "logits", 300, 80, weights), "pred_boxes", 300);

        Detections found = detect(file);

        // What has a weight of 0 has a logit of 0.
        assertThat(found.count()).isEqualTo(80);
        assertFound(found, 0, 5, sigmoid(3 - 128 / 255.0));
        assertFound(found, 1, 0, 0.5);
    }

    @Test
    void shouldPlaceTheBoxOfRtDetrWhenItScalesToTheSizeItIsTold() throws Exception {
        OnnxFile file = means("images").input("orig_target_sizes", DataType.INT64, 1, 2);
        file.node("Cast", "sizes", List.of("orig_target_sizes"), OnnxFile.attribute("to", DataType.FLOAT_VALUE));
        file.node("Concat", "twice", List.of("sizes", "sizes"), OnnxFile.attribute("axis", 1));
        file.floats("corners", new float[] {0.375f, 0, 0.625f, 0.5f, 0, 0, 1, 1}, 1, 2, 4);
        file.node("Mul", "boxes", List.of("corners", "twice"));
        file.floats("of_class", new float[] {0.5f, 0, 0.5f, 0.1f, 0, 0}, 3, 2).longs("row", 1, 2);
        file.node("MatMul", "weighted", List.of("means", "of_class"));
        file.node("Reshape", "scores", List.of("weighted", "row"));
        file.metadata("names", "['cat', 'dog']")
                .constantOutput("labels", DataType.INT64, new float[] {1, 0}, 1, 2)
                .declareOutput("boxes", DataType.FLOAT, 1, 2, 4)
                .declareOutput("scores", DataType.FLOAT, 1, 2);

        Detections found = detect(file);

        assertThat(found.count()).isEqualTo(1);
        assertFound(found, 0, 1, 0.5 + 0.5 * 128 / 255);
    }

    @Test
    void shouldPlaceTheBoxOfRtDetrOfUltralytics() throws Exception {
        OnnxFile file = means("images")
                .metadata("description", "Ultralytics rtdetr-l model trained on data.yaml")
                .metadata("task", "detect")
                .metadata("names", "{0: 'red', 1: 'green', 2: 'blue'}")
                .floats("box", BOX, 1, 1, 4);
        file.node("Concat", "output0", List.of("box", "means"), OnnxFile.attribute("axis", 2))
                .declareOutput("output0", DataType.FLOAT, 1, 1, 7);

        Detections found = detect(file);

        assertThat(found.count()).isEqualTo(1);
        assertFound(found, 0, 0, 1);
    }
}

package dev.vigil.detect.family;

import dev.vigil.detect.BoxDecoder;
import dev.vigil.detect.Family;
import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.ModelException;
import dev.vigil.detect.ModelInfo;
import dev.vigil.detect.Suppression;
import dev.vigil.frame.InputSpec.Color;
import dev.vigil.frame.InputSpec.Resize;
import dev.vigil.frame.TensorInfo;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Detectors with their NMS inside that give corners x1, y1, x2, y2, class numbers of which 0 is the background, and scores, in
 * any order. They differ in what their input is filled with, which no shape tells.
 */
final class BoxesLabelsScores implements Family {
    private static final int CORNERS = 4;

    /**
     * Faster R-CNN of the ONNX zoo, which comes from maskrcnn-benchmark: boxes in pixels; an input without a batch, whose sides
     * are multiples of 32 (onnx/models, vision/object_detection_segmentation/faster-rcnn/README.md). Boxes, classes and scores
     * are named by numbers there; those of its Mask R-CNN are the second.
     */
    static final BoxesLabelsScores FASTER_RCNN = new BoxesLabelsScores(
            "faster-rcnn",
            ModelDescription.Input.usual(
                    Color.BGR,
                    new float[] {102.9801f, 115.9465f, 122.7717f},
                    new float[] {1},
                    Resize.LETTERBOX_TOP_LEFT,
                    103,
                    116,
                    123),
            false,
            List.of(List.of("6379", "6381", "6383"), List.of("6568", "6570", "6572")));

    /**
     * Every detector of torchvision (Faster R-CNN, RetinaNet, FCOS, SSD, SSDlite): boxes in pixels of its input, which it
     * normalises and scales itself (pytorch/vision, torchvision/models/detection/transform.py). Exporters name the outputs, or
     * nobody does; their order is boxes, labels, scores or boxes, scores, labels.
     */
    static final BoxesLabelsScores TORCHVISION = new BoxesLabelsScores(
            "torchvision", ModelDescription.Input.usualUnit(Color.RGB, Resize.STRETCH, 0), false, List.of());

    /**
     * SSD with a ResNet-34 as MLPerf has it, of the ONNX zoo: boxes in 0..1, named bboxes, labels and scores (onnx/models,
     * vision/object_detection_segmentation/ssd/README.md; {@code decode_single} of mlperf/inference,
     * others/cloud/single_stage_detector/pytorch/utils.py).
     */
    static final BoxesLabelsScores SSD_RESNET34 = new BoxesLabelsScores(
            "ssd-resnet34",
            ModelDescription.Input.usualImageNet(Resize.STRETCH, 0),
            true,
            List.of(List.of("bboxes", "labels", "scores")));

    private final String id;
    private final ModelDescription.Input input;
    private final boolean unit;
    private final List<List<String>> names;

    /**
     * @param unit whether boxes are in 0..1 of the input, and not in its pixels
     * @param names of boxes, classes and scores that are this one's alone
     */
    private BoxesLabelsScores(String id, ModelDescription.Input input, boolean unit, List<List<String>> names) {
        this.id = id;
        this.input = input;
        this.unit = unit;
        this.names = names;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public ModelDescription.Input inputDefaults(ModelInfo model) {
        return input;
    }

    @Override
    public Suppression suppression(ModelInfo model) {
        return Suppression.END_TO_END;
    }

    /** Where the three are. */
    private record Found(int boxes, int labels, int scores) {}

    @Override
    public Fit fit(ModelInfo model) {
        if (model.inputs().size() != 1) {
            return Fit.no("wants a picture as its only input");
        }
        Found found = find(model);
        if (found == null) {
            return Fit.no("wants boxes (objects, 4), labels and scores (objects)");
        }
        boolean single = model.outputs().get(found.boxes).rank() == 2;
        Set<String> given = model.outputs().stream().map(TensorInfo::name).collect(Collectors.toSet());
        if (names.stream().anyMatch(given::containsAll)) {
            return Fit.certain("outputs " + String.join(", ", names.get(0)) + " are its names");
        }
        if (unit == single) {
            return single
                    ? Fit.no("wants boxes (batch, objects, 4)")
                    : Fit.possible("boxes, labels and scores, if the boxes are in pixels");
        }
        boolean spelled = this == TORCHVISION && given.containsAll(Set.of("boxes", "labels", "scores"));
        String why = "boxes, labels and scores with a row for each object";
        return spelled ? Fit.yes(why + ", by these names") : Fit.possible(why + input());
    }

    private String input() {
        return this == TORCHVISION
                ? ", for an input of RGB in 0..1"
                : this == FASTER_RCNN ? ", for an input of BGR in 0..255 less a mean" : ", for an input as ImageNet's";
    }

    @Override
    public BoxDecoder newDecoder(ModelInfo model) throws ModelException {
        Found found = find(model);
        FinishedBoxes.Builder boxes = new FinishedBoxes.Builder()
                .corners(found.boxes, 0, CORNERS)
                .classId(found.labels, 0, 1, 1)
                .score(found.scores, 0, 1);
        return (unit ? boxes.unit(model.widthPx(), model.heightPx()) : boxes).build();
    }

    /** By names, else by types: labels are whole numbers. What else there is (masks, keypoints) does not matter. */
    private Found find(ModelInfo model) {
        for (List<String> three : names) {
            int boxes = indexOf(model, three.get(0));
            int labels = indexOf(model, three.get(1));
            int scores = indexOf(model, three.get(2));
            if (boxes >= 0 && labels >= 0 && scores >= 0) {
                return new Found(boxes, labels, scores);
            }
        }
        List<TensorInfo> outputs = model.outputs();
        for (int boxes = 0; boxes < outputs.size(); boxes++) {
            TensorInfo corners = outputs.get(boxes);
            int rank = corners.rank() - 1;
            if ((rank == 1 || rank == 2) && Shapes.isFloat(corners) && Shapes.mayBe(Shapes.last(corners), CORNERS)) {
                int[] labels = IntStream.range(0, outputs.size())
                        .filter(i -> outputs.get(i).rank() == rank && Shapes.isWhole(outputs.get(i)))
                        .toArray();
                int[] scores = IntStream.range(0, outputs.size())
                        .filter(i -> outputs.get(i).rank() == rank && Shapes.isFloat(outputs.get(i)))
                        .toArray();
                if (labels.length == 1 && scores.length == 1) {
                    return new Found(boxes, labels[0], scores[0]);
                }
            }
        }
        return null;
    }

    private static int indexOf(ModelInfo model, String name) {
        return IntStream.range(0, model.outputs().size())
                .filter(i -> model.outputs().get(i).name().equals(name))
                .findFirst()
                .orElse(-1);
    }
}

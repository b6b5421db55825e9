package dev.vigil.workshop.distill;

import dev.vigil.convert.ConvertException;
import dev.vigil.convert.FrameConverter;
import dev.vigil.convert.WindowConverter;
import dev.vigil.detect.BoxRules;
import dev.vigil.detect.DetectOptions;
import dev.vigil.detect.Detections;
import dev.vigil.detect.LabelFilters;
import dev.vigil.detect.Labels;
import dev.vigil.detect.ModelException;
import dev.vigil.detect.PostProcessor;
import dev.vigil.detect.SeamMerge;
import dev.vigil.detect.Suppression;
import dev.vigil.detect.TileOptions;
import dev.vigil.frame.InputSpec;
import dev.vigil.frame.Orientation;
import dev.vigil.frame.Picture;
import dev.vigil.frame.Placement;
import dev.vigil.frame.Window;
import dev.vigil.infer.InferException;
import dev.vigil.infer.TensorRing;
import dev.vigil.pipeline.LoadedModel;
import dev.vigil.pipeline.TileGrid;
import java.util.ArrayList;
import java.util.List;

/**
 * The big model: looks at a picture as a whole, or tile by tile and mirrored too, and tells one set of boxes with the labels of
 * the set that is made. Owns the model. Not threadsafe.
 */
final class Teacher implements AutoCloseable {
    /** Scores below are nobody's label, nor do they help one. */
    private static final float SCORE_FLOOR = 0.05f;

    private static final int BOXES_MAX = 300;

    private final LoadedModel model;
    private final LabelMap map;
    private final TileOptions tiles;
    private final boolean flip;
    private final PostProcessor post;
    private final TensorRing.Runner runner;
    /** One for pictures as they are, one for mirrored ones: swscale stays set up. */
    private final FrameConverter[] whole = new FrameConverter[2];

    private final WindowConverter[] part = new WindowConverter[2];
    private final Placement placement = new Placement();
    private final SeamMerge merge = new SeamMerge();
    /** What counts of one look, by the teacher's own labels. */
    private final BoxRules ofLook;
    /** What counts of all, by the set's labels. */
    private final BoxRules ofAll;

    /**
     * Takes over a model.
     *
     * @param tiles into which pictures are cut for {@link #label}
     * @param flip whether each part is looked at mirrored as well
     * @throws ModelException when it can not look at tiles
     */
    Teacher(LoadedModel model, LabelMap map, TileOptions tiles, boolean flip) throws ModelException, InferException {
        InputSpec input = model.detection().input();
        if (tiles.isTiled() && input.resize() == InputSpec.Resize.CROP) {
            throw new ModelException(
                    "with resize: crop a model sees the middle of each tile only: --tiles 1x1 looks at pictures as a whole");
        }
        this.model = model;
        this.map = map;
        this.tiles = tiles;
        this.flip = flip;
        this.post = model.detection().postProcessor();
        DetectOptions low = new DetectOptions(SCORE_FLOOR, Suppression.Override.NONE, BOXES_MAX, LabelFilters.NONE);
        this.ofLook = model.detection().rules(low);
        this.ofAll = low.rules(Suppression.USUAL, map.labels());
        for (int mirrored = 0; mirrored < 2; mirrored++) {
            whole[mirrored] = new FrameConverter(input);
            part[mirrored] = new WindowConverter(input);
        }
        this.runner = model.tensors().runner();
    }

    /** For people. */
    String family() {
        return model.detection().family().id();
    }

    /** The set's. */
    Labels labels() {
        return map.labels();
    }

    /** What it finds in one look at the whole picture, best score first. */
    Detections glance(Picture picture) throws ConvertException, InferException {
        return look(picture, null, false);
    }

    /** What it finds when it looks at everything, best score first. */
    Detections label(Picture picture) throws ConvertException, InferException {
        if (!tiles.isTiled()) {
            return fused(picture, null);
        }
        TileGrid grid = TileGrid.of(tiles, picture.widthPx(), picture.heightPx());
        Window[] windows = grid.windows();
        Detections[] found = new Detections[windows.length];
        for (int view = 0; view < windows.length; view++) {
            found[view] = fused(picture, view < grid.tiles() ? windows[view] : null);
        }
        Detections merged = new Detections(BOXES_MAX);
        merge.merge(found, windows, windows.length, picture.widthPx(), picture.heightPx(), ofAll, merged);
        return Doubles.without(merged, found, windows);
    }

    /** One part, or with null the whole, as it is and mirrored. */
    private Detections fused(Picture picture, Window window) throws ConvertException, InferException {
        List<Detections> looks = new ArrayList<>();
        looks.add(look(picture, window, false));
        if (flip) {
            looks.add(look(picture, window, true));
        }
        return FlipFusion.fuse(looks);
    }

    private Detections look(Picture picture, Window window, boolean mirrored) throws ConvertException, InferException {
        Orientation upright = picture.orientation();
        int widthPx = picture.widthPx();
        TensorRing tensors = model.tensors();
        int way = mirrored ? 1 : 0;
        Orientation turn = mirrored ? upright.flipped() : upright;
        if (window == null) {
            whole[way].convert(picture.frame(), turn, tensors.inputBytes(0), tensors.inputFloats(0), placement);
        } else {
            Window seen = mirrored
                    ? new Window(widthPx - window.rightPx(), window.topPx(), window.widthPx(), window.heightPx())
                    : window;
            picture.setOrientation(turn);
            try {
                part[way].convert(picture, seen, tensors.inputBytes(0), tensors.inputFloats(0), placement);
            } finally {
                picture.setOrientation(upright);
            }
        }
        runner.run(0, 1);
        Detections boxes = new Detections(BOXES_MAX, model.detection().keypoints());
        post.process(tensors.outputs(0), placement, ofLook, boxes);
        return translated(boxes, mirrored ? widthPx : -1);
    }

    /** With the set's labels, and as the picture is. @param mirroredPx the width of a mirrored picture; -1 for one that is not */
    private Detections translated(Detections boxes, int mirroredPx) {
        Detections into = new Detections(BOXES_MAX);
        for (int i = 0; i < boxes.count(); i++) {
            int label = map.of(boxes.classId(i));
            if (label != LabelMap.NONE) {
                float x1 = mirroredPx < 0 ? boxes.x1(i) : mirroredPx - boxes.x2(i);
                float x2 = mirroredPx < 0 ? boxes.x2(i) : mirroredPx - boxes.x1(i);
                into.add(x1, boxes.y1(i), x2, boxes.y2(i), boxes.score(i), label);
            }
        }
        return into;
    }

    @Override
    public void close() {
        runner.close();
        for (int mirrored = 0; mirrored < 2; mirrored++) {
            whole[mirrored].close();
            part[mirrored].close();
        }
        model.close();
    }
}

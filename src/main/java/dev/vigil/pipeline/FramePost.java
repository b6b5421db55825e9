package dev.vigil.pipeline;

import dev.vigil.base.Sabotage;
import dev.vigil.detect.BoxRules;
import dev.vigil.detect.Detections;
import dev.vigil.detect.PostProcessor;
import dev.vigil.detect.SeamMerge;
import dev.vigil.infer.TensorRing;

/** A frame's outputs into its boxes: those of each view for itself, then merged. Not threadsafe: one for each thread. */
final class FramePost {
    private final PostProcessor post;
    private final TensorRing tensors;
    private final int boxesMax;
    private final int keypoints;
    private final SeamMerge merge = new SeamMerge();
    /** The boxes of each view; made when a frame is cut for the first time. */
    private Detections[] ofViews = {};

    /** @param boxesMax the most boxes of a frame */
    FramePost(LoadedModel model, int boxesMax) {
        this.post = model.detection().postProcessor();
        this.tensors = model.tensors();
        this.boxesMax = boxesMax;
        this.keypoints = model.detection().keypoints();
    }

    /** @param firstTensor of the slot */
    void process(Slot slot, int firstTensor) {
        Sabotage.at("post");
        BoxRules rules = slot.lane.rules;
        if (slot.grid == null) {
            post.process(tensors.outputs(firstTensor), slot.placements[0], rules, slot.detections);
            return;
        }
        makeRoom(slot.views);
        for (int view = 0; view < slot.views; view++) {
            post.processView(
                    tensors.outputs(firstTensor + view),
                    slot.placements[view],
                    slot.grid.windows()[view],
                    rules,
                    ofViews[view]);
        }
        merge.merge(
                ofViews,
                slot.grid.windows(),
                slot.views,
                slot.grid.widthPx(),
                slot.grid.heightPx(),
                rules,
                slot.detections);
    }

    private void makeRoom(int views) {
        if (ofViews.length < views) {
            ofViews = new Detections[views];
            for (int view = 0; view < views; view++) {
                ofViews[view] = new Detections(boxesMax, keypoints);
            }
        }
    }
}

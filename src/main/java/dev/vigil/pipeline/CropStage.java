package dev.vigil.pipeline;

import dev.vigil.base.Clock;
import dev.vigil.base.trace.Recording;
import dev.vigil.base.trace.Tracing;
import dev.vigil.convert.ConvertException;
import dev.vigil.convert.WindowConverter;
import dev.vigil.detect.BoxRules;
import dev.vigil.detect.CropOptions;
import dev.vigil.detect.Detections;
import dev.vigil.detect.PostProcessor;
import dev.vigil.detect.SeamMerge;
import dev.vigil.detect.StageLabels;
import dev.vigil.frame.Picture;
import dev.vigil.frame.Placement;
import dev.vigil.frame.Window;
import dev.vigil.infer.InferException;
import dev.vigil.infer.TensorRing;
import dev.vigil.metrics.health.Pulse;
import java.util.Arrays;

/**
 * One model of a cascade on the crops of a frame: chooses the boxes, cuts them out of the decoded picture into neighbouring
 * tensors, runs those as batches, and adds what is found to the frame's detections, each with the box that it was found in. Where
 * crops overlap, what several of them show is taken as one, as with tiles. Not threadsafe, but for its runner.
 */
final class CropStage implements AutoCloseable {
    private static final int CUT = Tracing.name("cut crops");
    private static final int BOXES = Tracing.name("boxes of crops");

    private final CropOptions options;
    private final TensorRing tensors;
    private final WatchedRunner runner;
    private final Pulse pulse;
    private final WindowConverter converter;
    private final PostProcessor post;
    private final BoxRules rules;
    private final SeamMerge merge = new SeamMerge();
    private final Detections merged;
    /** By class id, whether boxes of it are looked at. */
    private final boolean[] wanted;
    /** The class id of the model's first class. */
    private final int firstClass;

    // of each crop
    private final Window[] windows;
    private final Placement[] placements;
    private final Detections[] found;
    private final int[] parents;

    /** The model's name in recordings. */
    private final int traced;

    private int crops;
    private int leftOut;

    /**
     * @param labels of all models of the cascade
     * @param stage the model's place among them, 1 for the second
     * @throws InferException when it can not be run
     */
    CropStage(ThenModel then, StageLabels labels, int stage, Clock clock, Pulse pulse) throws InferException {
        this.pulse = pulse;
        LoadedModel model = then.model();
        this.options = then.crops();
        this.traced = Tracing.name(model.engine().name());
        this.tensors = model.tensors();
        this.rules = model.detection().rules(then.detect());
        this.firstClass = labels.firstClass(stage);
        this.wanted = new boolean[labels.all().count()];
        for (int c = 0; c < wanted.length; c++) {
            wanted[c] = options.labels().isEmpty()
                    || options.labels().contains(labels.all().name(c));
        }
        int keypoints = model.detection().keypoints();
        this.windows = new Window[options.max()];
        this.placements = new Placement[options.max()];
        this.found = new Detections[options.max()];
        this.parents = new int[options.max()];
        Arrays.setAll(windows, i -> new Window());
        Arrays.setAll(placements, i -> new Placement());
        Arrays.setAll(found, i -> new Detections(rules.boxesMax(), keypoints));
        this.merged = new Detections(rules.boxesMax(), keypoints);
        this.post = model.detection().postProcessor();
        this.converter = new WindowConverter(model.detection().input());
        this.runner =
                new WatchedRunner(tensors.runner(), model.engine().options().timeout(), clock);
    }

    /**
     * Looks at the boxes of the model before, and appends what it finds in them.
     *
     * @param from and {@code to}: the first of those boxes, and the first after them; best score first
     * @return how many crops were looked at
     */
    int run(Picture picture, Detections detections, int from, int to) throws ConvertException, InferException {
        choose(picture, detections, from, to);
        if (crops == 0) {
            return 0;
        }
        Recording recording = Tracing.current();
        long cutNs = recording == null ? 0 : System.nanoTime();
        for (int crop = 0; crop < crops; crop++) {
            converter.convert(
                    picture, windows[crop], tensors.inputBytes(crop), tensors.inputFloats(crop), placements[crop]);
        }
        if (recording != null) {
            recording.slice(CUT, traced, cutNs, crops);
        }
        for (int at = 0; at < crops; at += tensors.batchMax()) {
            pulse.beat();
            runner.run(at, Math.min(tensors.batchMax(), crops - at));
        }
        pulse.beat();
        long boxesNs = recording == null ? 0 : System.nanoTime();
        for (int crop = 0; crop < crops; crop++) {
            post.processView(tensors.outputs(crop), placements[crop], windows[crop], rules, found[crop]);
        }
        merge.merge(found, windows, crops, picture.widthPx(), picture.heightPx(), rules, merged);
        append(detections);
        if (recording != null) {
            recording.slice(BOXES, traced, boxesNs, crops);
        }
        return crops;
    }

    /** Boxes that {@link #run} has left out at its last call because there were more than are allowed. */
    int leftOut() {
        return leftOut;
    }

    private void choose(Picture picture, Detections detections, int from, int to) {
        crops = 0;
        leftOut = 0;
        for (int i = from; i < to; i++) {
            float width = detections.x2(i) - detections.x1(i);
            float height = detections.y2(i) - detections.y1(i);
            if (!wanted[detections.classId(i)] || Math.min(width, height) < options.minSizePx()) {
                continue;
            }
            if (crops == windows.length) {
                leftOut++;
                continue;
            }
            int left = (int) Math.max(0, Math.floor(detections.x1(i) - options.margin() * width));
            int top = (int) Math.max(0, Math.floor(detections.y1(i) - options.margin() * height));
            int right = (int) Math.min(picture.widthPx(), Math.ceil(detections.x2(i) + options.margin() * width));
            int bottom = (int) Math.min(picture.heightPx(), Math.ceil(detections.y2(i) + options.margin() * height));
            windows[crops].set(left, top, right - left, bottom - top);
            parents[crops++] = i;
        }
    }

    private void append(Detections detections) {
        for (int i = 0; i < merged.count(); i++) {
            boolean added = detections.addInside(
                    parents[merge.viewOf(i)],
                    merged.x1(i),
                    merged.y1(i),
                    merged.x2(i),
                    merged.y2(i),
                    merged.score(i),
                    firstClass + merged.classId(i));
            for (int point = 0; added && point < merged.keypoints(); point++) {
                detections.keypoint(point, merged.keypointX(i, point), merged.keypointY(i, point));
            }
        }
    }

    WatchedRunner runner() {
        return runner;
    }

    @Override
    public void close() {
        runner.close();
        converter.close();
    }
}

package dev.vigil.workshop.distill;

import dev.vigil.convert.ConvertException;
import dev.vigil.detect.Detections;
import dev.vigil.draw.Canvas;
import dev.vigil.frame.Picture;
import dev.vigil.infer.InferException;
import dev.vigil.lens.PictureJudge;
import dev.vigil.lens.PictureJudge.Verdict;
import dev.vigil.workshop.trial.FrameWalk.Place;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Frames that may become part of the set, as they come: those that show something and are not nearly one that is there already.
 * Their pictures lie in a folder. When there are too many, those are dropped that are most like others, so that memory and disk
 * do not grow with the frames that are looked at (the farthest points of parts hold those of the whole: composable core-sets of
 * Indyk et al., 2014). Not threadsafe.
 */
final class FramePool implements AutoCloseable {
    /** So many times the frames that are wanted are kept. */
    private static final int KEPT = 4;

    private static final int KEPT_MIN = 100;

    /** Nearer frames teach the same: what noise, a breath or a step of somebody far away changes. */
    static final double APART = 0.03;
    /** A picture that looks so different is of another scene: things that move do not change so much, a cut or a turn does. */
    private static final double SCENE_APART = 0.12;

    /** Compression that cannot be seen. */
    private static final int JPEG_QUALITY = 95;

    /** A label that is in fewer frames is rare (the threshold of {@link #weights}). */
    private static final double RARE_SHARE = 0.1;

    private static final double WEIGHT_MAX = 3;

    private final Path folder;
    private final Teacher teacher;
    private final float scoreMin;
    private final String ending;
    private final int keptMax;
    private final FileNames names = new FileNames();
    private final PictureJudge judge = new PictureJudge();
    private final Canvas canvas = new Canvas();
    private final FrameSketch sketches;
    private final List<Candidate> kept = new ArrayList<>();
    private final Map<Verdict, Integer> verdicts = new EnumMap<>(Verdict.class);
    /** In how many frames each label was seen. */
    private final int[] framesWith;

    private int copies;
    private int scene;
    /** Of the frame before; null before the first. */
    private float[] lastSketch;

    private Place lastPlace;

    /**
     * @param folder for their pictures
     * @param count frames that are wanted in the end
     * @param scoreMin boxes count when their score is above
     * @param png whether pictures are kept exactly
     */
    FramePool(Path folder, Teacher teacher, int count, float scoreMin, boolean png) {
        this.folder = folder;
        this.teacher = teacher;
        this.scoreMin = scoreMin;
        this.ending = png ? ".png" : ".jpg";
        this.keptMax = Math.max(KEPT_MIN, KEPT * count);
        this.sketches = new FrameSketch(teacher.labels().count());
        this.framesWith = new int[teacher.labels().count()];
    }

    /** Looks at a frame; it stays the caller's. */
    void offer(Place place, Picture picture) throws ConvertException, InferException, IOException {
        Verdict verdict = judge.judge(picture);
        verdicts.merge(verdict, 1, Integer::sum);
        if (verdict != Verdict.GOOD) {
            return;
        }
        Detections boxes = teacher.glance(picture);
        float[] sketch = sketches.of(picture, boxes, scoreMin);
        BitSet labels = labels(boxes);
        labels.stream().forEach(label -> framesWith[label]++);
        if (isOtherScene(place, sketch)) {
            scene++;
        }
        lastSketch = sketch;
        lastPlace = place;
        for (Candidate candidate : kept) {
            if (FarthestPoint.squared(candidate.sketch(), sketch) < APART * APART) {
                copies++;
                return;
            }
        }
        Path file = folder.resolve(names.of(place) + ending);
        canvas.load(picture);
        canvas.write(file, JPEG_QUALITY);
        kept.add(new Candidate(file, place, scene, sketch, labels, picture.widthPx(), picture.heightPx()));
        if (kept.size() >= keptMax) {
            thin();
        }
    }

    private BitSet labels(Detections boxes) {
        BitSet labels = new BitSet();
        for (int i = 0; i < boxes.count(); i++) {
            if (boxes.score(i) > scoreMin) {
                labels.set(boxes.classId(i));
            }
        }
        return labels;
    }

    /** Pictures of a folder are taken to follow each other, as the frames of a video do. */
    private boolean isOtherScene(Place place, float[] sketch) {
        if (lastPlace == null) {
            return false;
        }
        boolean follows = place.source().equals(lastPlace.source()) || place.length() == 1 && lastPlace.length() == 1;
        return !follows || FrameSketch.lookApart(sketch, lastSketch) > SCENE_APART;
    }

    /** Keeps the more different half. */
    private void thin() throws IOException {
        int[] chosen = FarthestPoint.choose(points(kept), weights(kept), keptMax / 2, 0, -1);
        BitSet stays = new BitSet();
        Arrays.stream(chosen).forEach(stays::set);
        List<Candidate> all = List.copyOf(kept);
        kept.clear();
        for (int i = 0; i < all.size(); i++) {
            if (stays.get(i)) {
                kept.add(all.get(i));
            } else {
                Files.delete(all.get(i).file());
            }
        }
    }

    static float[][] points(List<Candidate> candidates) {
        return candidates.stream().map(Candidate::sketch).toArray(float[][]::new);
    }

    /**
     * How much more frames count whose labels are rare: by the rarest, the square root of {@link #RARE_SHARE} over the share of
     * frames that have it (the repeat factor of LVIS, Gupta et al., 2019; detectron2's {@code RepeatFactorTrainingSampler}), from
     * 1 to {@link #WEIGHT_MAX}.
     */
    float[] weights(List<Candidate> candidates) {
        double good = verdicts.getOrDefault(Verdict.GOOD, 0);
        float[] weights = new float[candidates.size()];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (float) candidates.get(i).labels().stream()
                    .mapToDouble(label -> Math.sqrt(RARE_SHARE * good / framesWith[label]))
                    .map(factor -> Math.max(1, Math.min(WEIGHT_MAX, factor)))
                    .max()
                    .orElse(1);
        }
        return weights;
    }

    /** Those that are there, in the order in which they came. */
    List<Candidate> candidates() {
        return List.copyOf(kept);
    }

    /** How many are there. */
    int size() {
        return kept.size();
    }

    /** How many frames were judged so. */
    int judged(Verdict verdict) {
        return verdicts.getOrDefault(verdict, 0);
    }

    /** Frames that were nearly one that was there. */
    int copies() {
        return copies;
    }

    @Override
    public void close() {
        canvas.close();
        sketches.close();
    }
}

package dev.vigil.workshop.accuracy;

import dev.vigil.workshop.accuracy.TruthJson.Element;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The objects of a video, frame by frame, counted from 0; as {@code media/demo-clip.truth.json} has them. */
final class ClipTruth implements TruthFile {
    static final String FRAMES = "frames";

    /**
     * The share of an object that is to be seen, from which on it must be found. Below, its box is what little the picture's edge
     * or another object leaves of it, which no model can be asked to find, nor told off for.
     */
    static final double VISIBLE_MIN = 0.25;

    private static final String OBJECTS = "objects";

    private record Frame(String place, List<MarkedObject> objects) {}

    private final Path file;
    private final LabelIds ids;
    private final String stem;
    private final Map<Long, Frame> frames = new HashMap<>();
    private double widthPx;
    private double heightPx;

    private ClipTruth(Path file, LabelIds ids) {
        this.file = file;
        this.ids = ids;
        this.stem = file.getFileName().toString().replaceFirst("(\\.truth)?\\.json$", "");
    }

    static ClipTruth open(Path file, LabelIds ids) throws IOException {
        ClipTruth truth = new ClipTruth(file, ids);
        TruthJson.read(file, Set.of(FRAMES), Set.of("width", "height"), truth::take);
        return truth;
    }

    private void take(Element element) throws TruthException {
        switch (element.key()) {
            case "width" -> widthPx = size(element);
            case "height" -> heightPx = size(element);
            default -> {
                if (frames.putIfAbsent(element.id("frame"), frame(element)) != null) {
                    throw element.wrong("frame " + element.id("frame") + " is told twice");
                }
            }
        }
    }

    private static double size(Element element) throws TruthException {
        if (!element.node().isNumber() || !(element.node().doubleValue() > 0)) {
            throw element.wrong("is " + Element.shown(element.node()) + ", a number of pixels is expected");
        }
        return element.node().doubleValue();
    }

    private static Frame frame(Element element) throws TruthException {
        if (!element.node().path(OBJECTS).isArray()) {
            throw element.wrong(
                    OBJECTS + " is " + Element.shown(element.node().path(OBJECTS)) + ", a list is expected");
        }
        List<MarkedObject> objects = new ArrayList<>();
        for (int i = 0; i < element.node().path(OBJECTS).size(); i++) {
            objects.add(object(element.inside(OBJECTS, i)));
        }
        return new Frame(element.place(), objects);
    }

    private static MarkedObject object(Element element) throws TruthException {
        double[] xyxy = element.box("xyxy", "left, top, right, bottom");
        if (xyxy[2] < xyxy[0] || xyxy[3] < xyxy[1]) {
            throw element.wrong("xyxy ends before it begins: left, top, right, bottom are expected");
        }
        double visible = element.numberOr("visible", 1);
        if (visible < 0 || visible > 1) {
            throw element.wrong("visible is " + visible + ", allowed is 0..1");
        }
        double area = (xyxy[2] - xyxy[0]) * (xyxy[3] - xyxy[1]);
        return new MarkedObject(element.text("label"), xyxy[0], xyxy[1], xyxy[2], xyxy[3], area, visible < VISIBLE_MIN);
    }

    @Override
    public Known of(String source, long number, int frameWidthPx, int frameHeightPx) throws TruthException {
        Frame frame = stem(source).equals(stem) ? frames.get(number - 1) : null;
        return frame == null
                ? null
                : MarkedObject.in(
                        frame.objects, ids, file, frame.place, widthPx, heightPx, frameWidthPx, frameHeightPx);
    }

    private static String stem(String source) {
        String name = source.substring(source.lastIndexOf('/') + 1);
        return name.lastIndexOf('.') > 0 ? name.substring(0, name.lastIndexOf('.')) : name;
    }

    @Override
    public String text() {
        return "the truth of " + frames.size() + " frames of a video called " + stem;
    }
}

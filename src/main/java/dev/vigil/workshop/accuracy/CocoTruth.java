package dev.vigil.workshop.accuracy;

import dev.vigil.workshop.accuracy.TruthJson.Element;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * COCO's JSON of instances: {@code bbox} is x, y, width, height; without {@code area} the box's own holds (cocodataset.org,
 * format-data; cocodataset/cocoapi, PythonAPI/pycocotools/coco.py). Segmentations are not looked at.
 */
final class CocoTruth implements TruthFile {
    static final String ANNOTATIONS = "annotations";
    private static final String IMAGES = "images";
    private static final String CATEGORIES = "categories";

    private record Image(String place, double widthPx, double heightPx, List<MarkedObject> objects) {}

    /** An annotation whose image and category may only come later in the file. */
    private record Annotation(String place, long image, long category, double[] xywh, double area, boolean crowd) {}

    private final Path file;
    private final LabelIds ids;
    private final SourceIndex<Image> index;
    private final Map<Long, Image> images = new HashMap<>();
    private final Map<Long, String> categories = new HashMap<>();
    private final List<Annotation> annotations = new ArrayList<>();

    private CocoTruth(Path file, LabelIds ids) {
        this.file = file;
        this.ids = ids;
        this.index = new SourceIndex<>(file);
    }

    static CocoTruth open(Path file, LabelIds ids) throws IOException {
        CocoTruth truth = new CocoTruth(file, ids);
        TruthJson.read(file, Set.of(IMAGES, ANNOTATIONS, CATEGORIES), Set.of(), truth::take);
        for (Annotation annotation : truth.annotations) {
            truth.settle(annotation);
        }
        truth.annotations.clear();
        return truth;
    }

    private void take(Element element) throws TruthException {
        switch (element.key()) {
            case IMAGES -> {
                String name = element.text("file_name");
                Image image = new Image(
                        element.place() + " (" + name + ")",
                        element.numberOr("width", 0),
                        element.numberOr("height", 0),
                        new ArrayList<>());
                if (images.putIfAbsent(element.id("id"), image) != null) {
                    throw element.wrong("another image has the id " + element.id("id") + " too");
                }
                index.add(name, image);
            }
            case CATEGORIES -> categories.put(element.id("id"), element.text("name"));
            default -> annotations.add(annotation(element));
        }
    }

    private static Annotation annotation(Element element) throws TruthException {
        double[] xywh = element.box("bbox", "x, y, width, height");
        if (xywh[2] < 0 || xywh[3] < 0) {
            throw element.wrong(
                    "bbox has a width of " + xywh[2] + " and a height of " + xywh[3] + ", allowed is 0 and more");
        }
        return new Annotation(
                element.place(),
                element.id("image_id"),
                element.id("category_id"),
                xywh,
                element.numberOr("area", xywh[2] * xywh[3]),
                element.numberOr("iscrowd", 0) != 0);
    }

    private void settle(Annotation annotation) throws TruthException {
        Image image = images.get(annotation.image);
        String label = categories.get(annotation.category);
        if (image == null) {
            throw new TruthException(
                    file, annotation.place, "image_id " + annotation.image + " is of none of the images");
        }
        if (label == null) {
            throw new TruthException(
                    file, annotation.place, "category_id " + annotation.category + " is of none of the categories");
        }
        double[] xywh = annotation.xywh;
        image.objects.add(new MarkedObject(
                label, xywh[0], xywh[1], xywh[0] + xywh[2], xywh[1] + xywh[3], annotation.area, annotation.crowd));
    }

    @Override
    public Known of(String source, long number, int widthPx, int heightPx) throws TruthException {
        Image image = number == 1 ? index.find(source) : null; // it is about pictures
        return image == null
                ? null
                : MarkedObject.in(
                        image.objects, ids, file, image.place, image.widthPx, image.heightPx, widthPx, heightPx);
    }

    @Override
    public String text() {
        return "COCO's JSON of " + images.size() + (images.size() == 1 ? " picture" : " pictures");
    }
}

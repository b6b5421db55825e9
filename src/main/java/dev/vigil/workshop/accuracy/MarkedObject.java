package dev.vigil.workshop.accuracy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** An object as a file has it, in pixels of the picture that the file knows. */
record MarkedObject(String label, double x1, double y1, double x2, double y2, double area, boolean crowd) {
    /** How much wider one of two pictures of one shape may be: sizes are whole pixels. */
    private static final double SHAPE_NEAR = 0.02;

    /**
     * The objects of a picture where it is of another size.
     *
     * @param place of the picture in the file
     * @param ofWidthPx what the file says of the picture's size; 0 where it does not, and then it is the frame's
     * @throws TruthException when the frame is of another shape
     */
    static TruthFile.Known in(
            List<MarkedObject> objects,
            LabelIds ids,
            Path file,
            String place,
            double ofWidthPx,
            double ofHeightPx,
            int widthPx,
            int heightPx)
            throws TruthException {
        double x = ofWidthPx > 0 ? widthPx / ofWidthPx : 1;
        double y = ofHeightPx > 0 ? heightPx / ofHeightPx : 1;
        if (Math.abs(x / y - 1) > SHAPE_NEAR) {
            throw new TruthException(
                    file,
                    place,
                    String.format(
                            "is for a picture of %.0fx%.0f, but the frame is %dx%d",
                            ofWidthPx, ofHeightPx, widthPx, heightPx));
        }
        List<Truth> known = new ArrayList<>();
        List<String> unknown = new ArrayList<>();
        for (MarkedObject object : objects) {
            int id = ids.of(object.label);
            if (id == LabelIds.UNKNOWN) {
                unknown.add(object.label);
            } else {
                known.add(new Truth(
                        id,
                        x * object.x1,
                        y * object.y1,
                        x * object.x2,
                        y * object.y2,
                        x * y * object.area,
                        object.crowd));
            }
        }
        return new TruthFile.Known(place, known, unknown);
    }
}

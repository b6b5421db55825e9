package dev.vigil.workshop.accuracy;

import dev.vigil.detect.Labels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * What somebody says is in pictures, in one of the forms that such things come in:
 *
 * <ul>
 *   <li>COCO's JSON of instances, with {@code images}, {@code annotations} and {@code categories}: a picture is found by the end
 *       of its path, which is {@code file_name}
 *   <li>a folder in YOLO's form: {@code labels/NAME.txt} beside {@code images/NAME.jpg}, and the names of the classes in {@code
 *       data.yaml} or {@code classes.txt}; a picture under {@code images} without a file of its own has no object
 *   <li>the truth of a video, {@code NAME.truth.json} for {@code NAME.mp4}: {@code frames} with their {@code objects}. Of an
 *       object less than a quarter of which is to be seen, nothing is asked: it is a crowd
 * </ul>
 *
 * <p>Boxes are for pictures of the size that the file tells, and are scaled to others of the same shape. Not threadsafe.
 */
public interface TruthFile {
    /**
     * What is known of one picture.
     *
     * @param place where it stands, in the file or of the folder
     * @param objects of classes that the labels have, in pixels of the upright frame
     * @param unknown the label of each object that the labels do not have
     */
    record Known(String place, List<Truth> objects, List<String> unknown) {
        public Known {
            objects = List.copyOf(objects);
            unknown = List.copyOf(unknown);
        }
    }

    /** Reads the names of classes, in their order, from a {@code data.yaml}. */
    interface NamesFile {
        List<String> read(Path yaml) throws IOException;
    }

    /**
     * What is known of a picture.
     *
     * @param source where it is from, as a path
     * @param number of the frame in its source, 1 for the first
     * @param widthPx of the upright picture, as {@code heightPx} is
     * @return null where nothing is known
     * @throws TruthException when what stands there can not be used, or is for another picture
     */
    Known of(String source, long number, int widthPx, int heightPx) throws TruthException;

    /** What it is, for people: {@code COCO's JSON of 5000 pictures}. */
    String text();

    /**
     * Opens a file or folder; which form it has is seen from it.
     *
     * @param labels the classes that are wanted, by their names: upper and lower case, {@code _}, {@code -} and blanks make no
     *     difference
     * @param names reads the {@code data.yaml} of a folder
     * @throws TruthException when it is none of the forms, or can not be used
     */
    static TruthFile read(Path path, Labels labels, NamesFile names) throws IOException {
        LabelIds ids = new LabelIds(labels);
        if (Files.isDirectory(path) || YoloTruth.isYaml(path)) {
            return YoloTruth.open(path, ids, names);
        }
        if (!Files.isRegularFile(path)) {
            throw new TruthException(path, "there is no such file or folder");
        }
        Set<String> keys = TruthJson.keys(path);
        if (keys.contains(CocoTruth.ANNOTATIONS)) {
            return CocoTruth.open(path, ids);
        }
        if (keys.contains(ClipTruth.FRAMES)) {
            return ClipTruth.open(path, ids);
        }
        throw new TruthException(
                path,
                "is no truth: images, annotations and categories of COCO are allowed, or frames of a video; it has "
                        + (keys.isEmpty() ? "nothing" : String.join(", ", keys)));
    }
}

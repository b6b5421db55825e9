package dev.vigil.workshop.accuracy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vigil.detect.Labels;
import dev.vigil.workshop.accuracy.TruthFile.Known;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The forms that truth comes in, and files that are none of them. */
class TruthFileTest {
    private static final Labels LABELS = Labels.of(List.of("person", "traffic light", "cat", "cup"), "the test");

    private static final String COCO = """
            {"info": {"year": 2026},
             "images": [{"id": 7, "file_name": "val/a.jpg", "width": 640, "height": 480},
                        {"id": 8, "file_name": "train/a.jpg", "width": 640, "height": 480},
                        {"id": 9, "file_name": "b.png"}],
             "annotations": [
                {"id": 1, "image_id": 7, "category_id": 1, "bbox": [10, 20, 30, 40], "area": 600.5, "iscrowd": 0,
                 "segmentation": [[10, 20, 40, 20, 40, 60]]},
                {"id": 2, "image_id": 7, "category_id": 10, "bbox": [0, 0, 640, 480], "area": 9000, "iscrowd": 1},
                {"id": 3, "image_id": 7, "category_id": 5, "bbox": [1, 2, 3, 4]},
                {"id": 4, "image_id": 9, "category_id": 1, "bbox": [1, 2, 3, 4]}],
             "categories": [{"id": 1, "name": "person"}, {"id": 10, "name": "Traffic_Light"}, {"id": 5, "name": "kite"}]}
            """;

    @TempDir
    Path folder;

    private Path write(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }

    private static TruthFile read(Path path) throws IOException {
        return TruthFile.read(
                path, LABELS, yaml -> List.of(Files.readString(yaml).split(" ")));
    }

    @Test
    void shouldTellObjectsWhenAPictureIsOneOfCocos() throws Exception {
        TruthFile truth = read(write("instances.json", COCO));
        Known known = truth.of("/data/coco/val/a.jpg", 1, 640, 480);
        assertThat(known.objects())
                .containsExactly(new Truth(0, 10, 20, 40, 60, 600.5, false), new Truth(1, 0, 0, 640, 480, 9000, true));
        assertThat(known.unknown()).as("told, not dropped").containsExactly("kite");
        assertThat(known.place()).isEqualTo("images[0] (val/a.jpg)");
        assertThat(truth.of("train/a.jpg", 1, 640, 480).objects())
                .as("a picture without annotations is empty")
                .isEmpty();
        assertThat(truth.of("other/b.png", 1, 50, 60).objects())
                .as("without an area it is the box's")
                .containsExactly(new Truth(0, 1, 2, 4, 6, 12, false));
        assertThat(truth.of("c.jpg", 1, 640, 480)).isNull();
        assertThat(truth.of("b.png", 2, 50, 60)).as("a frame of a video").isNull();
        assertThat(truth.text()).isEqualTo("COCO's JSON of 3 pictures");
    }

    @Test
    void shouldScaleBoxesWhenAFrameIsOfAnotherSize() throws Exception {
        TruthFile truth = read(write("instances.json", COCO));
        assertThat(truth.of("val/a.jpg", 1, 1280, 960).objects().get(0))
                .isEqualTo(new Truth(0, 20, 40, 80, 120, 2402, false));
        assertThatThrownBy(() -> truth.of("val/a.jpg", 1, 480, 640))
                .isInstanceOf(TruthException.class)
                .hasMessage(folder.resolve("instances.json")
                        + ": images[0] (val/a.jpg): is for a picture of 640x480, but the frame is 480x640");
    }

    @Test
    void shouldRefuseToGuessWhenThePathDoesNotTellWhichPictureItIs() throws Exception {
        TruthFile truth = read(write("instances.json", COCO));
        assertThatThrownBy(() -> truth.of("a.jpg", 1, 640, 480))
                .hasMessageContaining("does not tell which picture a.jpg is: val/a.jpg or train/a.jpg");
    }

    @Test
    void shouldTellObjectsWhenAFolderIsInYolosForm() throws Exception {
        write("set/data.yaml", "kite person cat");
        write("set/labels/val/a.txt", "1 0.5 0.5 0.2 0.4\n\n0 0.1 0.1 0.1 0.1\n2 0 0 0.5 0 0.5 0.5\n");
        write("set/images/val/a.jpg", "");
        write("set/images/val/empty.jpg", "");
        TruthFile truth = read(folder.resolve("set"));
        Known known = truth.of(folder + "/set/images/val/a.jpg", 1, 100, 200);
        assertThat(known.objects())
                .usingRecursiveComparison()
                .withComparatorForType((a, b) -> Math.abs(a - b) < 1e-9 ? 0 : 1, Double.class)
                .isEqualTo(
                        List.of(new Truth(0, 40, 60, 60, 140, 1600, false), new Truth(2, 0, 0, 50, 100, 2500, false)));
        assertThat(known.unknown()).containsExactly("kite");
        assertThat(truth.of("images/val/empty.jpg", 1, 100, 200).objects()).isEmpty();
        assertThat(truth.of("images/val/foreign.jpg", 1, 100, 200)).isNull();
        assertThat(truth.text()).isEqualTo("a folder in YOLO's form with the labels of 1 picture");
        assertThat(read(folder.resolve("set/data.yaml"))
                        .of("val/a.jpg", 1, 100, 200)
                        .objects())
                .as("by the name of its data.yaml")
                .hasSize(2);
    }

    @Test
    void shouldTakeTheNamesOfClassesTxtWhenThereIsNoYaml() throws Exception {
        write("set/labels/classes.txt", "cat\nperson\n");
        write("set/labels/a.txt", "0 0.5 0.5 1 1");
        assertThat(read(folder.resolve("set")).of("a.jpg", 1, 10, 10).objects())
                .containsExactly(Truth.of(2, 0, 0, 10, 10));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            9 0.5 0.5 1 1     | line 1: the class is 9, allowed is 0..1
            cat 0.5 0.5 1 1   | line 1: the class is cat, allowed is 0..1
            0 0.5 0.5 1       | line 1: has 3 numbers after the class; allowed are 4, centre and size of a box
            0 0.5 0.5 1 1 0.9 | line 1: has 5 numbers after the class
            0 0.5 0.5 64 1    | line 1: 64 is no part of the picture, allowed is 0..1
            0 0.5 NaN 1 1     | line 1: NaN is no part of the picture
            0 0.5 x 1 1       | line 1: x is no number
            """)
    void shouldTellThePlaceWhenALineOfYolosIsWrong(String line, String message) throws Exception {
        write("set/classes.txt", "cat\nperson\n");
        Path file = write("set/labels/a.txt", line);
        TruthFile truth = read(folder.resolve("set"));
        assertThatThrownBy(() -> truth.of("a.jpg", 1, 10, 10))
                .isInstanceOf(TruthException.class)
                .hasMessageStartingWith(file + ": " + message);
    }

    @Test
    void shouldTellWhatIsMissingWhenAFolderIsNotYolos() throws Exception {
        assertThatThrownBy(() -> read(folder)).hasMessageContaining("has no folder labels: a folder with labels/");
        write("labels/a.txt", "");
        assertThatThrownBy(() -> read(folder)).hasMessageContaining("has neither data.yaml nor classes.txt");
    }

    @Test
    void shouldTellObjectsWhenTheTruthIsAVideos() throws Exception {
        TruthFile truth = read(Path.of("media/demo-clip.truth.json"));
        Known known = truth.of("some/demo-clip.mp4", 1, 1280, 720);
        assertThat(known.objects().get(0).x1()).isEqualTo(442.6);
        assertThat(known.objects()).hasSize(2).noneMatch(Truth::crowd);
        assertThat(truth.of("demo-clip.mp4", 15, 1280, 720).objects())
                .as("the cup in frame 14 is hardly in the picture")
                .filteredOn(Truth::crowd)
                .hasSize(1);
        assertThat(truth.of("other.mp4", 1, 1280, 720)).as("another video").isNull();
        assertThat(truth.of("demo-clip.mp4", 401, 1280, 720))
                .as("after its end")
                .isNull();
        assertThat(truth.text()).isEqualTo("the truth of 400 frames of a video called demo-clip");
    }

    @Test
    void shouldAskNothingWhenAnObjectIsHardlyVisible() throws Exception {
        TruthFile truth = read(write("v.truth.json", """
                {"width": 100, "height": 100, "frames": [{"frame": 0, "objects": [
                  {"label": "cat", "xyxy": [0, 0, 10, 10], "visible": 0.24},
                  {"label": "cat", "xyxy": [0, 0, 10, 10], "visible": 0.25},
                  {"label": "cat", "xyxy": [0, 0, 10, 10]}]}]}
                """));
        assertThat(truth.of("v.mp4", 1, 100, 100).objects())
                .extracting(Truth::crowd)
                .containsExactly(true, false, false);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            []                                                 | is no JSON object
            {"a": 1, "b": 2}                                   | is no truth: images, annotations and categories of COCO are allowed, or frames of a video; it has a, b
            {}                                                 | it has nothing
            {"annotations": [}                                 | line 1, column
            {"annotations": 5}                                 | annotations: is no list
            {"annotations": [{"bbox": [1, 2, 3]}]}             | annotations[0]: bbox is [1,2,3], four numbers are expected: x, y, width, height
            {"annotations": [{"bbox": [1, 2, -3, 4]}]}         | annotations[0]: bbox has a width of -3.0
            {"annotations": [{"bbox": [1, 2, 3, 4]}]}          | annotations[0]: image_id is missing, a whole number is expected
            {"annotations": [{"bbox": [1, 2, 3, 4], "image_id": 1, "category_id": 1}]} | annotations[0]: image_id 1 is of none of the images
            {"annotations": [], "images": [{"id": 1}]}         | images[0]: file_name is missing, a text is expected
            {"annotations": [], "images": [{"id": 1, "file_name": "a"}, {"id": 1, "file_name": "b"}]} | images[1]: another image has the id 1 too
            {"frames": [{"frame": 1}]}                         | frames[0]: objects is missing, a list is expected
            {"frames": [{"frame": 1, "objects": []}, {"frame": 1, "objects": []}]} | frames[1]: frame 1 is told twice
            {"frames": [{"frame": 1, "objects": [{"label": "cat", "xyxy": [5, 0, 1, 1]}]}]} | frames[0].objects[0]: xyxy ends before it begins
            {"frames": [{"frame": 1, "objects": [{"label": "cat", "xyxy": [0, 0, 1e999, 1]}]}]} | frames[0].objects[0]: xyxy is
            {"frames": [{"frame": 1, "objects": [{"label": "cat", "xyxy": [0, 0, 1, 1], "visible": 2}]}]} | frames[0].objects[0]: visible is 2.0, allowed is 0..1
            {"width": "wide", "frames": []}                    | width: is "wide", a number of pixels is expected
            """)
    void shouldTellThePlaceWhenAJsonFileIsWrong(String text, String message) throws Exception {
        Path file = write("wrong.json", text);
        assertThatThrownBy(() -> read(file))
                .isInstanceOf(TruthException.class)
                .hasMessageStartingWith(file + ": ")
                .hasMessageContaining(message);
    }

    @Test
    void shouldSayThatItIsMissingWhenThereIsNoSuchFile() {
        assertThatThrownBy(() -> read(folder.resolve("none.json")))
                .hasMessage(folder.resolve("none.json") + ": there is no such file or folder");
    }
}

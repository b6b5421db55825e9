package dev.vigil.app.detect;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vigil.BrightModel;
import dev.vigil.OnnxFile;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A second model on crops of what the first finds: red persons with blue faces. */
@Timeout(60)
class DetectThenTest extends DetectCommandRun {
    private Path first;
    private Path second;
    private Path picture;

    @BeforeEach
    void paint() throws Exception {
        first = BrightModel.write(folder.resolve("people.onnx"), 1, 64, 64);
        Files.writeString(folder.resolve("people.yml"), "labels: [person, plant, water]\n");
        second = BrightModel.write(folder.resolve("faces.onnx"), OnnxFile.OPEN, 96, 96);
        Files.writeString(folder.resolve("faces.yml"), "labels: [coat, tie, face]\n");
        BufferedImage image = new BufferedImage(400, 300, BufferedImage.TYPE_INT_RGB);
        Graphics2D brush = image.createGraphics();
        brush.setColor(Color.RED);
        brush.fillRect(100, 50, 120, 200);
        brush.setColor(Color.BLUE);
        brush.fillRect(140, 80, 30, 40);
        brush.dispose();
        picture = folder.resolve("photo.png");
        assertThat(ImageIO.write(image, "png", picture.toFile())).isTrue();
    }

    /** {@code model/label in parent} of each. */
    private List<String> found() throws Exception {
        List<String> found = new ArrayList<>();
        for (JsonNode each : lines().get(0).get("detections")) {
            found.add(
                    each.has("model")
                            ? each.get("model").textValue() + "/"
                                    + each.get("label").textValue() + " in "
                                    + each.get("parent").intValue()
                            : each.get("label").textValue());
        }
        return found;
    }

    private int see(Object... more) {
        List<Object> all = new ArrayList<>(List.of("--json", "--model", first, "--then", second));
        all.addAll(List.of(more));
        all.add(picture);
        return run(all.toArray());
    }

    @Test
    void shouldTellWhatIsInsideWithItsModelAndParentWhenAnotherModelFollows() throws Exception {
        assertThat(see("--then-labels", "person")).as(err.toString()).isZero();
        assertThat(found()).containsExactlyInAnyOrder("person", "water", "faces/coat in 0", "faces/face in 0");
        JsonNode face = null;
        for (JsonNode each : lines().get(0).get("detections")) {
            face = each.get("label").textValue().equals("face") ? each : face;
        }
        assertThat(face).isNotNull();
        int[] box = {140, 80, 30, 40};
        for (int i = 0; i < 4; i++) {
            assertThat(Math.abs(face.get("box").get(i).doubleValue() - box[i]))
                    .as("of a pixel of the crop, %s", face)
                    .isLessThan(4);
        }
    }

    @Test
    void shouldTellThoseLabelsOfEitherModelWhenOnlySomeAreWanted() throws Exception {
        assertThat(see("--only", "person,face")).as(err.toString()).isZero();
        assertThat(found()).containsExactly("person", "faces/face in 0");
    }

    @Test
    void shouldSayWhatIsWrongWhenLabelsDoNotFitTheModels() {
        assertThat(see("--only", "person,dog")).isEqualTo(1);
        assertThat(err.toString()).contains("has no label dog", "its labels are person, plant, water, coat, tie, face");
        err.getBuffer().setLength(0);
        assertThat(see("--only", "face")).isEqualTo(1);
        assertThat(err.toString()).contains("--only face leaves nothing for --then to look at");
        err.getBuffer().setLength(0);
        assertThat(see("--then-labels", "face")).isEqualTo(1);
        assertThat(err.toString())
                .contains("--then-labels: the model ", "has no label face", "its labels are person, plant, water");
        assertThat(out.toString()).isEmpty();
    }
}

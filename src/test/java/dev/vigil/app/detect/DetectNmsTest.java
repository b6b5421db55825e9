package dev.vigil.app.detect;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vigil.BrightModel;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A model that has nothing but its NMS to give: which anchors of which classes it has selected. */
@Timeout(60)
class DetectNmsTest extends DetectCommandRun {
    private Path model;
    private Path picture;

    @BeforeEach
    void paint() throws Exception {
        model = BrightModel.writeWithNms(folder.resolve("selecting.onnx"), 96, 96);
        Files.writeString(folder.resolve("selecting.yml"), "labels: [coat, tie, face]\n");
        BufferedImage image = new BufferedImage(400, 300, BufferedImage.TYPE_INT_RGB);
        Graphics2D brush = image.createGraphics();
        brush.setColor(Color.BLUE);
        brush.fillRect(140, 80, 60, 40);
        brush.dispose();
        picture = folder.resolve("photo.png");
        assertThat(ImageIO.write(image, "png", picture.toFile())).isTrue();
    }

    @Test
    void shouldFindWithVigilsNmsWhenTheModelsOwnIsCutAway() throws Exception {
        assertThat(run("--json", "--model", model, "--nms", "cpu", picture))
                .as(err.toString())
                .isZero();

        JsonNode found = lines().get(0).get("detections");
        assertThat(found).hasSize(1);
        assertThat(found.get(0).get("label").textValue()).isEqualTo("face");
        int[] box = {140, 80, 60, 40};
        for (int i = 0; i < box.length; i++) {
            assertThat(Math.abs(found.get(0).get("box").get(i).doubleValue() - box[i]))
                    .as("of a pixel of the model, %s", found)
                    .isLessThan(5);
        }
    }

    @Test
    void shouldSayWhatIsWrongWhenThePlaceIsWrongOrThereIsNothingToCut() {
        assertThat(run("--model", model, picture))
                .as("what is selected is no box")
                .isEqualTo(1);
        assertThat(run("--model", model, "--nms", "device", picture)).isEqualTo(2);
        assertThat(err.toString()).contains("--nms").contains("GRAPH, CPU");
        assertThat(run("--nms", "cpu", picture)).isEqualTo(1);
        assertThat(err.toString()).contains("(nms: cpu)");
    }
}

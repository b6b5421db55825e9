package dev.vigil.detect.family;

import static dev.vigil.detect.Tensors.floats;
import static dev.vigil.detect.Tensors.model;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vigil.detect.Family;
import dev.vigil.detect.ModelException;
import dev.vigil.detect.ModelInfo;
import dev.vigil.detect.Tensors;
import dev.vigil.frame.TensorInfo;
import dev.vigil.frame.TensorInfo.ElementType;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FamiliesTest {
    private static final TensorInfo IMAGE_300 = floats("images", -1, 3, 300, 300);
    private static final TensorInfo IMAGE_640 = floats("images", 1, 3, 640, 640);

    static Stream<Arguments> known() {
        return Stream.of(
                Arguments.of("ssd", Tensors.ssd(300, 1917, 90)),
                Arguments.of("ssd", model(IMAGE_300, floats("b", 1, 1917, 1), floats("a", 1, 1917, 4))),
                Arguments.of("ssd", model(floats("x", 1, 300, 300, 3), floats("b", 1, 9, 4), floats("s", 1, 9, 90))),
                Arguments.of("yolox", Tensors.yolox(416, 416, 80)),
                Arguments.of("yolox", Tensors.yolox(640, 640, 1)),
                Arguments.of("yolox", Tensors.yolox(640, 384, 80)));
    }

    @ParameterizedTest
    @MethodSource("known")
    void shouldTellTheFamilyAndWhyWhenInputsAndOutputsFit(String id, ModelInfo model) throws ModelException {
        Families.Recognition recognition = Families.recognise(model, null);

        assertThat(recognition.family().id()).isEqualTo(id);
        assertThat(recognition.why()).startsWith(id + ": ");
        assertThat(Families.recognise(model, id).why()).contains("description");
    }

    static Stream<Arguments> unknown() {
        return Stream.of(
                Arguments.of(model(IMAGE_640, floats("output0", 1, 84, 8399)), "neither 84 nor 8399"),
                Arguments.of(model(IMAGE_640, floats("output0", 1, 25199, 85)), "make 25200 rows, 3 to a cell"),
                Arguments.of(model(IMAGE_640, floats("output0", 1, 25200, 5)), "YOLOv5"),
                Arguments.of(model(IMAGE_640, floats("output0", 1, 2001, 6)), "8400 cells, not 2001"),
                Arguments.of(model(IMAGE_640, floats("output", -1, -1, 85)), "number is open"),
                Arguments.of(model(IMAGE_640, floats("output0", 1, 8400, 4)), "5 + classes"),
                Arguments.of(model(IMAGE_640, floats("logits", 1, 1917, 92), floats("boxes", 1, 1917, 4)), "logits"),
                Arguments.of(model(IMAGE_640, floats("one", 1, 10, 4), floats("two", 1, 10, 4)), "no name tells"),
                Arguments.of(model(IMAGE_640, floats("boxes", 1, 10, 4), floats("scores", 1, 11, 4)), "differ"),
                Arguments.of(model(IMAGE_640, floats("boxes", 1, -1, 4), floats("scores", 1, -1, 90)), "open"),
                Arguments.of(model(floats("x", 1, 3, -1, -1), floats("output", 1, 8400, 85)), "size"),
                Arguments.of(model(floats("x", 1, 1000), floats("output", 1, 8400, 85)), "no input takes a picture"),
                Arguments.of(model(floats("x", 1, 3, 300, 300), floats("output", 1, 1875, 85)), "multiple of 32"),
                Arguments.of(
                        model(IMAGE_640, new TensorInfo("output", ElementType.INT8, new long[] {1, 8400, 85})),
                        "a float output"),
                Arguments.of(model(IMAGE_640), "wants a single output"));
    }

    @ParameterizedTest
    @MethodSource("unknown")
    void shouldSayOutputsAndWhatToDoWhenNoneFits(ModelInfo model, String reason) {
        assertThatThrownBy(() -> Families.recognise(model, null))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("family:")
                .hasMessageNotContaining("\n");
        assertThat(Families.candidates(model).stream()
                        .map(candidate -> candidate.fit().why())
                        .collect(Collectors.joining("; ")))
                .contains(reason);
    }

    @Test
    void shouldTakeAPossibleFamilyWhenTheDescriptionSaysIt() throws ModelException {
        ModelInfo model = model(IMAGE_640, floats("one", 1, 10, 4), floats("two", 1, 10, 4));

        assertThat(Families.recognise(model, "ssd").family().id()).isEqualTo("ssd");
    }

    @Test
    void shouldGoByTheMetadataWhenTheDescriptionSaysNothing() throws ModelException {
        ModelInfo ssd = Tensors.ssd(300, 1917, 90);
        ModelInfo said = new ModelInfo(ssd.inputs(), ssd.outputs(), Map.of("family", "ssd"));
        ModelInfo wrong = new ModelInfo(ssd.inputs(), ssd.outputs(), Map.of("family", "yolox"));

        assertThat(Families.recognise(said, null).why()).contains("metadata");
        assertThat(Families.recognise(wrong, "ssd").why()).contains("description");
        assertThatThrownBy(() -> Families.recognise(wrong, null)).hasMessageContaining("metadata");
    }

    @Test
    void shouldRefuseWhenTheFamilySaidDoesNotFitOrIsUnknown() {
        ModelInfo ssd = Tensors.ssd(300, 1917, 90);

        assertThatThrownBy(() -> Families.recognise(ssd, "yolox"))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("yolox")
                .hasMessageContaining("wants a single output")
                .hasMessageContaining(ssd.outputsText());
        assertThatThrownBy(() -> Families.recognise(ssd, "yolov99"))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("yolov99")
                .hasMessageContaining("ssd, yolox");
    }

    @Test
    void shouldRefuseADecoderWhenTheModelDoesNotFit() {
        for (Family family : Families.ALL) {
            assertThatThrownBy(() -> family.decoder(model(IMAGE_640)))
                    .isInstanceOf(ModelException.class)
                    .hasMessageContaining(family.id());
        }
    }

    @Test
    void shouldHaveFamiliesOfDifferentNames() {
        List<String> ids = Families.ALL.stream().map(Family::id).toList();

        assertThat(ids).doesNotHaveDuplicates().allMatch(id -> id.matches("[a-z0-9-]+"));
    }
}

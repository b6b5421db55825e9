package dev.vigil.detect.family;

import static dev.vigil.detect.Tensors.floats;
import static dev.vigil.detect.Tensors.model;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vigil.detect.Family;
import dev.vigil.detect.ModelException;
import dev.vigil.detect.Tensors;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every export of every family against all families: each knows its own, and none takes another's. */
class RecognitionTest {
    /** Each family's test adds its own. */
    private static final List<Supplier<List<FamilySample>>> SAMPLES = List.of(
            RecognitionTest::first,
            BlazeFaceTest::samples,
            CenterNetTest::samples,
            DetrTest::samples,
            EfficientDetHeadsTest::samples,
            OpenCvFamiliesTest::samples,
            RawBoxesTest::samples,
            RtDetrTest::samples,
            ExportSamples::all,
            YoloSamples::all,
            YuNetTest::samples,
            NanoDetTest::samples,
            PaddleTest::samples,
            RetinaNetTest::samples,
            AnchorCodesTest::samples,
            FinishedBoxesTest::samples);

    private static List<FamilySample> first() {
        return List.of(
                FamilySample.of("SSD of TensorFlow, cut before its NMS", Tensors.ssd(300, 1917, 90), "ssd"),
                FamilySample.of("YOLOX-nano", Tensors.yolox(416, 416, 80), "yolox"),
                FamilySample.of(
                        "YOLOX with an open batch",
                        model(floats("images", -1, 3, 640, 640), floats("output", -1, 8400, 85)),
                        "yolox"));
    }

    static Stream<FamilySample> samples() {
        return SAMPLES.stream().flatMap(samples -> samples.get().stream());
    }

    @ParameterizedTest
    @MethodSource("samples")
    void shouldBeKnownOrAskedForWhenEveryFamilyHasALook(FamilySample sample) throws Exception {
        if (sample.families().size() == 1) {
            assertThat(Families.recognise(sample.model(), null).family().id())
                    .isEqualTo(sample.families().get(0));
            return;
        }
        assertThatThrownBy(() -> Families.recognise(sample.model(), null))
                .isInstanceOf(ModelException.class)
                .satisfies(e -> {
                    for (Family family : Families.ALL) {
                        assertThat(e.getMessage().contains(" " + family.id() + " ("))
                                .as("%s is named in: %s", family.id(), e.getMessage())
                                .isEqualTo(sample.families().contains(family.id()));
                    }
                });
        for (String family : sample.families()) {
            assertThat(Families.recognise(sample.model(), family).family().id()).isEqualTo(family);
        }
    }
}

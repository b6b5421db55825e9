package dev.vigil.detect;

import static dev.vigil.detect.Tensors.floats;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vigil.detect.ModelDescription.Input;
import dev.vigil.detect.family.DetectionModel;
import dev.vigil.frame.InputSpec;
import dev.vigil.frame.InputSpec.Color;
import dev.vigil.frame.InputSpec.Element;
import dev.vigil.frame.InputSpec.Layout;
import dev.vigil.frame.InputSpec.Resize;
import dev.vigil.frame.TensorInfo;
import dev.vigil.frame.TensorInfo.ElementType;
import org.junit.jupiter.api.Test;

class ModelDescriptionTest {
    private static final float[] THREE = {1, 2, 3};

    @Test
    void shouldTakeWhatIsUsualWhenTheDescriptionSaysNothing() throws ModelException {
        DetectionModel ssd = DetectionModel.resolve(Tensors.ssd(300, 1917, 90), ModelDescription.EMPTY);
        assertThat(ssd.input())
                .usingRecursiveComparison()
                .isEqualTo(new InputSpec(
                        300,
                        300,
                        Layout.NCHW,
                        Element.FLOAT32,
                        Color.RGB,
                        new float[] {127.5f, 127.5f, 127.5f},
                        new float[] {127.5f, 127.5f, 127.5f},
                        Resize.STRETCH,
                        new int[3]));
        assertThat(ssd.labels().count()).isEqualTo(90);
        assertThat(ssd.why()).isNotBlank();

        DetectionModel yolox = DetectionModel.resolve(Tensors.yolox(640, 384, 80), ModelDescription.EMPTY);
        assertThat(yolox.input())
                .usingRecursiveComparison()
                .isEqualTo(new InputSpec(
                        640,
                        384,
                        Layout.NCHW,
                        Element.FLOAT32,
                        Color.BGR,
                        new float[3],
                        new float[] {1, 1, 1},
                        Resize.LETTERBOX_TOP_LEFT,
                        new int[] {114, 114, 114}));
        assertThat(yolox.postProcessor()).isNotSameAs(yolox.postProcessor());
    }

    @Test
    void shouldTakeWhatTheDescriptionSaysWhenItSaysSomething() throws ModelException {
        InputSpec spec = spec(new Input(
                null,
                Layout.NCHW,
                Color.BGR,
                new float[] {5},
                THREE,
                Resize.LETTERBOX,
                new int[] {7},
                Element.FLOAT32));

        assertThat(spec)
                .usingRecursiveComparison()
                .isEqualTo(new InputSpec(
                        300,
                        300,
                        Layout.NCHW,
                        Element.FLOAT32,
                        Color.BGR,
                        new float[] {5, 5, 5},
                        THREE,
                        Resize.LETTERBOX,
                        new int[] {7, 7, 7}));
    }

    @Test
    void shouldReadLayoutAndTypeFromTheFileWhenChannelsAreLast() throws ModelException {
        ModelInfo model = Tensors.model(
                new TensorInfo("image", ElementType.UINT8, new long[] {1, 240, 320, 3}),
                floats("boxes", 1, 10, 4),
                floats("scores", 1, 10, 2));

        InputSpec spec = DetectionModel.resolve(model, ModelDescription.EMPTY).input();

        assertThat(spec.layout()).isEqualTo(Layout.NHWC);
        assertThat(spec.element()).isEqualTo(Element.UINT8);
        assertThat(spec.widthPx()).isEqualTo(320);
        assertThat(spec.heightPx()).isEqualTo(240);
    }

    @Test
    void shouldRefuseWhenTheDescriptionContradictsTheFileOrItsRange() {
        assertRefused(new Input(null, Layout.NHWC, null, null, null, null, null, null), "layout:");
        assertRefused(new Input(null, null, null, null, null, null, null, Element.UINT8), "element:");
        assertRefused(new Input(null, null, null, new float[2], null, null, null, null), "mean:");
        assertRefused(new Input(null, null, null, null, new float[] {1, 0, 1}, null, null, null), "std:");
        assertRefused(new Input(null, null, null, new float[] {Float.NaN}, null, null, null, null), "mean:");
        assertRefused(new Input(null, null, null, null, null, null, new int[] {256}, null), "padding:");
    }

    private static void assertRefused(Input input, String key) {
        assertThatThrownBy(() -> spec(input)).isInstanceOf(ModelException.class).hasMessageStartingWith(key);
    }

    private static InputSpec spec(Input input) throws ModelException {
        ModelDescription description = new ModelDescription("ssd", null, input);
        return DetectionModel.resolve(Tensors.ssd(300, 1917, 90), description).input();
    }
}

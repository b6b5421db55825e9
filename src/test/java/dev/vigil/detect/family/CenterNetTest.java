package dev.vigil.detect.family;

import static dev.vigil.detect.Tensors.floats;
import static dev.vigil.detect.Tensors.model;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vigil.detect.BoxDecoder;
import dev.vigil.detect.ModelException;
import dev.vigil.detect.ModelInfo;
import dev.vigil.frame.TensorInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CenterNetTest {
    static List<FamilySample> samples() {
        return List.of(
                FamilySample.of("CenterNet", centerNet(512, 512, 80), "centernet"),
                FamilySample.of(
                        "CenterNet of mmdetection",
                        model(
                                floats("input", 1, 3, 512, 512),
                                floats("center_heatmap_pred", 1, 80, 128, 128),
                                floats("wh_pred", 1, 2, 128, 128),
                                floats("offset_pred", 1, 2, 128, 128)),
                        "centernet"),
                FamilySample.of(
                        "CenterNet of two classes, heads in another order",
                        model(
                                floats("input", 1, 3, 384, 512),
                                floats("reg", 1, 2, 96, 128),
                                floats("wh", 1, 2, 96, 128),
                                floats("hm", 1, 2, 96, 128)),
                        "centernet"));
    }

    private static ModelInfo centerNet(int widthPx, int heightPx, int classes) {
        return model(
                floats("input", 1, 3, heightPx, widthPx),
                floats("hm", 1, classes, heightPx / 4, widthPx / 4),
                floats("wh", 1, 2, heightPx / 4, widthPx / 4),
                floats("reg", 1, 2, heightPx / 4, widthPx / 4));
    }

    @Test
    void shouldBeTheseObjectsWhenTheHeatMapHasTwoPeaks() throws ModelException {
        // 4 columns, 3 rows.
        float[] heat = new float[2 * 12];
        heat[5] = 0.8f; // class 0, row 1, column 1
        heat[6] = 0.7f; // beside it: no peak
        heat[12 + 11] = 0.6f; // class 1, the corner
        float[] size = new float[24];
        float[] offset = new float[24];
        size[5] = 2;
        size[12 + 5] = 1;
        offset[5] = 0.25f;
        offset[12 + 5] = 0.75f;
        BoxDecoder decoder = new CenterNet().decoder(centerNet(16, 12, 2));

        DecodedRows found = DecodedRows.of(decoder, 0.5f, heat, size, offset);

        assertThat(decoder.classes()).isEqualTo(2);
        assertThat(found.rows()).hasSize(2);
        found.assertRow(0, 1, 5, 9, 9, 0.8, 0);
        found.assertRow(1, 12, 8, 12, 8, 0.6, 1);
    }

    @Test
    void shouldKeepBothWhenNeighboursAreEqual() throws ModelException {
        float[] heat = new float[12];
        heat[5] = 0.8f;
        heat[6] = 0.8f;

        assertThat(DecodedRows.of(
                                new CenterNet().decoder(centerNet(16, 12, 1)), 0.5f, heat, new float[24], new float[24])
                        .rows())
                .hasSize(2);
    }

    /** @param logits whether the graph leaves out the logistic function */
    @ParameterizedTest
    @CsvSource({"16, 12, 1, false", "128, 64, 3, true", "64, 128, 80, false", "256, 256, 5, true"})
    void shouldFindWhatCtdetDecodeFindsWhenTensorsAreRandom(int widthPx, int heightPx, int classes, boolean logits)
            throws ModelException {
        int columns = widthPx / 4;
        int rows = heightPx / 4;
        int cells = columns * rows;
        Random random = new Random(classes);
        float[] raw = DetrTest.gaussian(random, classes * cells, 3);
        float[] heat = raw.clone();
        if (!logits) {
            for (int i = 0; i < heat.length; i++) {
                heat[i] = (float) (1 / (1 + Math.exp(-raw[i])));
            }
        }
        float[] size = DetrTest.gaussian(random, 2 * cells, 10);
        float[] sizes = DetrTest.gaussian(random, 2 * classes * cells, 10);
        float[] offset = DetrTest.uniform(random, 2 * cells);
        TensorInfo input = floats("input", 1, 3, heightPx, widthPx);
        TensorInfo hm = floats("hm", 1, classes, rows, columns);
        TensorInfo wh = floats("wh", 1, 2, rows, columns);
        TensorInfo whEach = floats("wh", 1, 2L * classes, rows, columns);
        TensorInfo reg = floats("reg", 1, 2, rows, columns);
        for (float scoreMin : new float[] {0, 0.3f, 0.9f}) {
            DecodedRows.of(new CenterNet().decoder(model(input, hm, wh, reg)), scoreMin, heat, size, offset)
                    .assertLike(ctdetDecode(raw, size, offset, classes, rows, columns), scoreMin);
            DecodedRows.of(new CenterNet().decoder(model(input, reg, hm, whEach)), scoreMin, offset, heat, sizes)
                    .assertLike(ctdetDecode(raw, sizes, offset, classes, rows, columns), scoreMin);
            DecodedRows.of(new CenterNet().decoder(model(input, hm, wh)), scoreMin, heat, size)
                    .assertLike(ctdetDecode(raw, size, null, classes, rows, columns), scoreMin);
        }
    }

    /** ctdet_decode of src/lib/models/decode.py without the limit of 100, step by step, in doubles. */
    private static List<double[]> ctdetDecode(
            float[] raw, float[] wh, float[] reg, int classes, int rows, int columns) {
        int cells = rows * columns;
        double[] heat = new double[raw.length];
        for (int i = 0; i < raw.length; i++) {
            heat[i] = 1 / (1 + Math.exp(-raw[i]));
        }
        List<double[]> detections = new ArrayList<>();
        for (int c = 0; c < classes; c++) {
            for (int i = 0; i < cells; i++) {
                int y = i / columns;
                int x = i % columns;
                double hmax = 0;
                for (int dy = -1; dy <= 1; dy++) {
                    for (int dx = -1; dx <= 1; dx++) {
                        if (y + dy >= 0 && y + dy < rows && x + dx >= 0 && x + dx < columns) {
                            hmax = Math.max(hmax, heat[c * cells + (y + dy) * columns + x + dx]);
                        }
                    }
                }
                if (hmax != heat[c * cells + i]) {
                    continue;
                }
                double xs = x + (reg == null ? 0.5 : reg[i]);
                double ys = y + (reg == null ? 0.5 : reg[cells + i]);
                int map = wh.length == 2 * cells ? 0 : 2 * c;
                double w = wh[map * cells + i];
                double h = wh[(map + 1) * cells + i];
                // Corners come in order, as from any decoder.
                detections.add(new double[] {
                    4 * (xs - Math.abs(w) / 2),
                    4 * (ys - Math.abs(h) / 2),
                    4 * (xs + Math.abs(w) / 2),
                    4 * (ys + Math.abs(h) / 2),
                    heat[c * cells + i],
                    c
                });
            }
        }
        return detections;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void shouldCountAndMakeNoBoxWhenAMapHasWhatIsNotANumber(int map) throws ModelException {
        float[][] maps = {new float[12], new float[24], new float[24]};
        maps[0][5] = 0.8f;
        maps[map][5] = Float.NaN;

        assertThat(DecodedRows.of(new CenterNet().decoder(centerNet(16, 12, 1)), 0.5f, maps))
                .isEqualTo(new DecodedRows(List.of(), 1));
    }

    @Test
    void shouldAskWhenNoNameTellsSizeFromOffset() throws ModelException {
        ModelInfo nameless = model(
                floats("input", 1, 3, 64, 64),
                floats("507", 1, 80, 16, 16),
                floats("510", 1, 2, 16, 16),
                floats("513", 1, 2, 16, 16));

        assertThatThrownBy(() -> Families.recognise(nameless, null))
                .hasMessageContaining("centernet (")
                .hasMessageContaining("taken in the order hm, wh, reg");
        assertThat(Families.recognise(nameless, "centernet")
                        .family()
                        .decoder(nameless)
                        .classes())
                .isEqualTo(80);
    }

    @Test
    void shouldRefuseWhenItIsNot() {
        TensorInfo input = floats("input", 1, 3, 64, 64);
        TensorInfo heat = floats("hm", 1, 80, 16, 16);
        TensorInfo size = floats("wh", 1, 2, 16, 16);
        assertThatThrownBy(() -> new CenterNet().decoder(model(input, heat)))
                .hasMessageContaining("wants a heat map, a size");
        assertThatThrownBy(() -> new CenterNet().decoder(model(input, heat, floats("wh", 1, 3, 16, 16))))
                .hasMessageContaining("size of 2 maps");
        assertThatThrownBy(() -> new CenterNet().decoder(model(input, heat, size, floats("reg", 1, 4, 16, 16))))
                .hasMessageContaining("offset of 2");
        assertThatThrownBy(() -> new CenterNet().decoder(model(input, heat, floats("wh", 1, 2, 8, 8))))
                .hasMessageContaining("16x16");
    }
}

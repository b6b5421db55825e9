package dev.vigil.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bytedeco.ffmpeg.global.avutil.AV_FRAME_DATA_DISPLAYMATRIX;
import static org.bytedeco.ffmpeg.global.avutil.av_display_matrix_flip;
import static org.bytedeco.ffmpeg.global.avutil.av_display_rotation_set;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_alloc;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_new_side_data;

import dev.vigil.frame.Orientation;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.javacpp.IntPointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against FFmpeg's own functions that make such matrices. */
class DisplayMatrixTest {
    @ParameterizedTest
    @CsvSource({
        "0, false, UPRIGHT", // degrees clockwise, then flipped left to right
        "90, false, TURNED_90",
        "180, false, TURNED_180",
        "-90, false, TURNED_270",
        "80, false, TURNED_90",
        "0, true, MIRRORED",
        "180, true, MIRRORED_TURNED_180",
    })
    void shouldSayHowThePictureBecomesUpright(double degrees, boolean flipped, Orientation expected) {
        AVFrame frame = av_frame_alloc();
        IntPointer matrix = new IntPointer(
                av_frame_new_side_data(frame, AV_FRAME_DATA_DISPLAYMATRIX, 36).data());
        av_display_rotation_set(matrix, degrees);
        av_display_matrix_flip(matrix, flipped ? 1 : 0, 0);
        assertThat(DisplayMatrix.of(frame)).isEqualTo(expected);
        av_frame_free(frame);
    }

    @Test
    void shouldBeUprightWhenNothingIsSaid() {
        AVFrame frame = av_frame_alloc();
        assertThat(DisplayMatrix.of(frame)).isEqualTo(Orientation.UPRIGHT);
        av_frame_free(frame);
    }

    @Test
    void shouldCountTurnsRoundTheCircle() {
        assertThat(Orientation.TURNED_270.turned(2)).isEqualTo(Orientation.TURNED_90);
        assertThat(Orientation.MIRRORED_TURNED_90.turned(3)).isEqualTo(Orientation.MIRRORED);
    }
}

package dev.vigil.app.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vigil.MessageSchema;
import dev.vigil.base.ManualClock;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BoardTest {
    private final ManualClock clock = new ManualClock();
    private final Board board = new Board(clock);

    private void hear(String camera, long frame, String dropped) throws UnreadableException {
        String message = Messages.detections("box", camera, frame, 20_000, dropped, Messages.found("person", 0.9));
        assertThat(MessageSchema.DETECTIONS.problems(message)).isEmpty();
        board.message("vigil/box/" + camera + "/detections", message);
    }

    private void hearStatus(String camera, String state, String cause, String error) throws UnreadableException {
        String message = Messages.status("box", camera, state, cause, error);
        assertThat(MessageSchema.STATUS.problems(message)).isEmpty();
        board.message("vigil/box/" + camera + "/status", message);
    }

    private CameraView only() {
        assertThat(board.views()).hasSize(1);
        return board.views().get(0);
    }

    @Test
    void shouldGiveRatesAndQuantilesOfTheLastSeconds() throws Exception {
        for (int i = 1; i <= 250; i++) {
            clock.advanceMs(40);
            board.message(
                    "vigil/box/gate/detections",
                    Messages.detections("box", "gate", 2 * i, 1_000L * i, "\"superseded\":1", ""));
        }
        CameraView view = only();
        assertThat(view.fps()).isBetween(25.0, 25.2);
        assertThat(view.droppedPerSecond().get("superseded")).isBetween(25.0, 25.2);
        assertThat(view.ageP50Ms()).isBetween(186.0, 188.0);
        assertThat(view.ageP99Ms()).isBetween(248.0, 250.0);
        assertThat(view.inferMs()).isEqualTo(16.0);
        assertThat(view.lost()).isZero();
        clock.advanceMs(10_000);
        assertThat(only().fps()).isZero();
        assertThat(only().isLive()).isFalse();
        assertThat(only().quietS()).isEqualTo(10.0);
    }

    @Test
    void shouldShowWhatIsFoundWhenItHasKeypoints() throws Exception {
        String message = Messages.detections("box", "gate", 1, 20_000, "", Messages.foundWithKeypoints("face", 0.912));
        assertThat(MessageSchema.DETECTIONS.problems(message)).isEmpty();

        board.message("vigil/box/gate/detections", message);

        assertThat(only().found()).hasSize(1);
        assertThat(only().found().get(0).label()).isEqualTo("face");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "nothing is missing          | 7; 8; 9                    | 0",
                "what is missing was dropped | 7; 10 superseded:2; 11     | 0",
                "two frames are missing      | 7; 10; 11                  | 2",
                "one of three is explained   | 7; 11 corrupt:1; 12        | 2",
                "told afterwards             | 7; 9; 10 broker_away:1; 11 | 0",
                "delivered twice             | 7; 8; 8; 9                 | 0",
                "out of order                | 7; 9; 8; 10                | 0",
                "started again               | 700; 701; 1; 2             | 0",
            })
    void shouldCountLostFramesByGapsThatDropsDoNotExplain(String when, String frames, long lost) throws Exception {
        for (String frame : frames.split(";")) {
            String[] parts = frame.strip().split(" ");
            String dropped = parts.length == 1 ? "" : parts[1].replaceFirst("(\\w+):", "\"$1\":");
            hear("gate", Long.parseLong(parts[0]), dropped);
        }
        assertThat(only().lost()).as(when).isEqualTo(lost);
    }

    @Test
    void shouldNotCountAsLostWhatCameWhileItWasAway() throws Exception {
        hear("gate", 7, "");
        board.connected();
        hear("gate", 900, "");
        assertThat(only().lost()).isZero();
        hear("gate", 902, "");
        assertThat(only().lost()).isEqualTo(1);
    }

    @Test
    void shouldFollowStateOfCameraAndItsDaemon() throws Exception {
        hearStatus("gate", "up", null, null);
        assertThat(only().isDown()).isFalse();
        hearStatus("gate", "down", "refused", "no\nway");
        assertThat(only().state()).isEqualTo("down");
        assertThat(only().cause()).isEqualTo("refused");
        assertThat(only().error()).isEqualTo("no?way");
        board.message("vigil/box/gate/status", ""); // cleared at the broker
        board.message("vigil/box/availability", "offline");
        assertThat(only().state()).isEqualTo("offline");
        board.message("vigil/box/availability", "online");
        assertThat(only().state()).isEqualTo("down");
    }

    @Test
    void shouldOrderCamerasAsPeopleDo() throws Exception {
        for (String camera : List.of("cam10", "cam2", "gate", "cam1")) {
            hear(camera, 1, "");
        }
        assertThat(board.views().stream().map(CameraView::camera)).containsExactly("cam1", "cam2", "cam10", "gate");
        assertThat(board.messages()).isEqualTo(4);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "person            | is not JSON",
                "[1]               | is no JSON object",
                "{}                | has no version",
                "{\"v\": 2}        | has version 2",
                "{\"v\": \"1\"}    | has version",
                "{\"v\": 1}        | has no list in detections",
                "{\"v\": 1, \"detections\": [], \"node\": 7} | has no text in node",
                "{\"v\": 1, \"detections\": [{\"label\": \"x\"}]} | has no number in score",
                "{\"v\": 1, \"detections\": [], \"dropped\": {\"corrupt\": \"3\"}} | has no whole number in corrupt",
            })
    void shouldSayWhatIsWrongWhenMessageIsNotOfItsForm(String payload, String words) {
        assertThatThrownBy(() -> board.message("vigil/box/gate/detections", payload))
                .isInstanceOf(UnreadableException.class)
                .hasMessageContaining(words);
        assertThat(board.views()).isEmpty();
    }
}

package dev.vigil.app.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.base.ManualClock;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What people see: the table of a terminal and the lines of a pipe. */
class ViewsTest {
    private final ManualClock clock = new ManualClock();
    private final Board board = new Board(clock);
    private final Notices notices = new Notices(clock);
    private final Subscriber subscriber = new Subscriber("broker:1883", board, notices);
    private final TableView table = new TableView(board, subscriber);
    private final LineView lines = new LineView(board, clock, 1_000_000_000);

    private void hear(String node, String camera, String dropped, String found) throws UnreadableException {
        board.message(
                "vigil/" + node + "/" + camera + "/detections",
                Messages.detections(node, camera, 1, 20_300, dropped, found));
    }

    @Test
    void shouldBeThisTableWhenTwoCamerasAreHeard() throws Exception {
        subscriber.onConnected(false);
        hear("box", "gate", "", Messages.found("person", 0.912) + "," + Messages.found("person", 0.7));
        hear("box", "yard", "\"superseded\":3", "");
        board.message(
                "vigil/box/roof/status", Messages.status("box", "roof", "down", "refused", "rtsp://10.0.0.3: no"));
        assertThat(String.join("\n", table.lines(100, 24, List.of()))).isEqualTo("""
                broker:1883  2 of 3 cameras live, 2.0 frames/s
                camera    fps  age p50  age p99    infer  dropped/s        lost  sees (times in ms)
                gate      1.0     20.3     20.3     16.0  -                   0  person 0.91 0.70
                roof    down (refused): rtsp://10.0.0.3: no
                yard      1.0     20.3     20.3     16.0  superseded 3.0      0  nothing""");
    }

    @ParameterizedTest
    @CsvSource({"1, 80, 24", "30, 80, 24", "30, 200, 50", "30, 40, 10", "3, 10, 3", "3, 1, 1"})
    void shouldFitTheTerminalWhateverItShows(int cameras, int columns, int rows) throws Exception {
        for (int i = 1; i <= cameras; i++) {
            hear(
                    "a-node-with-a-long-name",
                    "camera-" + i,
                    "\"superseded\":3,\"corrupt\":1",
                    Messages.found("門口的人", 0.9) + "," + Messages.found("dining table", 0.8));
        }
        List<String> shown =
                table.lines(columns, rows, List.of("a note", "and a second one that is quite long ".repeat(9)));
        assertThat(shown).hasSizeLessThanOrEqualTo(Math.max(3, rows));
        assertThat(shown).allMatch(line -> Text.columns(line) <= columns);
        if (rows == 24 && cameras == 30) {
            assertThat(shown).anyMatch(line -> line.startsWith("and 11 more"));
        }
    }

    @Test
    void shouldNameNodesWhenThereAreSeveral() throws Exception {
        hear("box1", "gate", "", "");
        hear("box2", "gate", "", "");
        assertThat(table.lines(100, 24, List.of()))
                .anyMatch(line -> line.startsWith("box1/gate "))
                .anyMatch(line -> line.startsWith("box2/gate "));
    }

    @Test
    void shouldSayThatBrokerIsAwayInTheTable() {
        subscriber.onAway("broker:1883 can not be reached: Connection refused");
        assertThat(table.lines(100, 24, List.of()).get(0))
                .isEqualTo("broker:1883 can not be reached: Connection refused; trying again");
        subscriber.onConnected(false);
        assertThat(table.lines(100, 24, List.of()).get(0)).startsWith("broker:1883  0 of 0 cameras live");
    }

    @Test
    void shouldBeTheseLinesWhenCamerasAreLiveDownAndQuiet() throws Exception {
        hear("box", "gate", "\"superseded\":3", Messages.found("person", 0.912));
        board.message("vigil/box/roof/status", Messages.status("box", "roof", "down", "refused", "no"));
        assertThat(lines.lines(clock.monotonicNs()))
                .containsExactly(
                        "gate #1 1.0/s, age 20.3 p99 20.3 ms, infer 16.0 ms, dropped/s superseded 3.0"
                                + " | person 0.91 at 412,89 130x302",
                        "roof down (refused): no");
        clock.advanceMs(6_000);
        assertThat(lines.lines(clock.monotonicNs())).containsExactly("gate no message for 6 s");
        clock.advanceMs(1_000);
        assertThat(lines.lines(clock.monotonicNs())).isEmpty();
        board.message("vigil/box/roof/status", Messages.status("box", "roof", "up", null, null));
        assertThat(lines.lines(clock.monotonicNs())).containsExactly("roof no message yet");
    }

    @Test
    void shouldTellFaultThatStaysOnceAndThenWithItsCount() {
        for (int i = 0; i < 25; i++) {
            clock.advanceMs(1_000);
            subscriber.onAway("broker:1883 can not be reached");
        }
        subscriber.onAway("broker:1883 refused the connection: bad user name or password (0x86)");
        assertThat(notices.take())
                .containsExactly(
                        "broker:1883 can not be reached; trying again",
                        "broker:1883 can not be reached; trying again (and 9 more like it)",
                        "broker:1883 can not be reached; trying again (and 9 more like it)",
                        "broker:1883 refused the connection: bad user name or password (0x86); trying again");
        assertThat(notices.take()).isEmpty();
    }
}

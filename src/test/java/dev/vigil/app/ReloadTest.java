package dev.vigil.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vigil.OnnxFile;
import dev.vigil.app.reload.Hangup;
import dev.vigil.app.reload.Reloader;
import dev.vigil.config.ConfigReader;
import dev.vigil.config.ConfigReader.Loaded;
import dev.vigil.config.Problem;
import dev.vigil.config.Surroundings;
import dev.vigil.frame.DropCause;
import dev.vigil.frame.Ledger;
import dev.vigil.metrics.ProcessFigures;
import dev.vigil.mqtt.Await;
import dev.vigil.mqtt.Recorder.Received;
import java.net.URI;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is kept, told and taken back when cameras and models change. */
@Timeout(180)
class ReloadTest extends ReloadRun {
    @Test
    void shouldLoseNoFrameOfACameraWhenOthersAreAddedChangedAndRemoved() throws Exception {
        start();
        awaitMore("cam1");
        Camera untouched = camera("cam1");
        for (int round = 0; round < 3; round++) {
            configured.put("cam3", camera(2));
            assertThat(reload()).isEqualTo("added cam3");
            awaitMore("cam3");
            configured.put("cam2", camera(2 * (round % 2)));
            configured.remove("cam3");
            assertThat(reload()).contains("removed cam3");
            awaitMore("cam2");
        }
        awaitMore("cam1");
        assertThat(camera("cam1")).isSameAs(untouched);
        assertThat(untouched.reader().status().reconnects()).isZero();
        Ledger.Snapshot ledger = untouched.feed().ledger().snapshot();
        assertThat(ledger.dropped(DropCause.SHUT_DOWN) + ledger.dropped(DropCause.STREAM_CLOSED))
                .isZero();
        daemon.close();
        Await.until("every message", () -> count("cam1") == published("cam1"));
        assertNoneIsMissing("cam1");
        assertNoneIsMissing("cam2"); // its frames are numbered on, wherever they come from
    }

    @Test
    void shouldNumberFramesOnWhenAnotherModelLooksAtACamera() throws Exception {
        configured.put("cam1", camera(0) + ", model: small");
        start();
        awaitMore("cam1");
        configured.put("cam1", camera(0) + ", model: other, publish: {when: always}");
        assertThat(reload()).contains("loaded the model other").contains("changed cam1");
        awaitMore("cam1");
        assertThat(camera("cam1").reader().status().reconnects()).isZero();
        Files.write(folder.resolve("other.onnx"), OnnxFile.ssd(4, 2)); // another in its place
        assertThat(reload()).isEqualTo("loaded the model other");
        awaitMore("cam1");
        assertThat(reload()).isEqualTo("no camera and no model has changed");
        daemon.close();
        Await.until("every message", () -> count("cam1") == published("cam1"));
        assertNoneIsMissing("cam1");
        assertThat(detections("cam1").stream()
                        .map(message -> message.get("model").textValue())
                        .distinct())
                .containsExactly("small", "other");
    }

    @Test
    void shouldRefuseItWholeWhenAnythingIsWrong() throws Exception {
        start();
        awaitMore("cam1");
        List<Camera> before = daemon.cameras();
        Files.writeString(folder.resolve("bad.onnx"), "no model");
        models = "small: {file: small.onnx}, bad: {file: bad.onnx}";
        node = "other-box";
        configured.remove("cam2");
        configured.put("cam3", camera(2) + ", model: bad");
        configured.put("cam4", camera(2) + ", homeassistant: {labels: [dragon]}");
        Loaded loaded = read();
        assertThat(daemon.reload(loaded.config().orElseThrow(), loaded.problems()))
                .isEmpty();
        assertThat(loaded.problems().sorted().stream().map(Problem::path))
                .containsExactlyInAnyOrder("node", "models.bad.file", "cameras.cam4.homeassistant.labels");
        assertThat(daemon.cameras()).isEqualTo(before);
        awaitMore("cam1");
        awaitMore("cam2");
    }

    @Test
    void shouldLeaveNothingWithTheBrokerWhenACameraIsRemoved() throws Exception {
        start();
        awaitMore("cam2");
        Await.until("Home Assistant to be told", () -> seen.messages.stream()
                .anyMatch(message -> message.topic().startsWith("homeassistant/")
                        && message.topic().contains("cam2")));
        Camera gone = camera("cam2");
        configured.remove("cam2");
        assertThat(reload()).isEqualTo("removed cam2");
        assertAtRest(gone);
        Await.until("the broker to forget it", () -> lastStatus("cam2").isEmpty());
        String told = statuses("cam2").get(statuses("cam2").size() - 2);
        assertThat(JSON.readTree(told).get("state").textValue()).isEqualTo("stopped");
        assertThat(JSON.readTree(told).get("ledger").get("in_flight").longValue())
                .isZero();
        awaitMore("cam1");
        assertThat(retained().keySet().stream().filter(topic -> topic.contains("cam2")))
                .isEmpty();
    }

    private List<String> statuses(String camera) {
        return seen.messages.stream()
                .filter(message -> message.topic().equals("vigil/box/" + camera + "/status"))
                .map(Received::payload)
                .toList();
    }

    private String lastStatus(String camera) {
        List<String> all = statuses(camera);
        return all.isEmpty() ? "none" : all.get(all.size() - 1);
    }

    @Test
    void shouldKeepWhatACommandHasSetWhenSomethingElseIsConfigured() throws Exception {
        start();
        awaitMore("cam1");
        try (Commander commander = new Commander(URI.create("mqtt://127.0.0.1:" + broker.port()))) {
            commander.set("cam1/set/score", "0.9");
            commander.set("cam1/set/fps", "7");
            configured.put("cam1", camera(0) + ", fps: 9, publish: {when: changes}");
            reload();
            Await.until("the settings", () -> settings("cam1").contains("\"score\":0.9,\"fps\":9"));
            configured.put("cam1", camera(0) + ", score: 0.3, fps: 9");
            reload();
            Await.until("the settings", () -> settings("cam1").contains("\"score\":0.3,\"fps\":9"));
            configured.put("cam1", camera(0) + ", enabled: false");
            reload();
            assertThat(commander
                            .command("cam3/set/fps", "1")
                            .json()
                            .get("error")
                            .textValue())
                    .contains("cam1, cam2 are there");
        }
        assertThat(camera("cam1").reader().status().reconnects()).isZero();
        Await.until("cam1 to be disabled", () -> lastStatus("cam1").contains("\"disabled\""));
    }

    private String settings(String camera) {
        List<String> all = seen.messages.stream()
                .filter(message -> message.topic().equals("vigil/box/" + camera + "/settings"))
                .map(Received::payload)
                .toList();
        return all.isEmpty() ? "" : all.get(all.size() - 1);
    }

    @Test
    void shouldLeaveNothingBehindWhenItIsReloadedManyTimes() throws Exception {
        start();
        awaitMore("cam1");
        int[] threads = new int[2];
        for (int round = 0; round < 12; round++) {
            configured.put("cam2", camera(1) + ", model: " + (round % 2 == 0 ? "other" : "small"));
            configured.put("cam3", camera(2));
            reload();
            awaitMore("cam3");
            configured.remove("cam3");
            reload();
            threads[round < 2 ? 0 : 1] = ProcessFigures.threads();
        }
        assertThat(threads[1]).isLessThanOrEqualTo(threads[0] + 1); // one may be on its way
        awaitMore("cam2");
    }

    @Test
    void shouldTakeTheFileAsItIsAtLastWhenSignalsStorm() throws Exception {
        start();
        Reloader reloader =
                new Reloader(daemon, new ConfigReader(Surroundings.ofProcess()), folder.resolve("vigil.yml"));
        String pid = Long.toString(ProcessHandle.current().pid());
        try (Hangup hangup = new Hangup(reloader)) {
            for (int i = 0; i < 30; i++) {
                configured.put("cam3", camera(i % 3));
                configured.put("later" + i, camera(2) + ", enabled: false");
                read();
                Process kill = new ProcessBuilder("kill", "-HUP", pid).start();
                assertThat(kill.waitFor(10, TimeUnit.SECONDS)).isTrue();
            }
            Await.until("what was written last", () -> daemon.cameras().size() == configured.size());
        }
        awaitMore("cam1");
        assertThat(camera("cam1").reader().status().reconnects()).isZero();
    }

    @Test
    void shouldChangeNothingWhenItIsBeingStopped() throws Exception {
        start();
        daemon.close();
        configured.put("cam3", camera(2));
        Loaded loaded = read();
        assertThatThrownBy(() -> daemon.reload(loaded.config().orElseThrow(), loaded.problems()))
                .hasMessage("Vigil is being stopped");
        assertThat(daemon.cameras()).hasSize(2);
    }
}

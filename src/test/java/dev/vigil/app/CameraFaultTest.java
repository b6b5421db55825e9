package dev.vigil.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.app.demo.EmbeddedBroker;
import dev.vigil.frame.DropCause;
import dev.vigil.mqtt.Await;
import dev.vigil.source.CameraStatus;
import dev.vigil.source.SourceException.Cause;
import dev.vigil.source.sim.Fault;
import dev.vigil.source.sim.FaultKind;
import dev.vigil.source.sim.RtspCameraServer;
import dev.vigil.source.sim.SimulatedCameraOptions;
import java.net.URI;
import java.nio.file.Path;
import org.bytedeco.ffmpeg.global.avutil;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A camera that was good, has a fault, and is good again, beside one that always is. */
@Timeout(60)
class CameraFaultTest {
    @TempDir
    static Path folder;

    private static LogLines log;
    private static EmbeddedBroker broker;
    private static RtspCameraServer good;
    private static RtspCameraServer faulty;
    private static TestDaemon daemon;

    @BeforeAll
    static void start() throws Exception {
        avutil.av_log_set_level(avutil.AV_LOG_FATAL); // as the command line has it
        log = new LogLines();
        broker = EmbeddedBroker.start(0);
        SimulatedCameraOptions clip =
                SimulatedCameraOptions.of(Path.of("media/demo-clip.mp4")).withPort(0);
        good = RtspCameraServer.start(clip);
        faulty = RtspCameraServer.start(clip);
        daemon = TestDaemon.start(
                URI.create("mqtt://127.0.0.1:" + broker.port()),
                folder,
                TestDaemon.impatient(good.uri(0)),
                TestDaemon.impatient(faulty.uri(0)));
    }

    @AfterAll
    static void stop() throws Exception {
        faulty.begin(0, Fault.of(FaultKind.STALL)); // closing must end a reader that waits for a silent camera, too
        daemon.close();
        faulty.close();
        good.close();
        broker.close();
        log.close();
    }

    @BeforeEach
    void bothAreWell() {
        daemon.awaitUp(1);
        daemon.awaitUp(2);
        daemon.awaitMessages(2, 3);
    }

    @ParameterizedTest
    @CsvSource({"stall, STALLED, sends no picture any more", "refuse, REFUSED, connection refused"})
    void shouldSayWhyAndComeBackWhenTheFaultIsOver(String kind, Cause cause, String words) {
        Fault fault = Fault.parse(kind);
        faulty.begin(0, fault);
        daemon.awaitDown(2, cause);

        assertThat(daemon.status(2).state()).isEqualTo(CameraStatus.State.DOWN);
        assertThat(daemon.status(2).error()).contains(words);
        assertThat(log.of("cam2: ")).anyMatch(line -> line.contains(words));
        Await.until("the status to be told", () -> daemon.statuses(2).stream()
                .anyMatch(told -> told.get("state").textValue().equals("down")
                        && told.get("error").textValue().contains(words)));
        theOtherGoesOn();

        faulty.end(0, fault);
        daemon.awaitUp(2);
        daemon.awaitMessages(2, 3);
        Await.until("the status to be told", () -> {
            var last = daemon.statuses(2).get(daemon.statuses(2).size() - 1);
            return last.get("state").textValue().equals("up")
                    && last.get("error").isNull()
                    && last.get("reconnects").longValue() > 0;
        });
        assertThat(daemon.ledger(2).balances()).isTrue();
    }

    @Test
    void shouldReconnectWhenTheCameraEndsTheConnection() {
        long reconnects = daemon.status(2).reconnects();
        faulty.begin(0, Fault.of(FaultKind.CLOSE));

        Await.until("the end to be noticed", () -> daemon.status(2).reconnects() > reconnects);
        daemon.awaitUp(2);
        daemon.awaitMessages(2, 3);
        assertThat(log.of("cam2: ")).anyMatch(line -> line.contains("closed the connection"));
        theOtherGoesOn();
    }

    @Test
    void shouldDropDamagedFramesAndGoOnWithTheNextKeyframeWhenPacketsAreCorrupt() {
        long corrupt = daemon.dropped(2, DropCause.CORRUPT);
        Fault fault = Fault.parse("corrupt=100%");
        faulty.begin(0, fault);

        Await.until("damaged frames to be dropped", () -> daemon.dropped(2, DropCause.CORRUPT) >= corrupt + 20);
        faulty.end(0, fault);
        assertThat(log.of("cam2: frame ")).anyMatch(line -> line.contains("is damaged and dropped"));
        daemon.awaitMessages(2, 30);
        assertThat(daemon.status(2).state()).isEqualTo(CameraStatus.State.UP);
        assertThat(daemon.ledger(2).balances()).isTrue();
        theOtherGoesOn();
    }

    @Test
    void shouldDropWhatCanNotBeTrustedWhenPacketsAreLost() {
        long corrupt = daemon.dropped(2, DropCause.CORRUPT);
        Fault fault = Fault.parse("lose=20%");
        faulty.begin(0, fault);

        Await.until("frames to be dropped", () -> daemon.dropped(2, DropCause.CORRUPT) > corrupt);
        faulty.end(0, fault);
        Await.until("the loss to be told", () -> !log.of(faulty.uri(0) + ": packets ")
                .isEmpty());
        daemon.awaitMessages(2, 30);
        assertThat(daemon.status(2).state()).isEqualTo(CameraStatus.State.UP);
        theOtherGoesOn();
    }

    private static void theOtherGoesOn() {
        daemon.awaitMessages(1, 5);
        assertThat(daemon.status(1).state()).isEqualTo(CameraStatus.State.UP);
        assertThat(daemon.status(1).reconnects()).isZero();
        assertThat(log.of("cam1: ")).isEmpty();
        assertThat(daemon.ledger(1).balances()).isTrue();
    }
}

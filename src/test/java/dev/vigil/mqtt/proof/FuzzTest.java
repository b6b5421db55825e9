package dev.vigil.mqtt.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code vigil prove mqtt-fuzz} in short, in a process of its own, whose Netty watches each buffer from the beginning. */
class FuzzTest {
    private static final List<String> JAVA =
            List.of("-Xmx64m", "-XX:MaxDirectMemorySize=64m", "-XX:+UseSerialGC", "-Xshare:auto");

    @TempDir
    private Path folder;

    @Test
    void shouldBeLeftUnharmedWhenBrokersSendAnything() throws Exception {
        List<String> command = List.of("mqtt-fuzz", "--for", "4s", "--seed", "20261122");
        try (JavaProcess fuzz = new JavaProcess(Prove.class, JAVA, command, folder.resolve("log"))) {
            assertThat(fuzz.line()).isEqualTo("seed         20261122");
            String cases = fuzz.line();
            assertThat(cases).startsWith("cases ");
            assertThat(fuzz.line()).contains(" got through to the listener");
            assertThat(fuzz.rest()).startsWith("holds ");
            assertThat(Long.parseLong(cases.split(" +", -1)[1])).isGreaterThan(500);
            assertThat(fuzz.awaitExit()).isZero();
        }
    }
}

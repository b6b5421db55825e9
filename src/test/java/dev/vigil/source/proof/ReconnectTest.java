package dev.vigil.source.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** {@code vigil prove reconnect} in short. */
class ReconnectTest {
    @Test
    void shouldLeaveNothingBehindWhenACameraComesAndGoes() {
        StringWriter out = new StringWriter();
        int status = new CommandLine(new ReconnectCommand())
                .setOut(new PrintWriter(out, true))
                .execute("--cycles", "100");
        assertThat(status).as("%s", out).isZero();
        assertThat(out.toString())
                .contains("cycles       100 after 20 to warm up")
                .contains("holds ");
    }
}

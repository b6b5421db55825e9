package dev.vigil.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vigil.source.sim.FaultKind;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

@Timeout(60)
class CameraCommandTest {
    private static final String CLIP = "media/demo-clip.mp4";

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        return new CommandLine(new CameraCommand())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }

    @Test
    void shouldPrintItsAddressesAndStopByItselfWhenTheTimeIsOver() {
        assertThat(run(CLIP, "--port", "0", "--cameras", "3", "--for", "100ms")).isZero();
        List<String> lines = out.toString().lines().toList();
        assertThat(lines.get(0)).isEqualTo(CLIP + ": 400 frames, 16.0 s, in a loop");
        assertThat(lines).hasSize(4);
        assertThat(lines.get(1)).matches("rtsp://127\\.0\\.0\\.1:\\d+/cam1");
        assertThat(lines.get(3)).matches("rtsp://127\\.0\\.0\\.1:\\d+/cam3");
    }

    @Test
    void shouldSayInOneLineWhenTheFileCanNotBeShown() throws IOException {
        Path empty = Files.createFile(folder.resolve("empty.mp4"));
        Path text = Files.writeString(folder.resolve("text.mp4"), "no video\n".repeat(1_000));
        Path cut = Files.write(folder.resolve("cut.mp4"), Arrays.copyOf(Files.readAllBytes(Path.of(CLIP)), 5_000));
        Path sound = sound(folder.resolve("sound.wav"));
        Path missing = folder.resolve("missing.mp4");
        for (Path file : List.of(empty, text, cut, sound, missing, folder)) {
            err.getBuffer().setLength(0);
            assertThat(run(file.toString(), "--port", "0", "--for", "100ms"))
                    .as(file.toString())
                    .isEqualTo(1);
            assertThat(err.toString().lines()).singleElement().asString().startsWith("vigil camera: " + file + ": ");
        }
        assertThat(out.toString()).isEmpty();
    }

    /** A second of silence, 8 bit mono at 8 kHz. */
    private static Path sound(Path file) throws IOException {
        ByteBuffer wav = ByteBuffer.allocate(44 + 8_000).order(ByteOrder.LITTLE_ENDIAN);
        wav.put("RIFF".getBytes(StandardCharsets.US_ASCII)).putInt(36 + 8_000);
        wav.put("WAVEfmt ".getBytes(StandardCharsets.US_ASCII)).putInt(16);
        wav.putShort((short) 1)
                .putShort((short) 1)
                .putInt(8_000)
                .putInt(8_000)
                .putShort((short) 1)
                .putShort((short) 8);
        wav.put("data".getBytes(StandardCharsets.US_ASCII)).putInt(8_000);
        return Files.write(file, wav.array());
    }

    @Test
    void shouldSayInOneLineWhenThePortIsInUse() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            int port = taken.getLocalPort();
            assertThat(run(CLIP, "--port", Integer.toString(port), "--for", "100ms"))
                    .isEqualTo(1);
            assertThat(err.toString().lines())
                    .singleElement()
                    .asString()
                    .isEqualTo("vigil camera: can not listen at 127.0.0.1:" + port
                            + ": the port is in use; choose another with --port");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "--for, 20, is no duration",
        "--cameras, 0, cameras must be 1 to 256",
        "--port, 70000, port must be 0 to 65535",
        "--path, cam, must start with /",
        "--join, never, 'expected one of [keyframe, frame]'",
        "--user, ann, VIGIL_CAMERA_PASSWORD",
        "--tea, green, --tea",
        "--fault, stal, there is no kind 'stal'",
        "--fault, auth, fault 'auth' needs a user (--user)",
        "--fault, change, fault 'change' needs a second clip (--then)",
        "--fault, stall#2, 'a fault names camera #2, and there is one camera'",
        "--fault-script, missing.txt, --fault-script missing.txt can not be read",
        "--seed, seven, --seed",
        "--digest, md4, 'expected one of [md5, sha256]'",
        "--tls-key, camera.key, --tls-cert and --tls-key need each other",
    })
    void shouldSayWhatIsAllowedWhenAnOptionIsWrong(String option, String value, String message) {
        assertThat(run(CLIP, option, value)).isEqualTo(2);
        assertThat(err.toString()).contains(message);
    }

    @Test
    void shouldShowAnExampleWhenAskedForHelp() {
        assertThat(run("--help")).isZero();
        assertThat(out.toString())
                .contains("vigil camera media/demo-clip.mp4 --cameras 8")
                .contains("/cam1 to /cam8");
        Stream.of("--port", "--path", "--cameras", "--bind", "--for", "--join", "--user")
                .forEach(option -> assertThat(out.toString()).contains(option));
    }

    @Test
    void shouldTellOfFaultsWhenTheyComeAndGo() {
        assertThat(run(CLIP, "--port", "0", "--for", "300ms", "--fault", "lose=20%@50ms+50ms"))
                .isZero();
        assertThat(err.toString().lines().toList())
                .satisfiesExactly(
                        line -> assertThat(line).matches("\\d{4}-\\S+Z camera 1 begin lose=20%"),
                        line -> assertThat(line).matches("\\d{4}-\\S+Z camera 1 end lose=20%"));
    }

    @Test
    void shouldTellAllAsJsonLinesWhenAsked() throws IOException {
        Path script = Files.writeString(folder.resolve("faults"), "reset@50ms#2\nrandom@1h\n");
        assertThat(run(
                        CLIP,
                        "--port",
                        "0",
                        "--cameras",
                        "2",
                        "--for",
                        "300ms",
                        "--json",
                        "--seed",
                        "7",
                        "--fault-script",
                        script.toString()))
                .isZero();
        assertThat(err.toString()).isEmpty();
        List<JsonNode> lines = new ArrayList<>();
        for (String line : out.toString().lines().toList()) {
            lines.add(new ObjectMapper().readTree(line));
        }
        assertThat(lines.get(0).get("seed").longValue()).isEqualTo(7);
        assertThat(lines.get(2).get("url").textValue()).endsWith("/cam2");
        assertThat(lines).hasSize(5);
        assertThat(lines.get(3).get("phase").textValue()).isEqualTo("begin");
        assertThat(lines.get(4).get("phase").textValue()).isEqualTo("end");
        assertThat(lines.get(4).get("kind").textValue()).isEqualTo("reset");
        assertThat(lines.get(4).get("camera").intValue()).isEqualTo(2);
        assertThat(lines.get(4).get("since_us").longValue()).isGreaterThanOrEqualTo(50_000);
    }

    @Test
    void shouldSayWhichFilesAreWrongWhenTlsCanNotBeServed() throws IOException {
        Path text = Files.writeString(folder.resolve("text.pem"), "no certificate");
        assertThat(run(CLIP, "--port", "0", "--tls-cert", text.toString(), "--tls-key", text.toString()))
                .isEqualTo(1);
        assertThat(err.toString().lines())
                .singleElement()
                .asString()
                .startsWith("vigil camera: no TLS with certificate " + text)
                .contains("BEGIN PRIVATE KEY");
    }

    @Test
    void shouldTellOfEveryKindInTheHelpAndTheDocument() throws IOException {
        assertThat(run("--help")).isZero();
        String help = out.toString();
        String document = Files.readString(Path.of("docs/camera.md"));
        for (FaultKind kind : FaultKind.values()) {
            String star = kind.momentary() ? " *" : "";
            assertThat(document).contains("| `" + kind.form() + "`" + star + " | ");
            assertThat(help)
                    .contains("  " + kind.form() + " ")
                    .contains(kind.effect().substring(0, 20));
        }
        assertThat(help.lines()).as("fits a terminal").allMatch(line -> line.length() <= 80);
        assertThat(document)
                .as("no kind that is not there")
                .doesNotContainPattern("(?m)^\\| `(?!KIND|=VALUE|@START|\\+LENGTH|/EVERY|#CAMERA|"
                        + Stream.of(FaultKind.values())
                                .map(kind -> Pattern.quote(kind.form() + "`"))
                                .collect(Collectors.joining("|"))
                        + ")");
    }
}

package dev.vigil.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys of {@code mqtt} whose values come from elsewhere, or have several forms. */
class BrokerKeysTest {
    private static final String CAMERA = "cameras:\n  gate:\n    url: rtsp://10.0.0.7/main\n";

    @TempDir
    private Path folder;

    private ConfigFolder config;

    @BeforeEach
    void makeFolder() throws IOException {
        config = new ConfigFolder(folder);
    }

    @Test
    void shouldTakePasswordFromSystemdWhenACredentialIsNamed() throws Exception {
        Files.writeString(Files.createDirectory(folder.resolve("credentials")).resolve("mqtt"), "from systemd\n");
        config.environment.put(
                "CREDENTIALS_DIRECTORY", folder.resolve("credentials").toString());
        VigilConfig read = config.read(CAMERA + "mqtt: {username: u, password_credential: mqtt}\n");
        assertThat(read.mqtt().password().reveal()).isEqualTo("from systemd");
        assertThat(config.problems(CAMERA + "mqtt: {username: u, password_credential: mqqt}\n"))
                .singleElement()
                .asString()
                .endsWith("  mqtt.password_credential: the credential is not there");
    }

    @ParameterizedTest
    @ValueSource(strings = {"%s", "[%s]", "sha256 Fingerprint=%s", "SHA256=%s"})
    void shouldTakeFingerprintWhenWrittenAsOpensslPrintsIt(String form) throws Exception {
        String hex = "9F:86:D0:81:88:4C:7D:65:9A:2F:EA:A0:C5:5A:D0:15:A3:BF:4F:1B:2B:0B:82:2C:D1:5D:6C:15:B0:F0:0A:08";
        for (String fingerprint : List.of(hex, hex.replace(":", "").toLowerCase(Locale.ROOT))) {
            VigilConfig read =
                    config.read(CAMERA + "mqtt: {tls: {fingerprint: " + form.formatted(fingerprint) + "}}\n");
            assertThat(read.mqtt().tls().fingerprints())
                    .singleElement()
                    .asString()
                    .endsWith(fingerprint);
            assertThat(read.mqtt().problems()).isEmpty();
        }
    }
}

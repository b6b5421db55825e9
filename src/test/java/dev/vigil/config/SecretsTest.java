package dev.vigil.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is wrong, and wherever a secret stands, nothing that is told holds it. */
class SecretsTest {
    private static final String SECRET = "hunter2X9";

    @TempDir
    private Path folder;

    static Stream<String> paths() {
        return ConfigReader.keys().stream().map(Key::path);
    }

    /** What a variable of the environment holds is not told, whichever key it is used for, and neither is its default. */
    @ParameterizedTest
    @MethodSource("paths")
    void shouldNotTellVariableWhenItIsWrongInAnyKey(String path) throws IOException {
        for (String value : List.of("${SECRET}", "x${SECRET}y", "rtsp://u:${SECRET}@h:x/", "${NONE:-" + SECRET + "}")) {
            ConfigFolder config = new ConfigFolder(folder);
            config.environment.put("SECRET", SECRET);
            assertNowhere(config, yaml(path, "\"" + value + "\""));
        }
    }

    /** A secret that is written into the file itself is at a place where it may be, but the place is wrong in other ways. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "mqtt: {username: u, password: [hunter2X9]}",
                "mqtt: {username: u, password: {a: hunter2X9}}",
                "mqtt: {username: u, password: *hunter2X9}",
                "mqtt: {username: u, password: &hunter2X9}",
                "mqtt: {username: u, password: !hunter2X9}",
                "mqtt: {username: u, password: !!hunter2X9 a}",
                "mqtt: {username: u, password: !a!hunter2X9 a}",
                "mqtt: {username: u, password: @hunter2X9}",
                "mqtt: {username: u, password: %hunter2X9}",
                "mqtt: {username: u, password: `hunter2X9}",
                "mqtt: {username: u, password: '${hunter2X9'}",
                "mqtt: {username: u, password: '${X:-hunter2X9'}",
                "mqtt: {username: u, password: \"\\hunter2X9\"}",
                "mqtt: {username: u, password: \"hunter2X9}",
                "mqtt: {username: u, password: hunter2X9: a}",
                "mqtt:\n  password: hunter2X9: a",
                "mqtt:\n  password: |hunter2X9",
                "mqtt:\n  password: >hunter2X9",
                "mqtt:\n  password:hunter2X9",
                "mqtt:\n  password\n  hunter2X9",
                "mqtt:\n  password: 'a'hunter2X9",
                "mqtt:\n  password: \"a\" hunter2X9",
                "mqtt:\n  password: [a] hunter2X9",
                "%hunter2X9 a\n---\nmqtt: {}",
                "%YAML 1.hunter2X9\n---\nmqtt: {}",
                "%TAG hunter2X9\n---\nmqtt: {}",
                "mqtt: {pasword: hunter2X9}",
                "mqtt: {password: hunter2X9, password_file: hunter2X9}",
                "mqtt: {password_file: hunter2X9}",
                "mqtt: {password_file: [hunter2X9]}",
                "mqtt: {protocol: 3.1.1, password: hunter2X9}",
                "mqtt: {password_credential: hunter2X9}",
                "mqtt: {password: hunter2X9, password_credential: hunter2X9}",
                "mqtt: {tls: {key_password: hunter2X9}}",
                "mqtt: {tls: {key_password: [hunter2X9]}}",
                "mqtt: {tls: {key_password: hunter2X9, key_password_file: hunter2X9}}",
                "mqtt: {broker: [mqtt://h, 'mqtt://u:hunter2X9@h']}",
                "mqtt: {broker: 'wss://u:hunter2X9@h/mqtt'}",
                "mqtt: {broker: 'wss://h/mqtt?password=hunter2X9'}",
                "mqtt: {broker: 'mqtt://u:hunter2X9@h'}",
                "mqtt: {broker: 'mqtt://u:hunter2X9@h:x'}",
                "mqtt: {broker: 'mqtt://u:hunter 2X9 hunter2X9@h'}",
                "mqtt: {broker: 'u:hunter2X9@h'}",
                "cameras: {gate: {url: 'rtsp://u:hunter2X9@h:x/'}}",
                "cameras: {gate: {url: 'rtsp://u:a@hunter2X9#b/c?d@h:x/'}}",
                "cameras: {gate: {url: 'rtsp://u:a b hunter2X9@h:x/'}}",
                "cameras: {gate: {url: 'rtps://u:hunter2X9@h/'}}",
                "cameras: {gate: {url: 'rtsp:/u:hunter2X9@h/'}}",
                "cameras: {gate: {url: 'rtsp://h:x/?user=a&password=hunter2X9'}}",
                "cameras: {gate: 'rtsp://u:hunter2X9@h/'}",
                "cameras: ['rtsp://u:hunter2X9@h/']",
                "cameras: {'rtsp://u:hunter2X9@h/': {}}",
                "cameras: {gate: {'rtsp://u:hunter2X9@h/': {}}}",
                "cameras: {gate: {url: 'rtsp://u:hunter2X9@h/', fps: -1}}",
                "cameras: {gate: {url: 'rtsp://u:hunter2X9@h/', model: 'rtsp://u:hunter2X9@h/'}}",
                "node: 'rtsp://u:hunter2X9@h/'",
                "'rtsp://u:hunter2X9@h/'",
            })
    void shouldNotTellSecretWhenFileIsWrong(String yaml) throws IOException {
        ConfigFolder config = new ConfigFolder(folder);
        assertNowhere(config, yaml + "\n");
        assertThat(config.problems(yaml + "\n")).isNotEmpty();
    }

    @Test
    void shouldNotTellSecretsWhenConfigurationIsPrinted() throws Exception {
        ConfigFolder config = new ConfigFolder(folder);
        config.environment.put("SECRET", SECRET);
        VigilConfig read = config.read("""
                mqtt: {username: u, password: "${SECRET}"}
                cameras:
                  gate: {url: "rtsp://u:${SECRET}@h/main?token=${SECRET}"}
                """);
        assertThat(read.mqtt().password().reveal()).isEqualTo(SECRET);
        assertThat(read.cameras().get(0).source().uri().getUserInfo()).isEqualTo("u:" + SECRET);
        assertThat(read.toString()).contains("rtsp://***@h/main?token=***").doesNotContain(SECRET);
        assertThat(Files.readString(config.file)).doesNotContain(SECRET);
    }

    private static void assertNowhere(ConfigFolder config, String yaml) throws IOException {
        Files.writeString(config.file, yaml);
        ConfigReader.Loaded loaded = config.reader().load(config.file);
        String told = loaded.problems().sorted().stream().map(Problem::toString).collect(Collectors.joining("\n"));
        assertThat(told).doesNotContain(SECRET).doesNotContain("unter2X9");
    }

    /** @return a file in which one key has a value, and a camera if the key is of none */
    private static String yaml(String path, String value) {
        StringBuilder yaml = new StringBuilder();
        String indent = "";
        for (String part : path.split("\\.")) {
            yaml.append(yaml.isEmpty() ? "" : ":\n").append(indent).append(part);
            indent += "  ";
        }
        yaml.append(": ").append(value).append('\n');
        return yaml + (path.startsWith("cameras") ? "" : "cameras: {gate: {url: rtsp://h/}}\n");
    }
}

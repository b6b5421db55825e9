package dev.vigil.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds {@code config/vigil.yml} against what the reader knows. */
class ShippedConfigTest {
    private static final Path SHIPPED = Path.of("config/vigil.yml");

    /** A key behind a # in the first column: indentation is even, while a remark has one space. */
    private static final Pattern COMMENTED_KEY = Pattern.compile("#((?:  )*[a-z][a-z0-9_]*:(?: .*)?)");

    private static final Pattern KEY = Pattern.compile("((?:  )*)([a-z][a-z0-9_]*):(.*)");

    @TempDir
    private Path folder;

    private ConfigFolder config;
    private VigilConfig defaults;

    @BeforeEach
    void readLeastConfiguration() throws Exception {
        config = new ConfigFolder(folder);
        defaults = config.read("cameras: {gate: {url: 'rtsp://192.168.1.20:554/stream1'}}");
    }

    @Test
    void shouldBeTheDefaultsWhenReadAsItIs() throws Exception {
        assertThat(config.read(Files.readString(SHIPPED))).isEqualTo(defaults);
    }

    @Test
    void shouldBeTheDefaultsWhenAllDefaultsAreUncommented() throws Exception {
        Map<String, Key> keys = ConfigReader.keys().stream().collect(Collectors.toMap(Key::path, key -> key));
        List<String> lines = new ArrayList<>();
        lines(path -> !keys.containsKey(path) || keys.get(path).literal() || path.equals("cameras.NAME.url"), lines);
        assertThat(config.read(String.join("\n", lines))).isEqualTo(defaults);
    }

    @Test
    void shouldBeAllowedWhenExamplesAreUncommentedToo() throws Exception {
        config.environment.put("MQTT_PASSWORD", "from the environment");
        config.environment.put("MQTT_KEY_PASSWORD", "of the key");
        config.environment.put("VIGIL_HTTP_TOKEN", "0123456789abcdef");
        for (String file : List.of(
                "broker-ca.pem",
                "camera-ca.pem",
                "vigil.pem",
                "vigil.key",
                "labels.txt",
                "deploy.prototxt",
                "libonnxruntime_providers_openvino.so")) {
            Files.writeString(folder.resolve(file), "person\ncar\n");
        }
        List<String> lines = new ArrayList<>();
        // Each stands instead of another.
        Set<String> others = Set.of(
                "mqtt.password_file",
                "mqtt.password_credential",
                "mqtt.tls.fingerprint",
                "mqtt.tls.key_password_file",
                "http.token_file",
                "http.token_credential",
                "cameras.NAME.tls.fingerprint");
        // Another model, which this file does not have.
        lines(path -> !others.contains(path) && !path.startsWith("models.NAME.then."), lines);
        VigilConfig all = config.read(String.join("\n", lines));
        assertThat(all.mqtt().password().reveal()).isEqualTo("from the environment");
        assertThat(all.mqtt().tls().caFile()).isEqualTo(folder.resolve("broker-ca.pem"));
        assertThat(all.mqtt().tls().keyFile()).isEqualTo(folder.resolve("vigil.key"));
        assertThat(all.mqtt().tls().keyPassword().reveal()).isEqualTo("of the key");
        assertThat(all.http().token().reveal()).isEqualTo("0123456789abcdef");
        assertThat(all.cacheDir()).isEqualTo(Path.of("/var/cache/vigil"));
        assertThat(all.cameras().get(0).source().uri()).isEqualTo(URI.create("rtsp://192.168.1.20:554/stream1"));
    }

    @Test
    void shouldShowEveryKeyWhenReaderKnowsIt() throws IOException {
        List<String> shown = lines(path -> true, new ArrayList<>());
        assertThat(shown)
                .containsExactlyInAnyOrderElementsOf(
                        ConfigReader.keys().stream().map(Key::path).toList());
    }

    /** Remarks stand above a key, or above several that share it. */
    @Test
    void shouldSayThatValueIsExampleWhenKeyHasNoDefault() throws IOException {
        Map<String, Key> keys = ConfigReader.keys().stream().collect(Collectors.toMap(Key::path, key -> key));
        List<String> shown = Files.readAllLines(SHIPPED);
        List<String> pathOfLine = pathsByLine(shown);
        List<String> unsaid = new ArrayList<>();
        for (int line = 0; line < shown.size(); line++) {
            Key key = keys.get(pathOfLine.get(line));
            if (key == null || key.literal()) {
                continue;
            }
            String remark = "";
            for (int above = line - 1; above >= 0 && !shown.get(above).isBlank(); above--) {
                Key other = keys.get(pathOfLine.get(above));
                if (other != null && other.literal()) {
                    break;
                }
                remark = pathOfLine.get(above).isEmpty() ? shown.get(above) + remark : remark;
            }
            if (!remark.matches(".*(Example|without it|without them|Must be given).*")) {
                unsaid.add(key.path());
            }
        }
        assertThat(unsaid).isEmpty();
    }

    /**
     * @param lines takes the file's lines, uncommented; those of leaf keys only if {@code wanted}
     * @return the paths of the file's leaf keys, with NAME for the user's names
     */
    private static List<String> lines(Predicate<String> wanted, List<String> lines) throws IOException {
        List<String> shown = Files.readAllLines(SHIPPED);
        List<String> pathOfLine = pathsByLine(shown);
        List<String> leaves = new ArrayList<>();
        for (int i = 0; i < shown.size(); i++) {
            String bare = uncommented(shown.get(i));
            Matcher key = KEY.matcher(bare);
            boolean leaf = key.matches() && !key.group(3).isBlank();
            if (leaf) {
                leaves.add(pathOfLine.get(i));
            }
            if (!leaf || wanted.test(pathOfLine.get(i))) {
                lines.add(bare);
            }
        }
        return leaves;
    }

    /** @return for each line the path of its key, with NAME for the user's names; empty for lines without a key */
    private static List<String> pathsByLine(List<String> shown) {
        List<String> paths = new ArrayList<>();
        List<String> open = new ArrayList<>();
        for (String line : shown) {
            Matcher key = KEY.matcher(uncommented(line));
            if (!key.matches()) {
                paths.add("");
                continue;
            }
            int depth = key.group(1).length() / 2;
            assertThat(open).as(line).hasSizeGreaterThanOrEqualTo(depth);
            open.subList(depth, open.size()).clear();
            boolean named = depth == 1 && List.of("models", "cameras").contains(open.get(0))
                    || depth == 4 && open.get(3).equals("labels");
            open.add(named ? "NAME" : key.group(2));
            paths.add(String.join(".", open));
        }
        return paths;
    }

    private static String uncommented(String line) {
        Matcher commented = COMMENTED_KEY.matcher(line);
        return commented.matches() ? commented.group(1) : line;
    }
}

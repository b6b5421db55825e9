package dev.vigil.homeassistant;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vigil.mqtt.MqttTopic;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What stands on the discovery topics, against what Home Assistant's documentation of MQTT and its components says. */
class ConfigsTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Documented for every component that is used here. */
    private static final Set<String> COMMON = Set.of(
            "name",
            "unique_id",
            "device",
            "origin",
            "availability",
            "availability_mode",
            "entity_category",
            "enabled_by_default",
            "icon",
            "qos",
            "json_attributes_topic",
            "json_attributes_template",
            "state_topic",
            "value_template",
            "device_class");

    /** Documented for one component beside these. */
    private static final Map<String, Set<String>> OWN = Map.of(
            "sensor", Set.of("state_class", "unit_of_measurement", "expire_after"),
            "binary_sensor", Set.of("payload_on", "payload_off", "expire_after"),
            "switch", Set.of("command_topic", "payload_on", "payload_off", "state_on", "state_off"),
            "number", Set.of("command_topic", "min", "max", "step", "mode", "unit_of_measurement"));

    static Site site(String node, Site.Camera... cameras) {
        return new Site(
                node,
                "1.2.3",
                "vigil/" + node + "/availability",
                "vigil/" + node + "/stats",
                Duration.ofSeconds(10),
                Duration.ofSeconds(30),
                List.of(cameras));
    }

    static Site.Camera camera(String node, String name, String... labels) {
        String topics = "vigil/" + node + "/" + name + "/";
        return new Site.Camera(
                name, topics + "status", topics + "objects", topics + "settings", topics + "set", List.of(labels));
    }

    private static Map<String, JsonNode> configs(Site site) throws IOException {
        Map<String, JsonNode> configs = new TreeMap<>();
        for (Map.Entry<MqttTopic, byte[]> config :
                Configs.of(site, "homeassistant").entrySet()) {
            configs.put(config.getKey().name(), JSON.readTree(config.getValue()));
        }
        return configs;
    }

    private static Map<String, JsonNode> ofGate() throws IOException {
        return configs(site("box-7", camera("box-7", "gate", "person", "dining table")));
    }

    private static void assertConfig(String topic, String expected) throws IOException {
        assertThat(ofGate().get(topic)).as(topic).isEqualTo(JSON.readTree(expected.replace('`', '"')));
    }

    @Test
    void shouldBeOnOneTopicPerEntityWhenNodeHasACamera() throws IOException {
        assertThat(ofGate().keySet())
                .containsExactlyInAnyOrder(
                        "homeassistant/binary_sensor/vigil_box-7/connection/config",
                        "homeassistant/sensor/vigil_box-7/cameras_up/config",
                        "homeassistant/sensor/vigil_box-7/fps/config",
                        "homeassistant/sensor/vigil_box-7/age/config",
                        "homeassistant/sensor/vigil_box-7/memory/config",
                        "homeassistant/sensor/vigil_box-7/uptime/config",
                        "homeassistant/binary_sensor/vigil_box-7/gate_present_person/config",
                        "homeassistant/sensor/vigil_box-7/gate_count_person/config",
                        "homeassistant/binary_sensor/vigil_box-7/gate_present_dining_table_f8218716/config",
                        "homeassistant/sensor/vigil_box-7/gate_count_dining_table_f8218716/config",
                        "homeassistant/sensor/vigil_box-7/gate_objects/config",
                        "homeassistant/sensor/vigil_box-7/gate_state/config",
                        "homeassistant/binary_sensor/vigil_box-7/gate_problem/config",
                        "homeassistant/sensor/vigil_box-7/gate_fps/config",
                        "homeassistant/sensor/vigil_box-7/gate_age/config",
                        "homeassistant/sensor/vigil_box-7/gate_age_p99/config",
                        "homeassistant/switch/vigil_box-7/gate_set_enabled/config",
                        "homeassistant/number/vigil_box-7/gate_set_score/config",
                        "homeassistant/number/vigil_box-7/gate_set_fps/config");
    }

    /** "Binary sensor": occupancy is one of its classes; on and off are ON and OFF where nothing else is said. */
    @Test
    void shouldBeOccupancyWhileCameraIsUpWhenLabelIsConfigured() throws IOException {
        assertConfig("homeassistant/binary_sensor/vigil_box-7/gate_present_person/config", """
                {`name`: `Person`, `unique_id`: `vigil:box-7:gate:present:person`,
                 `state_topic`: `vigil/box-7/gate/objects`,
                 `value_template`: `{{ 'ON' if value_json.counts.get('person', 0) > 0 else 'OFF' }}`,
                 `qos`: 1, `device_class`: `occupancy`,
                 `availability`: [
                   {`topic`: `vigil/box-7/availability`},
                   {`topic`: `vigil/box-7/gate/status`,
                    `value_template`: `{{ 'online' if value_json.state == 'up' else 'offline' }}`}],
                 `availability_mode`: `all`,
                 `device`: {`identifiers`: [`vigil:box-7:gate`], `name`: `gate`, `manufacturer`: `Vigil`,
                            `model`: `Camera`, `sw_version`: `1.2.3`, `via_device`: `vigil:box-7`},
                 `origin`: {`name`: `Vigil`, `sw_version`: `1.2.3`}}""");
    }

    /** "Sensor": a state class makes Home Assistant keep statistics. */
    @Test
    void shouldBeAMeasurementWhenLabelIsCounted() throws IOException {
        JsonNode count = ofGate().get("homeassistant/sensor/vigil_box-7/gate_count_dining_table_f8218716/config");
        assertThat(count.get("name").textValue()).isEqualTo("Dining table count");
        assertThat(count.get("unique_id").textValue()).isEqualTo("vigil:box-7:gate:count:dining table");
        assertThat(count.get("value_template").textValue()).isEqualTo("{{ value_json.counts.get('dining table', 0) }}");
        assertThat(count.get("state_class").textValue()).isEqualTo("measurement");
        assertThat(count.get("availability")).hasSize(2);
        assertThat(count.has("entity_category"))
                .as("it is what the camera is for")
                .isFalse();
    }

    /** "Switch": what is sent, and which states of the template mean on and off. It must work while the camera is disabled. */
    @Test
    void shouldBeASwitchWhileDaemonIsThereWhenCameraCanBeDisabled() throws IOException {
        assertConfig("homeassistant/switch/vigil_box-7/gate_set_enabled/config", """
                {`name`: `Enabled`, `unique_id`: `vigil:box-7:gate:set_enabled`,
                 `state_topic`: `vigil/box-7/gate/settings`,
                 `value_template`: `{{ 'true' if value_json.enabled else 'false' }}`, `qos`: 1,
                 `command_topic`: `vigil/box-7/gate/set/enabled`,
                 `entity_category`: `config`,
                 `availability`: [{`topic`: `vigil/box-7/availability`}],
                 `payload_on`: `true`, `payload_off`: `false`, `state_on`: `true`, `state_off`: `false`,
                 `icon`: `mdi:cctv`,
                 `device`: {`identifiers`: [`vigil:box-7:gate`], `name`: `gate`, `manufacturer`: `Vigil`,
                            `model`: `Camera`, `sw_version`: `1.2.3`, `via_device`: `vigil:box-7`},
                 `origin`: {`name`: `Vigil`, `sw_version`: `1.2.3`}}""");
    }

    /** "Number": min, max and step; mode is auto, box or slider. */
    @Test
    void shouldBeNumbersWithinWhatIsAllowedWhenScoreAndRateCanBeSet() throws IOException {
        JsonNode score = ofGate().get("homeassistant/number/vigil_box-7/gate_set_score/config");
        assertThat(score.get("command_topic").textValue()).isEqualTo("vigil/box-7/gate/set/score");
        assertThat(score.get("min").doubleValue()).isZero();
        assertThat(score.get("max").doubleValue()).isEqualTo(1);
        assertThat(score.get("step").doubleValue()).isEqualTo(0.01);
        assertThat(score.get("value_template").textValue()).isEqualTo("{{ value_json.score }}");
        JsonNode fps = ofGate().get("homeassistant/number/vigil_box-7/gate_set_fps/config");
        assertThat(fps.get("command_topic").textValue()).isEqualTo("vigil/box-7/gate/set/fps");
        assertThat(fps.get("max").intValue()).isEqualTo(1_000);
        assertThat(fps.get("mode").textValue()).isEqualTo("box");
    }

    @Test
    void shouldBeTheNodesOwnConnectionWhenItIsAway() throws IOException {
        assertConfig("homeassistant/binary_sensor/vigil_box-7/connection/config", """
                {`name`: `Connection`, `unique_id`: `vigil:box-7:connection`, `entity_category`: `diagnostic`,
                 `state_topic`: `vigil/box-7/availability`, `qos`: 1,
                 `payload_on`: `online`, `payload_off`: `offline`, `device_class`: `connectivity`,
                 `device`: {`identifiers`: [`vigil:box-7`], `name`: `Vigil box-7`, `manufacturer`: `Vigil`,
                            `model`: `Node`, `sw_version`: `1.2.3`},
                 `origin`: {`name`: `Vigil`, `sw_version`: `1.2.3`}}""");
    }

    @Test
    void shouldExpireWhenFiguresStopComing() throws IOException {
        assertThat(ofGate().get("homeassistant/sensor/vigil_box-7/gate_fps/config")
                        .get("expire_after")
                        .intValue())
                .as("three statuses")
                .isEqualTo(90);
        assertThat(ofGate().get("homeassistant/sensor/vigil_box-7/memory/config")
                        .get("expire_after")
                        .intValue())
                .as("three stats")
                .isEqualTo(30);
    }

    @Test
    void shouldHaveOnlyDocumentedKeysWhenAnyEntityIsTold() throws IOException {
        ofGate().forEach((topic, config) -> {
            Set<String> known = new HashSet<>(COMMON);
            known.addAll(OWN.get(topic.split("/", -1)[1]));
            config.fieldNames()
                    .forEachRemaining(key -> assertThat(known).as(topic).contains(key));
        });
    }

    @Test
    void shouldTellTheNodeFirstWhenCamerasReferToIt() {
        List<MqttTopic> topics =
                new ArrayList<>(Configs.of(site("n", camera("n", "gate")), "ha").keySet());
        assertThat(topics.get(0).name()).isEqualTo("ha/binary_sensor/vigil_n/connection/config");
    }

    @Test
    void shouldHaveTopicsAndIdsOfTheirOwnWhenNamesAreAlike() throws IOException {
        // Each of them could be another one's, where parts of names are only put behind each other.
        Site site = site(
                "a.b_c",
                camera("a.b_c", "x", "fps", "y", "count_y", "Y", "y y", "y_y"),
                camera("a.b_c", "x_count", "y"),
                camera("a.b_c", "x_count_y", "y"),
                camera("a.b_c", "fps", "person"));
        List<String> ids = new ArrayList<>();
        Map<String, JsonNode> configs = configs(site);
        configs.forEach((topic, config) -> {
            // Home Assistant, MQTT, "Discovery topic": letters, digits, - and _.
            assertThat(topic).matches("homeassistant/[a-z_]+/[a-zA-Z0-9_-]+/[a-zA-Z0-9_-]+/config");
            assertThat(topic.split("/", -1)[2]).startsWith("vigil_a_b_c_");
            ids.add(config.get("unique_id").textValue());
        });
        assertThat(ids).doesNotHaveDuplicates();
        long entities = 6 + 4 * 9 + 2 * (6 + 1 + 1 + 1); // the node's, each camera's, two for each label
        assertThat(configs).hasSize((int) entities);
    }

    @Test
    void shouldKeepTopicsAndIdsWhenOtherThingsAreConfigured() throws IOException {
        Map<String, JsonNode> more = configs(
                site("box-7", camera("box-7", "yard"), camera("box-7", "gate", "car", "dining table", "person")));
        ofGate().forEach((topic, config) ->
                assertThat(more.get(topic).get("unique_id")).as(topic).isEqualTo(config.get("unique_id")));
    }

    @ParameterizedTest
    @CsvSource({
        "vigil:box,        true",
        "vigil:box:gate,   true",
        "vigil:boxes,      false",
        "vigil:bo,         false",
        "vigil:other:gate, false",
    })
    void shouldBeOursOnlyWhenDeviceIsOfThisNode(String device, boolean ours) throws IOException {
        String payload = "{`device`: {`identifiers`: [`%s`]}, `origin`: {`name`: `Vigil`}}".replace('`', '"');
        assertThat(Entity.isOf("box", JSON.readTree(String.format(payload, device))))
                .isEqualTo(ours);
        assertThat(Entity.isOf("box", JSON.readTree(String.format(payload.replace("Vigil", "Other"), device))))
                .isFalse();
    }

    @Test
    void shouldNotBeOursWhenPayloadIsOfAnyOtherForm() throws IOException {
        for (String payload : List.of("1", "[]", "{}", "{\"device\": 1, \"origin\": \"Vigil\"}")) {
            assertThat(Entity.isOf("box", JSON.readTree(payload))).as(payload).isFalse();
        }
    }

    /** Jinja reads escapes as Python does: two, four or eight hexadecimal digits. */
    @Test
    void shouldEscapeAllButPlainCharactersWhenLabelIsALiteral() {
        assertThat(Templates.quoted("dining table 2")).isEqualTo("'dining table 2'");
        assertThat(Templates.quoted("'}}{%\\\n")).isEqualTo("'\\x27\\x7d\\x7d\\x7b\\x25\\x5c\\x0a'");
        assertThat(Templates.quoted("é€🐈")).isEqualTo("'\\xe9\\u20ac\\U0001f408'");
    }

    @Test
    void shouldMentionOnlyTopicsOfTheSiteWhenAnyEntityIsTold() throws IOException {
        Set<String> topics = new TreeSet<>();
        ofGate().values().forEach(config -> {
            Stream.of("state_topic", "command_topic", "json_attributes_topic")
                    .filter(config::has)
                    .forEach(key -> topics.add(config.get(key).textValue()));
            config.path("availability")
                    .forEach(each -> topics.add(each.get("topic").textValue()));
        });
        assertThat(topics)
                .containsExactlyInAnyOrder(
                        "vigil/box-7/availability",
                        "vigil/box-7/stats",
                        "vigil/box-7/gate/status",
                        "vigil/box-7/gate/objects",
                        "vigil/box-7/gate/settings",
                        "vigil/box-7/gate/set/enabled",
                        "vigil/box-7/gate/set/score",
                        "vigil/box-7/gate/set/fps");
    }
}

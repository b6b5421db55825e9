package dev.vigil.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vigil.Peers;
import dev.vigil.base.trace.Tracing;
import dev.vigil.http.RawHttp;
import dev.vigil.http.RawHttp.Response;
import dev.vigil.mqtt.Await;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The pages of a whole daemon. */
@Timeout(120)
class HttpPortTest extends ReloadRun {
    private static final String ANY_PORT = "{listen: '127.0.0.1:0'}";
    private static final String PROMTOOL = "/usr/bin/promtool";
    private static final List<String> PAGES = List.of(
            "/",
            "/livez",
            "/readyz",
            "/metrics",
            "/status",
            "/ledger",
            "/config",
            "/snapshot/",
            "/snapshot/away.jpg",
            "/snapshot/cam1.jpg?boxes=1",
            "/nowhere");

    @BeforeEach
    void wantPort() {
        http = ANY_PORT;
    }

    private RawHttp port() {
        return new RawHttp(daemon.http().address().orElseThrow().getPort());
    }

    private JsonNode json(String path) throws IOException {
        Response answer = port().get(path);
        assertThat(answer.status()).as(path).isEqualTo(200);
        assertThat(answer.header("Content-Type")).isEqualTo("application/json");
        return JSON.readTree(answer.body());
    }

    /** Values by name and labels, as they stand on the page. */
    private Map<String, Double> metrics() throws IOException {
        Map<String, Double> values = new TreeMap<>();
        port().get("/metrics")
                .text()
                .lines()
                .filter(line -> !line.startsWith("#"))
                .forEach(line -> {
                    int space = line.lastIndexOf(' ');
                    values.put(line.substring(0, space), Double.parseDouble(line.substring(space + 1)));
                });
        return values;
    }

    @Test
    void shouldTellHowItIsWhenADaemonRuns() throws Exception {
        configured.put("away", "url: 'rtsp://127.0.0.1:1/none', retry: {min: 100ms, max: 300ms}");
        start();
        awaitMore("cam1");
        awaitMore("cam2");
        assertThat(port().get("/livez").text()).isEqualTo("ok\n");
        assertThat(port().get("/readyz").text()).startsWith("ok: 3 cameras, 2 up");
        assertThat(port().get("/").text()).contains("<h1>Vigil box</h1>", "href=\"/snapshot/cam2.jpg?boxes=1\"");

        JsonNode status = json("/status");
        while (status.path("cameras").get(1).path("fps").asDouble() == 0) {
            status = json("/status"); // figures of a second, when one has passed
        }
        assertThat(status.path("phase").asText()).isEqualTo("running");
        assertThat(status.path("mqtt").path("state").asText()).isEqualTo("connected");
        JsonNode away = status.path("cameras").get(0);
        assertThat(away.path("camera").asText()).isEqualTo("away");
        assertThat(away.path("state").asText()).isIn("down", "connecting");
        JsonNode cam1 = status.path("cameras").get(1);
        assertThat(cam1.path("state").asText()).isEqualTo("up");
        assertThat(cam1.path("fps").asDouble()).isPositive();
        assertThat(cam1.path("age_us").path("p99").asLong()).isPositive();

        JsonNode ledger = json("/ledger").path("cam1");
        long accounted =
                ledger.path("published").asLong() + ledger.path("in_flight").asLong();
        for (JsonNode cause : ledger.path("dropped")) {
            accounted += cause.asLong();
        }
        assertThat(ledger.path("balances").asBoolean()).isTrue();
        assertThat(ledger.path("read").asLong()).isPositive().isEqualTo(accounted);
    }

    @Test
    void shouldAgreeWithWhatTheDaemonKnowsWhenPrometheusScrapes() throws Exception {
        configured.put("away", "url: 'rtsp://127.0.0.1:1/none', retry: {min: 100ms, max: 300ms}");
        start();
        awaitMore("cam1");
        awaitMore("cam2");
        long published = published("cam1");
        Map<String, Double> values = metrics();
        assertThat(values.get("vigil_camera_frames_published_total{camera=\"cam1\"}"))
                .isBetween((double) published, (double) published("cam1"));
        assertThat(values)
                .containsEntry("vigil_ready", 1.0)
                .containsEntry("vigil_live", 1.0)
                .containsEntry("vigil_mqtt_connected", 1.0)
                .containsEntry("vigil_mqtt_broker_connected{broker=\"127.0.0.1:" + broker.port() + "\"}", 1.0)
                .containsEntry("vigil_camera_up{camera=\"cam1\"}", 1.0)
                .containsEntry("vigil_camera_up{camera=\"away\"}", 0.0)
                .containsEntry("vigil_camera_frames_unaccounted{camera=\"cam2\"}", 0.0)
                .containsEntry("vigil_camera_info{camera=\"cam1\",model=\"small\"}", 1.0)
                .containsEntry("vigil_camera_frames_dropped_total{camera=\"away\",cause=\"infer_failed\"}", 0.0);
        assertThat(values.get("vigil_camera_step_seconds_count{camera=\"cam1\",step=\"infer\"}"))
                .isPositive();
        assertThat(values.get("vigil_model_ring_slots{model=\"small\"}")).isPositive();
        assertThat(values.get("vigil_model_ring_occupied_slots{model=\"small\"}"))
                .isNotNegative();
        assertThat(values.get("process_resident_memory_bytes")).isGreaterThan(1e7);
        assertThat(values.get("process_cpu_seconds_total")).isPositive();

        configured.remove("cam2");
        reload();
        assertThat(metrics().keySet()).noneMatch(name -> name.contains("cam2")).anyMatch(name -> name.contains("cam1"));
    }

    @Test
    void shouldBeAsPrometheusWantsItWhenItsToolChecks() throws Exception {
        Peers.require(PROMTOOL, "prometheus");
        start();
        awaitMore("cam1");
        Path page = Files.write(
                folder.resolve("metrics.txt"), port().get("/metrics").body());
        promtool(new ProcessBuilder(PROMTOOL, "check", "metrics").redirectInput(page.toFile()));
        promtool(new ProcessBuilder(PROMTOOL, "check", "rules", "config/alerts.yml"));
    }

    private void promtool(ProcessBuilder tool) throws Exception {
        Path told = folder.resolve("told");
        Process process =
                tool.redirectErrorStream(true).redirectOutput(told.toFile()).start();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(told)).isZero();
    }

    @Test
    void shouldShowANewPictureWhenOneIsAskedFor() throws Exception {
        start();
        awaitMore("cam1");
        Instant asked = Instant.now();
        long before = json("/ledger").path("cam1").path("read").asLong();
        Response whole = port().get("/snapshot/cam1.jpg?boxes=1");
        assertThat(whole.status()).as(whole.text()).isEqualTo(200);
        assertThat(whole.header("Content-Type")).isEqualTo("image/jpeg");
        assertThat(Long.parseLong(whole.header("Vigil-Frame"))).isGreaterThanOrEqualTo(before);
        assertThat(Instant.parse(whole.header("Vigil-Captured"))).isAfter(asked.minus(Duration.ofSeconds(10)));
        assertThat(whole.header("Vigil-Clock")).isIn("rtcp", "rtcp_adjusted", "arrival");
        BufferedImage picture = ImageIO.read(new ByteArrayInputStream(whole.body()));
        assertThat(picture.getWidth()).isEqualTo(1_280);
        assertThat(picture.getHeight()).isEqualTo(720);
        Response small = port().get("/snapshot/cam1.jpg?width=320");
        assertThat(ImageIO.read(new ByteArrayInputStream(small.body())).getHeight())
                .isEqualTo(180);
        assertThat(Long.parseLong(small.header("Vigil-Frame")))
                .isGreaterThan(Long.parseLong(whole.header("Vigil-Frame")));
        assertThat(port().get("/snapshot/cam1.jpg?width=0").status()).isEqualTo(400);
        assertThat(port().get("/snapshot/cam1.jpg?boxes=yes").status()).isEqualTo(400);
        assertThat(port().get("/snapshot/../cam1.jpg").status()).isEqualTo(404);
        assertThat(port().get("/snapshot/nobody.jpg").text()).contains("/snapshot/cam1.jpg");
    }

    @Test
    void shouldSayWhyWhenACameraGivesNoPicture() throws Exception {
        configured.put("away", "url: 'rtsp://admin:hunter2-s3cret@127.0.0.1:1/none', retry: {min: 100ms, max: 300ms}");
        configured.put("off", camera(2) + ", enabled: false");
        start();
        Await.until("the fault", () -> camera("away").reader().status().error() != null);
        Response away = port().get("/snapshot/away.jpg");
        assertThat(away.status()).isEqualTo(503);
        assertThat(away.header("Retry-After")).isEqualTo("2");
        assertThat(away.text()).contains("away: it is", "refused").doesNotContain("hunter2");
        Await.until(
                "the camera to be off",
                () -> camera("off").reader().status().state().name().equals("DISABLED"));
        assertThat(port().get("/snapshot/off.jpg").text()).contains("off: it is disabled");
    }

    @Test
    void shouldRecordForOneWhenSeveralAskForATrace() throws Exception {
        start();
        awaitMore("cam1");
        RawHttp port = port();
        CompletableFuture<Response> first = CompletableFuture.supplyAsync(() -> get(port, "/trace?seconds=4"));
        Await.until("the recording", () -> Tracing.current() != null);
        assertThat(port.get("/trace?seconds=1").text()).isEqualTo("another recording is on\n");
        assertThat(port.get("/snapshot/cam1.jpg").status()).isEqualTo(200);
        assertThat(port.get("/metrics").status()).isEqualTo(200);
        Response trace = first.get(60, TimeUnit.SECONDS);
        assertThat(trace.status()).isEqualTo(200);
        JsonNode file = JSON.readTree(unchunked(trace.text()));
        assertThat(file.path("traceEvents")).hasSizeGreaterThan(20);
        assertThat(file.path("otherData").path("seconds").asDouble()).isBetween(1.9, 30.0);
        assertThat(port.get("/trace?seconds=0").status()).isEqualTo(400);
        assertThat(port.get("/trace?seconds=61").status()).isEqualTo(400);
        assertThat(port.send("HEAD /trace HTTP/1.1\r\nHost: localhost\r\n\r\n").status())
                .isEqualTo(200);
        assertThat(port.get("/trace?seconds=1").status()).isEqualTo(200);
    }

    private static Response get(RawHttp port, String path) {
        try {
            return port.get(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String unchunked(String body) {
        StringBuilder whole = new StringBuilder();
        int at = 0;
        while (true) {
            int end = body.indexOf("\r\n", at);
            int length = Integer.parseInt(body.substring(at, end), 16);
            if (length == 0) {
                return whole.toString();
            }
            whole.append(body, end + 2, end + 2 + length);
            at = end + 4 + length;
        }
    }

    @Test
    void shouldTellNoSecretWhenAllPagesAreSearched() throws Exception {
        String secret = "hunter2-s3cret-of-length";
        Files.writeString(folder.resolve("token"), secret + "-token");
        http = "{listen: '127.0.0.1:0', token_file: token}";
        configured.put("away", "url: 'rtsp://admin:" + secret + "@127.0.0.1:1/none?password=" + secret + "'");
        configured.put(
                "cgi",
                "url: 'http://127.0.0.1:1/user=admin&password=" + secret + "', detect_stream: 'rtsp://u:" + secret
                        + "@127.0.0.1:1/x'");
        start();
        awaitMore("cam1");
        for (String page : PAGES) {
            assertThat(port().get(page).status()).as(page).isEqualTo(401);
            Response answer = port().get(page, "Authorization: Bearer " + secret + "-token");
            assertThat(answer.status()).as(page).isNotEqualTo(401);
            assertThat(answer.head() + answer.text())
                    .as(page)
                    .doesNotContain(secret)
                    .doesNotContain("admin");
        }
        String config = port().get("/config", "Authorization: Bearer " + secret + "-token")
                .text();
        assertThat(config).contains("\"token\" : \"***\"", "rtsp://***@127.0.0.1:1/none?password=***");
        // Whatever the configuration comes to hold, nothing but words, numbers and lists is hidden as not understood.
        assertThat(Pattern.compile("\"([a-z_]+)\" : \"\\*\\*\\*\"")
                        .matcher(config)
                        .results()
                        .map((MatchResult result) -> result.group(1)))
                .containsOnly("token");
    }

    @Test
    void shouldMoveWithTheConfigurationWhenItIsReloaded() throws Exception {
        start();
        int before = daemon.http().address().orElseThrow().getPort();
        reload();
        assertThat(daemon.http().address().orElseThrow().getPort()).isEqualTo(before);
        http = "{listen: '127.0.0.2:0'}";
        reload();
        assertThat(daemon.http().address().orElseThrow().getAddress().getHostAddress())
                .isEqualTo("127.0.0.2");
        http = "false";
        reload();
        assertThat(daemon.http().address()).isEmpty();
        http = ANY_PORT;
        reload();
        assertThat(port().get("/readyz").status()).isEqualTo(200);
        awaitMore("cam1");
    }
}

package dev.vigil;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script {@code packaging/vulnerabilities}, against a server that answers as OSV's does. */
class VulnerabilitiesTest {
    private static final String BOM = """
            {"bomFormat": "CycloneDX", "components": [
                {"name": "ffmpeg", "version": "8.0.1-1.5.13",
                 "purl": "pkg:maven/org.bytedeco/ffmpeg@8.0.1-1.5.13?type=jar"},
                {"name": "ffmpeg", "version": "8.0.1-1.5.13",
                 "purl": "pkg:maven/org.bytedeco/ffmpeg@8.0.1-1.5.13?classifier=linux-x86_64&type=jar"},
                {"name": "netty-codec-mqtt", "version": "4.2.1",
                 "purl": "pkg:maven/io.netty/netty-codec-mqtt@4.2.1?type=jar"}]}
            """;

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path folder;

    private final ConcurrentLinkedQueue<String> asked = new ConcurrentLinkedQueue<>();
    private HttpServer server;
    private String accepted = "";

    private record Ran(int status, String out, String err) {}

    @BeforeEach
    void answer() throws IOException {
        Peers.require("/usr/bin/curl", "curl");
        Peers.require("/usr/bin/jq", "jq");
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        // In the order that was asked in: Netty's artifact, FFmpeg's, and FFmpeg's sources.
        server.createContext("/v1/querybatch", exchange -> {
            asked.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            send(exchange, """
                    {"results": [{"vulns": [{"id": "GHSA-1"}]}, {}, {"vulns": [{"id": "CVE-2"}]}]}
                    """);
        });
        server.createContext("/v1/vulns/GHSA-1", exchange -> send(exchange, """
                {"id": "GHSA-1", "aliases": ["CVE-1"], "summary": "MQTT floods",
                 "database_specific": {"severity": "HIGH"},
                 "affected": [{"ranges": [{"events": [{"introduced": "0"}, {"fixed": "4.2.15"}]}]}]}
                """));
        server.createContext("/v1/vulns/CVE-2", exchange -> send(exchange, """
                {"id": "CVE-2", "details": "A decoder writes too far.\\nMore."}
                """));
        server.start();
    }

    @AfterEach
    void stop() {
        if (server != null) {
            server.stop(0);
        }
    }

    private static void send(HttpExchange exchange, String json) throws IOException {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private Ran check(String bom) throws IOException, InterruptedException {
        Path file = Files.writeString(folder.resolve("bom.json"), bom);
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        ProcessBuilder builder = new ProcessBuilder("packaging/vulnerabilities", file.toString())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment()
                .put("VIGIL_OSV", "http://127.0.0.1:" + server.getAddress().getPort());
        builder.environment()
                .put(
                        "VIGIL_ACCEPTED",
                        Files.writeString(folder.resolve("accepted"), accepted).toString());
        Process process = builder.start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Ran(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    @Test
    void shouldTellWhatIsKnownWhenAnArtifactOrItsSourcesAreAffected() throws Exception {
        Ran ran = check(BOM);
        assertThat(ran.status()).isOne();
        assertThat(ran.err()).isEmpty();
        assertThat(ran.out())
                .contains("pkg:maven/io.netty/netty-codec-mqtt@4.2.1\n  GHSA-1 CVE-1: MQTT floods\n"
                        + "  severity HIGH, fixed in 4.2.15")
                .contains("github.com/ffmpeg/ffmpeg@8.0.1\n  CVE-2: A decoder writes too far.\n"
                        + "  severity not told, fixed in no release")
                .endsWith("3 asked for, 2 open, 0 accepted\n");
    }

    @Test
    void shouldAskOnceForEachArtifactWhenItHasSeveralClassifiers() throws Exception {
        check(BOM);
        JsonNode queries = JSON.readTree(asked.remove()).path("queries");
        assertThat(StreamSupport.stream(queries.spliterator(), false)
                        .map(query -> query.at("/package/purl").asText()
                                + query.at("/package/name").asText()))
                .containsExactlyElementsOf(List.of(
                        "pkg:maven/io.netty/netty-codec-mqtt@4.2.1",
                        "pkg:maven/org.bytedeco/ffmpeg@8.0.1-1.5.13",
                        "github.com/ffmpeg/ffmpeg"));
        assertThat(queries.path(2).path("version").asText()).isEqualTo("8.0.1");
    }

    @Test
    void shouldSayWhyWhenAnAdvisoryIsAccepted() throws Exception {
        accepted = "# why\nCVE-1 this MQTT is ours alone\nCVE-2 never decoded\n";
        Ran ran = check(BOM);
        assertThat(ran.status()).isZero();
        assertThat(ran.out())
                .contains("accepted: this MQTT is ours alone")
                .endsWith("3 asked for, 0 open, 2 accepted\n");
    }

    @Test
    void shouldNotCallItCleanWhenNobodyAnswersOrNothingIsListed() throws Exception {
        assertThat(check("{\"components\": []}").status()).isEqualTo(2);
        assertThat(check("no JSON").err()).contains("is no CycloneDX file");
        int port = server.getAddress().getPort();
        server.removeContext("/v1/querybatch");
        Ran ran = check(BOM);
        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.err()).contains("http://127.0.0.1:" + port + " did not answer");
    }
}

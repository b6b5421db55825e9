package dev.vigil.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.base.Clock;
import dev.vigil.http.RawHttp.Response;
import dev.vigil.mqtt.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The port over real sockets, with those who mean it well and those who do not. */

/** The port over real sockets, with those who do not mean it well. */
@Timeout(60)
class HostileClientTest extends ServerRun {
    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "get", "PRI"})
    void shouldNameWhatIsAllowedWhenTheMethodIsAnother(String method) throws Exception {
        start(null);
        Response answer = client.send(method + " /plain HTTP/1.1\r\nHost: localhost\r\n\r\n");
        assertThat(answer.status()).isEqualTo(405);
        assertThat(answer.header("Allow")).isEqualTo("GET, HEAD");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/nowhere",
                "/../etc/passwd",
                "/files/../plain/..",
                "//plain",
                "/plain/",
                "/%70lain",
                "/plain%00",
                "/files/",
                "/files",
                "http://localhost/plain",
                "*",
                "/plain;a=1",
                "/PLAIN",
                "/<script>alert(1)</script>"
            })
    void shouldTellThePathsThereAreAndRepeatNothingWhenThePathIsATrick(String path) throws Exception {
        start(null);
        Response answer = client.get(path);
        if (path.startsWith("/files/..")) { // a name like any other, which no page takes for a file
            assertThat(answer.text()).isEqualTo("rest ../plain/..\n");
            return;
        }
        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.text())
                .contains("/plain  a page", "/files/NAME  by name")
                .doesNotContain("script");
        assertThat(answer.header("Content-Type")).startsWith("text/plain");
    }

    @Test
    void shouldRefuseWhenARequestIsTooLongOrNoneOrHasABody() throws Exception {
        start(null);
        assertThat(client.get("/" + "a".repeat(3_000)).status()).isEqualTo(414);
        assertThat(client.get("/plain", "X: " + "a".repeat(9_000)).status()).isEqualTo(431);
        assertThat(client.get("/plain", "X: y\r\n".repeat(4_000).strip()).status())
                .isEqualTo(431);
        assertThat(client.send("\u0016\u0003\u0001\u0002\u0000\r\n\r\n").status())
                .isEqualTo(400); // TLS
        assertThat(client.get("/plain", "Content-Length: 5").status()).isEqualTo(413);
        assertThat(client.get("/plain", "Content-Length: 999999999999").status())
                .isEqualTo(413);
        assertThat(client.get("/plain", "Transfer-Encoding: chunked").status()).isEqualTo(413);
        assertThat(client.send("GET /plain HTTP/1.1\r\n\r\n").status()).isEqualTo(400); // no Host
        assertThat(client.get("/plain", "Host: localhost").status()).isEqualTo(400); // two
        assertThat(client.get("/plain").status()).isEqualTo(200);
    }

    @Test
    void shouldCloseWhenARequestDripsIn() throws Exception {
        start(null);
        try (Socket slow = client.connect()) {
            slow.getOutputStream().write("GET /plain HTT".getBytes(StandardCharsets.US_ASCII));
            assertThat(RawHttp.read(slow).status()).isEqualTo(408);
        }
        try (Socket silent = client.connect()) {
            assertThat(RawHttp.read(silent).status()).isEqualTo(408);
        }
        assertThat(client.get("/plain").status()).isEqualTo(200);
    }

    @Test
    void shouldTurnAwayMoreWhenAsManyAreOpenAsMayBe() throws Exception {
        server = new HttpServer(
                new HttpOptions(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), null),
                site,
                figures,
                Clock.SYSTEM);
        server.start();
        client = new RawHttp(server.address().orElseThrow().getPort());
        List<Socket> open = new ArrayList<>();
        try {
            for (int i = 0; i < Connections.MAX; i++) {
                open.add(client.connect());
            }
            Await.until("a connection to be turned away", () -> isTurnedAway());
            open.remove(0).close();
            Await.until("room for another", () -> statusOf("/plain") == 200);
        } finally {
            for (Socket socket : open) {
                socket.close();
            }
        }
        assertThat(figures.turnedAwayTotal()).isPositive();
    }

    private boolean isTurnedAway() {
        return statusOf("/plain") == 0;
    }

    private int statusOf(String path) {
        try {
            return client.get(path).status();
        } catch (IOException reset) {
            return 0;
        }
    }

    @Test
    void shouldAnswerOneWhenManyAreSentAtOnce() throws Exception {
        start(null);
        try (Socket socket = client.connect()) {
            byte[] one = "GET /plain HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
            Thread flood = new Thread(() -> {
                try {
                    for (int i = 0; i < 100_000; i++) {
                        socket.getOutputStream().write(one);
                    }
                } catch (IOException hungUp) {
                    gone.set(true);
                }
            });
            flood.start();
            Response answer = RawHttp.read(socket);
            flood.join();
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.text()).isEqualTo("plain {}\n");
        }
        assertThat(figures.answers()).containsOnlyKeys(200).containsEntry(200, 1L);
        assertThat(client.get("/plain").status()).isEqualTo(200);
    }

    @Test
    void shouldAnswerWhoeverKnowsTheTokenWhenThereIsOne() throws Exception {
        start(TOKEN);
        for (String wrong : List.of(
                "X: y",
                "Authorization: Bearer 0123456789abcdef-tokem",
                "Authorization: Bearer",
                "Authorization: Basic ====",
                "Authorization: Digest x",
                "Authorization: Basic dXNlcjp4")) {
            Response refused = client.get("/plain", wrong);
            assertThat(refused.status()).as(wrong).isEqualTo(401);
            assertThat(refused.header("WWW-Authenticate")).contains("Bearer", "Basic");
            assertThat(refused.head() + refused.text()).doesNotContain("0123456789");
        }
        assertThat(client.get("/nowhere").status()).isEqualTo(401);
        assertThat(client.get("/plain", "authorization: bearer " + TOKEN.reveal())
                        .status())
                .isEqualTo(200);
        String basic = java.util.Base64.getEncoder()
                .encodeToString(("any:" + TOKEN.reveal()).getBytes(StandardCharsets.UTF_8));
        assertThat(client.get("/plain", "Authorization: Basic " + basic).status())
                .isEqualTo(200);
        // A page that has a name of its own resolve to this address does not know the token.
        assertThat(client.send("GET /plain HTTP/1.1\r\nHost: box.example\r\nAuthorization: Bearer " + TOKEN.reveal()
                                + "\r\n\r\n")
                        .status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "localhost, true",
        "localhost:8745, true",
        "LOCALHOST, true",
        "127.0.0.1:1, true",
        "127.9.9.9, true",
        "[::1]:8745, true",
        "[::1], true",
        "::1, false",
        "evil.example, false",
        "evil.example:8745, false",
        "localhost.evil.example, false",
        "127.0.0.1.evil.example, false",
        "192.168.1.9, false",
        "localhost:x, false",
        "'', false",
        "localhost:123456, false",
        "[::1, false",
        "0.0.0.0, false",
        "evil.example@localhost, false"
    })
    void shouldKnowThisMachineByItsNamesWhenAHostIsSaid(String host, boolean expected) {
        assertThat(Gatekeeper.isLoopback(host)).isEqualTo(expected);
    }

    @Test
    void shouldRefuseAPageOfOthersWhenABrowserAsksForIt() throws Exception {
        start(null);
        assertThat(client.send("GET /plain HTTP/1.1\r\nHost: rebound.example\r\n\r\n")
                        .status())
                .isEqualTo(403);
        assertThat(client.get("/plain", "Origin: http://evil.example").status()).isEqualTo(403);
        assertThat(client.get("/plain", "Origin: null").status()).isEqualTo(403);
        assertThat(client.get("/plain", "Sec-Fetch-Site: cross-site").status()).isEqualTo(403);
        assertThat(client.get("/plain", "Origin: http://localhost", "Sec-Fetch-Site: same-origin")
                        .status())
                .isEqualTo(200);
    }
}

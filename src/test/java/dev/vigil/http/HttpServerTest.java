package dev.vigil.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.http.RawHttp.Response;
import dev.vigil.mqtt.Await;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The port over real sockets, with those who mean it well and those who do not. */

/** The port over real sockets, with those who mean it well. */
@Timeout(60)
class HttpServerTest extends ServerRun {
    @Test
    void shouldAnswerOnceAndForNobodyElseToKeepWhenAPageIsAskedFor() throws Exception {
        start(null);
        Response answer = client.get("/plain?a=1&b=");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text()).startsWith("plain {").contains("a=1", "b=").endsWith("}\n");
        assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
        assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(answer.header("Content-Security-Policy")).contains("default-src 'none'", "frame-ancestors 'none'");
        assertThat(answer.header("Connection")).isEqualTo("close");
        assertThat(answer.header("Server")).isNull();
        assertThat(answer.header("Access-Control-Allow-Origin")).isNull();

        Response head = client.send("HEAD /plain?a=1&b= HTTP/1.1\r\nHost: localhost\r\n\r\n");
        assertThat(head.status()).isEqualTo(200);
        assertThat(head.header("Content-Length")).isEqualTo(Integer.toString(answer.body().length));
        assertThat(head.body()).isEmpty();
        assertThat(client.get("/files/a.jpg").text()).isEqualTo("rest a.jpg\n");
        assertThat(client.send("GET /plain HTTP/1.0\r\n\r\n").status()).isEqualTo(200);
        assertThat(figures.answers()).containsEntry(200, 4L);
    }

    @Test
    void shouldSayWhatThereIsWhenAParameterIsUnknownOrThereTwice() throws Exception {
        start(null);
        assertThat(client.get("/plain?c=<b>").status()).isEqualTo(400);
        assertThat(client.get("/plain?c=<b>").text()).isEqualTo("there is no such parameter: /plain takes a, b\n");
        assertThat(client.get("/plain?a=1&a=2").status()).isEqualTo(400);
        assertThat(client.get("/work?x").text()).isEqualTo("/work takes no parameters\n");
    }

    @Test
    void shouldSayLaterAndAnswerTheRestWhenTooManyWait() throws Exception {
        start(null);
        List<Socket> waiting = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            Socket socket = client.connect();
            waiting.add(socket);
            socket.getOutputStream()
                    .write("GET /wait HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        }
        // Two are worked on, sixteen wait.
        Await.until("two to be refused", () -> figures.answers().getOrDefault(503, 0L) == 2);
        assertThat(client.get("/work").status()).isEqualTo(200);
        assertThat(client.get("/plain").status()).isEqualTo(200);
        blocked.countDown();
        int answered = 0;
        for (Socket socket : waiting) {
            Response answer = RawHttp.read(socket);
            if (answer.status() == 503) {
                assertThat(answer.header("Retry-After")).isEqualTo("1");
            } else {
                assertThat(answer.status()).isEqualTo(200);
                answered++;
            }
            socket.close();
        }
        assertThat(answered).isEqualTo(18);
    }

    @Test
    void shouldGoOnWhenAPageFails() throws Exception {
        start(null);
        Response failed = client.get("/fails");
        assertThat(failed.status()).isEqualTo(500);
        assertThat(failed.text()).doesNotContain("on purpose", "Exception");
        assertThat(client.get("/work").status()).isEqualTo(200);
    }

    @Test
    void shouldSendPiecesWhenAnAnswerIsAStream() throws Exception {
        start(null);
        Response chunked = client.get("/stream");
        assertThat(chunked.header("Transfer-Encoding")).isEqualTo("chunked");
        assertThat(chunked.text()).isEqualTo("4\r\none \r\n4\r\ntwo \r\n5\r\nthree\r\n0\r\n\r\n");
        Response older = client.send("GET /stream HTTP/1.0\r\n\r\n");
        assertThat(older.header("Transfer-Encoding")).isNull();
        assertThat(older.text()).isEqualTo("one two three");
        assertThat(client.send("HEAD /stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
                        .body())
                .isEmpty();
    }

    @Test
    void shouldEndAStreamWhenWhoeverAskedGoesOrDoesNotRead() throws Exception {
        start(null);
        try (Socket leaving = client.connect()) {
            leaving.getOutputStream()
                    .write("GET /endless HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(leaving.getInputStream().read()).isEqualTo('H');
        }
        Await.until("the stream to end", () -> gone.get() || gaveUp.get());
        gaveUp.set(false);
        gone.set(false);
        try (Socket stuck = client.connect()) {
            stuck.getOutputStream()
                    .write("GET /endless HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            Await.until("the one who does not read to be given up", gaveUp::get);
        }
        assertThat(client.get("/stream").status()).isEqualTo(200);
    }

    @Test
    void shouldTakeThePortOverWhenItsOwnerEnds() throws Exception {
        start(null);
        HttpServer second = server(server.address().orElseThrow(), null);
        try {
            assertThat(second.address()).isEmpty();
            assertThat(client.get("/plain").status()).isEqualTo(200);
            server.close();
            Await.until("the port to be taken over", () -> second.address().isPresent());
            assertThat(client.get("/plain").status()).isEqualTo(200);
        } finally {
            second.close();
        }
    }
}

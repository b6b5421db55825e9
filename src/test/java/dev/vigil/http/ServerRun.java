package dev.vigil.http;

import dev.vigil.base.Clock;
import dev.vigil.base.Secret;
import dev.vigil.http.Site.Effort;
import dev.vigil.http.Site.Place;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;

/** The port over real sockets, with those who mean it well and those who do not. */

/** A server with pages that are quick, wait, fail, or have no end, and a client. */
abstract class ServerRun {
    static final Secret TOKEN = new Secret("0123456789abcdef-token");
    static final Limits SHORT =
            new Limits(Duration.ofMillis(300), Duration.ofMillis(500), Duration.ofSeconds(30), Duration.ofMillis(50));

    final CountDownLatch blocked = new CountDownLatch(1);
    final AtomicBoolean gone = new AtomicBoolean();
    final AtomicBoolean gaveUp = new AtomicBoolean();
    final HttpFigures figures = new HttpFigures();
    final Site site = new Site(List.of(
            new Place(
                    "/plain",
                    "/plain",
                    "a page",
                    Set.of("a", "b"),
                    Effort.NONE,
                    request -> Answer.text(200, "plain " + request.parameters())),
            new Place("/work", "/work", "some work", Set.of(), Effort.SOME, request -> Answer.json("{}")),
            new Place("/wait", "/wait", "waits", Set.of(), Effort.LONG, request -> {
                blocked.await();
                return Answer.text(200, "waited");
            }),
            new Place("/fails", "/fails", "fails", Set.of(), Effort.SOME, request -> {
                throw new IllegalStateException("on purpose");
            }),
            new Place(
                    "/stream",
                    "/stream",
                    "three pieces",
                    Set.of(),
                    Effort.LONG,
                    request -> Answer.stream(Answer.TEXT, this::pieces)),
            new Place(
                    "/endless",
                    "/endless",
                    "no end",
                    Set.of(),
                    Effort.LONG,
                    request -> Answer.stream(Answer.TEXT, this::endless)),
            new Place(
                    "/files/",
                    "/files/NAME",
                    "by name",
                    Set.of(),
                    Effort.NONE,
                    request -> Answer.text(200, "rest " + request.rest()))));

    HttpServer server;
    RawHttp client;

    private void pieces(Answer.Sink sink) throws IOException {
        for (String piece : List.of("one ", "two ", "three")) {
            sink.write(piece);
        }
    }

    private void endless(Answer.Sink sink) throws IOException {
        String piece = "x".repeat(64 << 10);
        try {
            while (!sink.isGone()) {
                sink.write(piece);
            }
            gone.set(true);
        } catch (IOException e) {
            gaveUp.set(true);
            throw e;
        }
    }

    void start(Secret token) {
        server = server(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), token);
        client = new RawHttp(server.address().orElseThrow().getPort());
    }

    HttpServer server(InetSocketAddress address, Secret token) {
        HttpServer started = new HttpServer(new HttpOptions(address, token), site, figures, Clock.SYSTEM, SHORT);
        started.start();
        return started;
    }

    @AfterEach
    void close() {
        blocked.countDown();
        if (server != null) {
            server.close();
        }
    }
}

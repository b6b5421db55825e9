package dev.vigil.app.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vigil.app.Camera;
import dev.vigil.app.CameraJson;
import dev.vigil.app.Daemon;
import dev.vigil.base.Clock;
import dev.vigil.frame.Ledger;
import dev.vigil.http.Answer;
import dev.vigil.http.HttpFigures;
import dev.vigil.http.HttpOptions;
import dev.vigil.http.HttpServer;
import dev.vigil.http.Page;
import dev.vigil.http.Site;
import dev.vigil.http.Site.Effort;
import dev.vigil.http.Site.Place;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A daemon's HTTP port, which a reload may open, move and close. Threadsafe. */
public final class HttpPort implements AutoCloseable {
    static final String SNAPSHOT = "/snapshot/";

    private final Daemon daemon;
    private final Clock clock;
    private final HttpFigures figures = new HttpFigures();
    private final Site site;

    /** Guarded by this. */
    private HttpOptions options = HttpOptions.OFF;

    /** Null where there is none. Guarded by this. */
    private HttpServer server;

    /** Guarded by this. */
    private boolean closed;

    /** With no port yet. */
    public HttpPort(Daemon daemon, Clock clock) {
        this.daemon = daemon;
        this.clock = clock;
        this.site = new Site(List.of(
                place("/", "what there is", Effort.NONE, new IndexPage(daemon, this::places)),
                place("/livez", "200 while no part is stuck, else 503", Effort.NONE, request -> live()),
                place("/readyz", "200 while the pipeline can work, else 503", Effort.NONE, request -> ready()),
                place("/metrics", "for Prometheus", Effort.SOME, new MetricsPage(daemon, figures)),
                place("/status", "the daemon and its cameras", Effort.SOME, new StatusPage(daemon, clock)),
                place("/ledger", "what became of each frame", Effort.SOME, request -> ledger()),
                place("/config", "what it works with, without secrets", Effort.SOME, new ConfigPage(daemon::config)),
                new Place(
                        "/trace",
                        "/trace?seconds=5",
                        "records what happens, for ui.perfetto.dev",
                        TracePage.PARAMETERS,
                        Effort.LONG,
                        new TracePage(daemon::node)),
                new Place(
                        SNAPSHOT,
                        SNAPSHOT + "CAMERA.jpg",
                        "the camera's newest picture; ?boxes=1, ?width=640",
                        SnapshotPage.PARAMETERS,
                        Effort.LONG,
                        new SnapshotPage(daemon::cameras))));
    }

    private static Place place(String path, String words, Effort effort, Page page) {
        return new Place(path, path, words, Set.of(), effort, page);
    }

    private List<Place> places() {
        return site.places();
    }

    private Answer live() {
        List<String> stuck = daemon.health().stuck();
        return stuck.isEmpty() ? Answer.text(200, "ok") : Answer.text(503, "stuck: " + String.join("\nstuck: ", stuck));
    }

    private Answer ready() {
        Optional<String> unready = daemon.health().unready();
        return unready.isEmpty()
                ? Answer.text(200, "ok: " + daemon.health().line())
                : Answer.text(503, "not ready: " + unready.get());
    }

    private Answer ledger() {
        ObjectNode cameras = JsonNodeFactory.instance.objectNode();
        for (Camera camera : daemon.cameras()) {
            Ledger.Snapshot ledger = camera.feed().ledger().snapshot();
            cameras.set(camera.name(), CameraJson.ledger(ledger).put("balances", ledger.balances()));
        }
        return Answer.json(cameras.toPrettyString());
    }

    /** Opens the port that is wanted from now on, in place of the one there was. */
    public synchronized void change(HttpOptions next) {
        if (closed || next.equals(options)) {
            return;
        }
        shut();
        options = next;
        if (next.isOn()) {
            server = new HttpServer(next, site, figures, clock);
            server.start();
        }
    }

    /** Where it listens; empty while it does not. */
    public synchronized Optional<InetSocketAddress> address() {
        return server == null ? Optional.empty() : server.address();
    }

    private void shut() {
        options = HttpOptions.OFF;
        if (server != null) {
            server.close();
            server = null;
        }
    }

    /** For good: it is not opened again. */
    @Override
    public synchronized void close() {
        closed = true;
        shut();
    }
}

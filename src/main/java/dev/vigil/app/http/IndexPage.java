package dev.vigil.app.http;

import dev.vigil.app.Daemon;
import dev.vigil.http.Answer;
import dev.vigil.http.Page;
import dev.vigil.http.Request;
import dev.vigil.http.Site;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Supplier;

/** {@code /}: what there is, for people. */
final class IndexPage implements Page {
    private static final String STYLE =
            "body{font:16px/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem}"
                    + "table{border-collapse:collapse}td{padding:.2rem 1.5rem .2rem 0;vertical-align:top}"
                    + "a{color:#06c}@media(prefers-color-scheme:dark){body{background:#181818;color:#ddd}a{color:#6bf}}";

    private final Daemon daemon;
    private final Supplier<List<Site.Place>> places;

    IndexPage(Daemon daemon, Supplier<List<Site.Place>> places) {
        this.daemon = daemon;
        this.places = places;
    }

    @Override
    public Answer answer(Request request) {
        StringBuilder html = new StringBuilder("<!DOCTYPE html>\n<html lang=\"en\"><meta charset=\"utf-8\">"
                        + "<meta name=\"viewport\" content=\"width=device-width\"><title>Vigil ")
                .append(escaped(daemon.node()))
                .append("</title><style>")
                .append(STYLE)
                .append("</style>\n<h1>Vigil ")
                .append(escaped(daemon.node()))
                .append("</h1>\n<p>")
                .append(escaped(daemon.health().line()))
                .append("</p>\n<table>\n");
        for (Site.Place place : places.get()) {
            if (!place.path().equals("/") && !place.path().equals(HttpPort.SNAPSHOT)) {
                row(place.shown(), place.words(), html);
            }
        }
        daemon.cameras().forEach(camera -> {
            row(HttpPort.SNAPSHOT + camera.name() + ".jpg", "the camera's newest picture", html);
            row(HttpPort.SNAPSHOT + camera.name() + ".jpg?boxes=1", "the same with what was found in it", html);
        });
        html.append("</table>\n</html>\n");
        return Answer.of(200, "text/html; charset=utf-8", html.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static void row(String path, String words, StringBuilder html) {
        html.append("<tr><td><a href=\"")
                .append(escaped(path))
                .append("\">")
                .append(escaped(path))
                .append("</a><td>")
                .append(escaped(words))
                .append('\n');
    }

    static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}

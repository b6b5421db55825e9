package dev.vigil.app;

import dev.vigil.source.sim.FaultEvent;
import dev.vigil.source.sim.FaultListener;
import java.io.PrintWriter;
import java.net.URI;
import java.time.Instant;
import java.util.Locale;

/**
 * Tells what {@code vigil camera} serves and which faults come and go: lines for people, faults to standard error, or with
 * {@code --json} all of it as JSON lines to standard output. Threadsafe.
 */
final class CameraLines implements FaultListener {
    private final PrintWriter out;
    private final PrintWriter err;
    private final boolean json;

    CameraLines(PrintWriter out, PrintWriter err, boolean json) {
        this.out = out;
        this.err = err;
        this.json = json;
    }

    /** What is shown, before the cameras that show it. */
    void clip(String file, int frames, double lengthS, String where) {
        if (!json) {
            say(out, String.format(Locale.ROOT, "%s: %d frames, %.1f s, in a loop%s", file, frames, lengthS, where));
        }
    }

    /** @param camera counted from 0 */
    void camera(int camera, URI uri) {
        say(
                out,
                json
                        ? "{\"event\":\"camera\",\"camera\":" + (camera + 1) + ",\"url\":\"" + uri + "\"}"
                        : uri.toString());
    }

    void seed(long seed) {
        say(json ? out : err, json ? "{\"event\":\"seed\",\"seed\":" + seed + "}" : "faults by chance: --seed " + seed);
    }

    @Override
    public void changed(FaultEvent event) {
        Instant time = Instant.EPOCH.plusNanos(event.utcUs() * 1_000);
        String phase = event.begins() ? "begin" : "end";
        int camera = event.camera() + 1;
        if (json) {
            say(
                    out,
                    String.format(
                            Locale.ROOT,
                            "{\"event\":\"fault\",\"time\":\"%s\",\"since_us\":%d,\"camera\":%d,\"kind\":\"%s\","
                                    + "\"fault\":\"%s\",\"phase\":\"%s\"}",
                            time,
                            event.sinceStartNs() / 1_000,
                            camera,
                            event.fault().kind().spelling(),
                            event.fault(),
                            phase));
        } else {
            say(err, time + " camera " + camera + " " + phase + " " + event.fault());
        }
    }

    private static void say(PrintWriter to, String line) {
        synchronized (to) {
            to.println(line);
            to.flush();
        }
    }
}

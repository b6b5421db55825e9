package dev.vigil.app.chaos;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vigil.app.soak.SoakBroker;
import dev.vigil.app.soak.SoakPlan;
import dev.vigil.app.soak.Witness;
import dev.vigil.source.SourceException;
import dev.vigil.source.sim.RtspCameraServer;
import dev.vigil.source.sim.SimulatedCameraOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** All attacks, one after the other, on a daemon whose last camera is the attacker's; and what each did to it. One thread's own. */
final class HostileRun implements AutoCloseable {
    private static final long START_S = 90;
    private static final long ATTACK_NS = TimeUnit.SECONDS.toNanos(6);
    private static final long CALM_NS = TimeUnit.SECONDS.toNanos(2);
    private static final long LOOK_MS = 50;

    private final SoakPlan plan;
    private final Consumer<Suffered> told;
    private final List<RtspCameraServer> cameras = new ArrayList<>();
    private SoakBroker broker;
    private HostileCamera attacker;
    private ChaosDaemon daemon;
    private HostileScene scene;
    private Witness witness;

    /**
     * What an attack did.
     *
     * @param beforeMib resident memory as it began
     * @param mostMib the most until it was over
     * @param silentS the longest that a good camera was silent
     * @param answers whether the HTTP port does when it is over
     * @param lines warnings and errors in the log; commands that are refused are answered instead
     * @param line the last of them; null where there is none
     */
    record Suffered(
            String attack, double beforeMib, double mostMib, double silentS, boolean answers, int lines, String line) {
        static final double GROWS_MAX_MIB = 96;
        static final double SILENT_MAX_S = 2;
        /** One for what happened, and one for each try again or second of it. */
        static final int LINES_MAX = 10;

        private static final String COLUMNS = "%-32s %7s %7s %8s %6s";

        List<String> broken() {
            List<String> broken = new ArrayList<>();
            if (mostMib - beforeMib > GROWS_MAX_MIB) {
                broken.add(said("took %.0f MiB: more than %.0f", mostMib - beforeMib, GROWS_MAX_MIB));
            }
            if (silentS > SILENT_MAX_S) {
                broken.add(said("kept good cameras silent for %.1f s: more than %.0f", silentS, SILENT_MAX_S));
            }
            if (!answers) {
                broken.add(said("left the HTTP port without an answer"));
            }
            if (lines > LINES_MAX) {
                broken.add(said("filled the log with %d lines: more than %d", lines, LINES_MAX));
            }
            return broken;
        }

        private String said(String format, Object... values) {
            return attack + " " + String.format(Locale.ROOT, format, values);
        }

        static String head() {
            return String.format(Locale.ROOT, COLUMNS + "%n", "attack", "MiB", "at most", "silent,s", "lines");
        }

        String text() {
            String figures = String.format(
                    Locale.ROOT,
                    COLUMNS + "%n",
                    attack,
                    Math.round(beforeMib),
                    Math.round(mostMib),
                    String.format(Locale.ROOT, "%.2f", silentS),
                    lines);
            return figures + (line == null ? "" : "    " + line + System.lineSeparator());
        }

        ObjectNode json() {
            ObjectNode json = JsonNodeFactory.instance.objectNode();
            json.put("attack", attack).put("resident_mib", beforeMib).put("resident_max_mib", mostMib);
            json.put("silent_s", silentS)
                    .put("http_answers", answers)
                    .put("log_lines", lines)
                    .put("log_line", line);
            broken().forEach(json.putArray("broken")::add);
            return json;
        }
    }

    HostileRun(SoakPlan plan, Consumer<Suffered> told) {
        this.plan = plan;
        this.told = told;
    }

    private void start() throws IOException, InterruptedException, SourceException {
        broker = SoakBroker.start(plan.folder());
        for (int i = 0; i < plan.cameras(); i++) {
            cameras.add(RtspCameraServer.start(
                    SimulatedCameraOptions.of(plan.clip()).withPort(0).withThen(plan.then())));
        }
        attacker = new HostileCamera();
        int httpPort = freePort();
        String yaml = configuration(httpPort);
        Path file = Files.writeString(plan.folder().resolve("hostile.yml"), yaml);
        daemon = new ChaosDaemon(plan, file);
        scene = new HostileScene(daemon, broker, file, yaml, attacker, new HostileClients(httpPort), plan.cameras());
        witness = new Witness(broker.uri(), scene);
        witness.awaitSubscribed();
        daemon.start();
        long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_S);
        while (!scene.allHeard()) {
            if (System.nanoTime() - endNs > 0) {
                throw new IOException(
                        "the good cameras did not come within " + START_S + " s; logs are in " + plan.folder());
            }
            daemon.requireAlive();
            TimeUnit.MILLISECONDS.sleep(LOOK_MS);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket any = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return any.getLocalPort();
        }
    }

    private String configuration(int httpPort) {
        StringBuilder yaml =
                new StringBuilder(String.format(Locale.ROOT, """
                node: %s
                mqtt: {broker: "%s", retry: {min: 100ms, max: 500ms}}
                http: {listen: "127.0.0.1:%d"}
                models:
                  whole: {score: 0.4}
                  evil: {score: 0.4}
                cameras:
                """, Witness.NODE, broker.proxyUri(), httpPort));
        for (int camera = 1; camera <= cameras.size(); camera++) {
            yaml.append(String.format(
                    "  cam%d: {url: \"%s\", hardware: none, model: whole}%n",
                    camera, cameras.get(camera - 1).uri(0)));
        }
        return yaml.append(String.format(
                        "  cam%d: {url: \"%s\", hardware: none, model: evil, retry: {max: 500ms}}%n",
                        cameras.size() + 1, attacker.uri()))
                .toString();
    }

    List<Suffered> run() throws IOException, InterruptedException, SourceException {
        start();
        List<Suffered> all = new ArrayList<>();
        for (Attack attack : Attack.all()) {
            Suffered suffered = suffer(attack);
            all.add(suffered);
            told.accept(suffered);
        }
        return all;
    }

    private Suffered suffer(Attack attack) throws IOException, InterruptedException {
        double before = daemon.footprint().residentMib();
        double most = before;
        List<String> lines = new ArrayList<>();
        daemon.newLogLines();
        scene.forgetSilence();
        attack.begin().on(scene);
        long endNs = System.nanoTime() + ATTACK_NS;
        while (System.nanoTime() - endNs < 0) {
            daemon.requireAlive();
            most = Math.max(most, daemon.footprint().residentMib());
            daemon.newLogLines().stream().filter(line -> tells(line, attack)).forEach(lines::add);
            TimeUnit.MILLISECONDS.sleep(LOOK_MS);
        }
        double silentS = scene.silentS();
        scene.endAttack();
        TimeUnit.NANOSECONDS.sleep(CALM_NS);
        return new Suffered(
                attack.name(),
                before,
                most,
                silentS,
                scene.clients().isAnswered(),
                lines.size(),
                lines.isEmpty() ? null : lines.get(lines.size() - 1));
    }

    private boolean tells(String line, Attack attack) {
        boolean isOfCamera = line.contains("cam" + (plan.cameras() + 1) + ":");
        return (line.contains(" WARN ") || line.contains(" ERROR ")) && attack.byCamera() == isOfCamera;
    }

    @Override
    public void close() throws IOException {
        try (SoakBroker closingBroker = broker;
                HostileScene closingScene = scene;
                Witness closingWitness = witness;
                ChaosDaemon closingDaemon = daemon) {
            cameras.forEach(RtspCameraServer::close);
        }
    }
}

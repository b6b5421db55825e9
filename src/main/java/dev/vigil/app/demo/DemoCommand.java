package dev.vigil.app.demo;

import dev.vigil.app.Daemon;
import dev.vigil.app.Durations;
import dev.vigil.app.Lifetime;
import dev.vigil.app.Report;
import dev.vigil.app.watch.Board;
import dev.vigil.app.watch.LineView;
import dev.vigil.app.watch.Notices;
import dev.vigil.app.watch.Subscriber;
import dev.vigil.base.Clock;
import dev.vigil.config.ConfigException;
import dev.vigil.config.Surroundings;
import dev.vigil.config.VigilConfig;
import dev.vigil.detect.ModelException;
import dev.vigil.infer.InferException;
import dev.vigil.mqtt.MqttClient;
import dev.vigil.mqtt.MqttOptions;
import dev.vigil.source.SourceException;
import dev.vigil.source.SourceOptions;
import dev.vigil.source.sim.RtspCameraServer;
import dev.vigil.source.sim.SimulatedCameraOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code vigil demo}: the whole way, from a camera to a subscriber, on this machine alone. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Starts an MQTT broker and a simulated RTSP camera, runs the daemon on them with the default model, and"
                        + " prints what a subscriber sees.",
        footer = {"", "Example: vigil demo --for 20s"})
public final class DemoCommand implements Callable<Integer> {
    @Option(
            names = "--for",
            paramLabel = "TIME",
            converter = Durations.class,
            description = "Stop after this time, such as 20s or 5m (default: run until Ctrl-C).")
    private Duration runFor;

    @Option(
            names = "--cameras",
            paramLabel = "N",
            defaultValue = "1",
            description = "How many simulated cameras (default: ${DEFAULT-VALUE}).")
    private int cameras;

    @Parameters(
            paramLabel = "FILE",
            arity = "0..1",
            description = "The video that the cameras show (default: Vigil's own clip).")
    private Path file;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        Surroundings surroundings = Surroundings.ofProcess();
        Path clip = file != null ? file : surroundings.home().resolve("media/demo-clip.mp4");
        err.println("starting a broker and " + cameras + " camera(s) that show " + clip);
        err.flush();
        try (DemoBroker broker = DemoBroker.start();
                RtspCameraServer server = RtspCameraServer.start(
                        SimulatedCameraOptions.of(clip).withPort(0).withCameras(cameras))) {
            return watch(broker, server, surroundings, out, err);
        } catch (IOException | SourceException | ConfigException | InferException | ModelException e) {
            err.println("vigil demo: " + e.getMessage());
            return 1;
        }
    }

    private int watch(
            DemoBroker broker, RtspCameraServer server, Surroundings surroundings, PrintWriter out, PrintWriter err)
            throws ConfigException, InferException, ModelException, InterruptedException {
        URI address = URI.create("mqtt://127.0.0.1:" + broker.port());
        List<SourceOptions> sources = IntStream.range(0, server.cameras())
                .mapToObj(camera -> SourceOptions.of(server.uri(camera)))
                .toList();
        VigilConfig config = DemoConfig.of(address, sources, surroundings);
        Daemon daemon = new Daemon(config, Clock.SYSTEM);
        Board board = new Board(Clock.SYSTEM);
        LineView lines = new LineView(board, Clock.SYSTEM, TimeUnit.MILLISECONDS.toNanos(500));
        Notices notices = new Notices(Clock.SYSTEM);
        MqttClient subscriber = new MqttClient(MqttOptions.of(address), new Subscriber("the broker", board, notices));
        subscriber.start();
        subscriber.subscribe(config.topics().detections(config.node(), "+"), 0);
        err.println("broker " + address + ", topics " + config.topics().detections(config.node(), "+"));
        sources.forEach(source -> err.println("camera " + source.uri()));
        err.flush();
        try (subscriber;
                Lifetime lifetime = new Lifetime(runFor, daemon)) {
            daemon.start();
            lifetime.await(() -> {
                lines.tick(out);
                notices.take().forEach(err::println);
                return false;
            });
        }
        Report.print(daemon, out);
        out.println(board.messages() + " messages came to the subscriber");
        out.flush();
        return 0;
    }
}

package dev.vigil.source.rtsp;

import dev.vigil.Peers;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** GStreamer's RTSP server in a process of its own, as a peer that we have not written. */
public final class GstreamerServer implements AutoCloseable {
    private static final String PYTHON = "/usr/bin/python3";
    private static final String PACKAGES =
            "gir1.2-gst-rtsp-server-1.0 python3-gi gstreamer1.0-plugins-good gstreamer1.0-plugins-bad";

    private final Process process;
    private final int port;

    private GstreamerServer(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Skips the calling test where GStreamer is not installed. */
    public static void require() throws IOException, InterruptedException {
        Peers.require(PYTHON, "python3");
        String probe = "import gi; gi.require_version('GstRtspServer', '1.0'); from gi.repository import GstRtspServer";
        Process process = new ProcessBuilder(PYTHON, "-c", probe)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        boolean there = process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0;
        Peers.require(there, "GStreamer's RTSP server is missing: apt-get install " + PACKAGES);
    }

    public static GstreamerServer start(String launch, String... options) throws IOException, URISyntaxException {
        Path script =
                Path.of(GstreamerServer.class.getResource("rtsp_server.py").toURI());
        List<String> command = new ArrayList<>(List.of(PYTHON, script.toString(), launch));
        command.addAll(List.of(options));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
        String line = out.readLine();
        if (line == null) {
            process.destroyForcibly();
            throw new IOException("the RTSP server did not start");
        }
        return new GstreamerServer(process, Integer.parseInt(line));
    }

    public URI uri(String scheme, String credentials) {
        return URI.create(scheme + "://" + credentials + "127.0.0.1:" + port + "/cam");
    }

    public int port() {
        return port;
    }

    /** Stops it where it is, as a camera that hangs: connections stay open and nothing is answered; false lets it go on. */
    public void freeze(boolean on) throws IOException, InterruptedException {
        String signal = on ? "-STOP" : "-CONT";
        Process kill = new ProcessBuilder("kill", signal, Long.toString(process.pid())).start();
        if (!kill.waitFor(10, TimeUnit.SECONDS) || kill.exitValue() != 0) {
            throw new IOException("kill " + signal + " failed");
        }
    }

    /** Ends it as a crash would; its port is free when this returns. */
    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().orTimeout(10, TimeUnit.SECONDS).join();
    }
}

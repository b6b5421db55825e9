package dev.vigil.app.chaos;

import dev.vigil.app.bench.DaemonProcess;
import dev.vigil.app.reload.SabotageRequest;
import dev.vigil.app.soak.SoakPlan;
import dev.vigil.app.soak.Witness;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The daemon that is tried: a process after the other, where it is killed. Not threadsafe, but for {@link #signal}. */
final class ChaosDaemon implements AutoCloseable {
    private final SoakPlan plan;
    private final Path configuration;
    private final Path runtime;
    private final Path temp;
    private volatile DaemonProcess process;
    private LogTail tail;
    private int starts;

    ChaosDaemon(SoakPlan plan, Path configuration) throws IOException {
        this.plan = plan;
        this.configuration = configuration;
        this.runtime = Files.createDirectories(plan.folder().resolve("run"));
        this.temp = Files.createDirectories(SoakPlan.tempDir(plan.folder()));
    }

    /** What the daemon's Java needs beside the soak's options. */
    static List<String> javaOptions(Path folder) {
        List<String> options = new ArrayList<>(SoakPlan.javaOptions(folder));
        options.add("-Dvigil.sabotage=yes");
        return options;
    }

    void start() throws IOException {
        starts++;
        Path log = plan.folder().resolve("daemon-" + starts + ".log");
        Map<String, String> environment = new HashMap<>(plan.environment());
        environment.put("RUNTIME_DIRECTORY", runtime.toString());
        environment.put("TMPDIR", temp.toString());
        process = DaemonProcess.start(plan.vigil(), environment, configuration, log);
        tail = new LogTail(log);
    }

    /** As the kernel ends it; the next one is started at once, as a service manager would. */
    void killAndRestart() throws IOException, InterruptedException {
        process.kill();
        start();
    }

    /** Whether it has ended because nothing helped any more, as it says then: a service manager starts it again. */
    boolean hasGivenUp() throws IOException {
        String log = process.isAlive() ? "" : process.log();
        return log.contains(" gives up: ") || log.contains("no memory is left");
    }

    /** How many processes there were. */
    int starts() {
        return starts;
    }

    List<String> newLogLines() throws IOException {
        return tail.next();
    }

    void signal(String name) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
        if (kill.waitFor() != 0) {
            throw new IOException("the daemon could not be sent SIG" + name);
        }
    }

    void order(String sabotage) throws IOException {
        SabotageRequest.send(runtime, Witness.NODE, sabotage);
    }

    void requireAlive() throws IOException {
        if (!process.isAlive()) {
            throw new IOException("the daemon ended:\n" + process.log());
        }
    }

    /** What it takes of the box now. */
    Footprint footprint() throws IOException {
        return new Footprint(
                process.residentMib(), process.threads(), process.descriptors(), DaemonProcess.files(temp));
    }

    /** @param tempFiles in its temporary folder, of which it has one alone */
    record Footprint(double residentMib, int threads, int descriptors, int tempFiles) {}

    @Override
    public void close() {
        if (process != null) {
            process.resume();
            process.close();
        }
    }
}

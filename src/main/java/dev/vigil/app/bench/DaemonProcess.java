package dev.vigil.app.bench;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code vigil run} in a process of its own, measured from outside, as any daemon of the system would be. */
public final class DaemonProcess implements AutoCloseable {
    /** The kernel's unit of CPU time in /proc, which on Linux is fixed for user space. */
    private static final double TICK_MS = 10;
    /** The young and the old generation of the serial collector, in KiB. */
    private static final Pattern HEAP_USED = Pattern.compile("generation +total \\d+K, used (\\d+)K");

    private final Process process;
    private final Path log;
    private final long startNs = System.nanoTime();

    private DaemonProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    static DaemonProcess start(Path home, Path configuration, Path log) throws IOException {
        return start(List.of(home.resolve("vigil").toString()), Map.of(), configuration, log);
    }

    /**
     * @param vigil the program and what stands before its subcommand
     * @param environment added to this process's
     */
    public static DaemonProcess start(List<String> vigil, Map<String, String> environment, Path configuration, Path log)
            throws IOException {
        List<String> command = new ArrayList<>(vigil);
        command.addAll(List.of("run", "--config", configuration.toString()));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("VIGIL_BUILD", "no");
        builder.environment().putAll(environment);
        builder.redirectErrorStream(true).redirectOutput(log.toFile());
        return new DaemonProcess(builder.start(), log);
    }

    /** As the kernel knows it. */
    public long pid() {
        return process.pid();
    }

    long startNs() {
        return startNs;
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** CPU time so far, user and system, in milliseconds. */
    double cpuMs() throws IOException {
        String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
        // The second field is the program's name in parentheses and may hold anything.
        List<String> fields = List.of(stat.substring(stat.lastIndexOf(')') + 2).split(" "));
        return (Long.parseLong(fields.get(11)) + Long.parseLong(fields.get(12))) * TICK_MS;
    }

    /** Resident memory now in MiB. */
    public double residentMib() throws IOException {
        return statusNumber("VmRSS:") / 1024.0;
    }

    /** The most resident memory so far in MiB. */
    double residentPeakMib() throws IOException {
        return statusNumber("VmHWM:") / 1024.0;
    }

    private long statusNumber(String key) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + process.pid() + "/status"))) {
            if (line.startsWith(key)) {
                return Long.parseLong(
                        line.substring(key.length()).replace("kB", "").strip());
            }
        }
        throw new IOException("the kernel tells no " + key);
    }

    /** Threads now, as the kernel counts them. */
    public int threads() throws IOException {
        return (int) statusNumber("Threads:");
    }

    /** Open file descriptors now: files, sockets and what else the kernel hands out. */
    public int descriptors() {
        String[] open = new File("/proc/" + process.pid() + "/fd").list();
        return open == null ? 0 : open.length;
    }

    /** How many files there are in a folder and below it; what goes meanwhile does not count. */
    public static int files(Path folder) {
        File[] entries = folder.toFile().listFiles();
        int count = 0;
        for (File entry : entries == null ? new File[0] : entries) {
            count += entry.isDirectory() ? files(entry.toPath()) : 1;
        }
        return count;
    }

    /**
     * What a full collection leaves in its heap, in MiB; -1 where this Java comes without {@code jcmd}. The process stands still
     * for as long as it takes.
     */
    public int heapLeftMib() throws IOException, InterruptedException {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        if (!Files.isExecutable(jcmd)) {
            return -1;
        }
        String pid = Long.toString(process.pid());
        ask(jcmd.toString(), pid, "GC.run");
        Matcher used = HEAP_USED.matcher(ask(jcmd.toString(), pid, "GC.heap_info"));
        long kib = 0;
        while (used.find()) {
            kib += Long.parseLong(used.group(1));
        }
        return (int) (kib / 1024);
    }

    private static String ask(String... command) throws IOException, InterruptedException {
        Process asked = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String answer = new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (asked.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + " failed: " + answer);
        }
        return answer;
    }

    /** What it said, for an error. */
    public String log() throws IOException {
        return Files.readString(log);
    }

    /** Has it go on where it was stopped, so that it can be ended in order. */
    public void resume() {
        try {
            var unused = new ProcessBuilder("kill", "-CONT", Long.toString(process.pid()))
                    .start()
                    .waitFor(1, TimeUnit.SECONDS);
        } catch (IOException notThere) {
            throw new UncheckedIOException("there is no kill", notThere);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends it as the kernel does where memory is out: it gets to say nothing, and waits for its end. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Ends it as systemd would, and waits. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}

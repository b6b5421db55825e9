package dev.vigil.app.chaos;

import dev.vigil.app.soak.SoakBroker;
import dev.vigil.source.sim.RtspCameraServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The daemon and what it depends on, and all that can be done to them. One thread's own. */
final class Scene implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Scene.class);
    private static final String DISK_BYTES = "4m";
    private static final int STOPPED_MS = 120;
    private static final int RUNNING_MS = 40;

    private final ChaosDaemon daemon;
    private final SoakBroker broker;
    private final List<RtspCameraServer> cameras;
    private final Path outbox;
    private final boolean ownDisk;
    private final List<Process> burners = new ArrayList<>();
    private Thread throttle;
    /** Which of the daemon's processes was given the latest order. */
    private int orderedOf;

    /** @param outbox the daemon's folder for what waits; gets a small disk of its own where this user may mount one */
    Scene(ChaosDaemon daemon, SoakBroker broker, List<RtspCameraServer> cameras, Path outbox)
            throws IOException, InterruptedException {
        this.daemon = daemon;
        this.broker = broker;
        this.cameras = cameras;
        this.outbox = Files.createDirectories(outbox);
        this.ownDisk = ask("mount", "-t", "tmpfs", "-o", "size=" + DISK_BYTES, "vigil-chaos", outbox.toString());
    }

    private static boolean ask(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException notThere) {
            LOG.debug("{} can not be run", command[0], notThere);
            return false;
        }
    }

    /** Whether a full disk is a real one. */
    boolean hasOwnDisk() {
        return ownDisk;
    }

    ChaosDaemon daemon() {
        return daemon;
    }

    SoakBroker broker() {
        return broker;
    }

    /** @param number from 1 on */
    RtspCameraServer camera(int number) {
        return cameras.get(number - 1);
    }

    void order(String sabotage) throws IOException {
        orderedOf = daemon.starts();
        daemon.order(sabotage);
    }

    /** Takes an order back, unless it has ended with its process. */
    void withdraw(String sabotage) throws IOException {
        if (orderedOf == daemon.starts()) {
            daemon.order(sabotage);
        }
    }

    void killAndRestart() throws IOException, InterruptedException {
        daemon.killAndRestart();
    }

    private Path filler() {
        return outbox.resolve("filler");
    }

    /** The outbox's disk is full from here on. */
    void fill() throws IOException {
        if (!ownDisk) {
            order("disk throw " + Long.MAX_VALUE);
            return;
        }
        byte[] block = new byte[4_096];
        try (var out = Files.newOutputStream(filler())) {
            while (true) {
                out.write(block);
            }
        } catch (IOException full) {
            LOG.debug("{} is full", outbox, full); // what was wanted
        }
    }

    void clear() throws IOException {
        if (ownDisk) {
            Files.delete(filler());
        } else {
            withdraw("disk end");
        }
    }

    /** Four processes a core that do nothing but compute. */
    void burn() throws IOException {
        for (int i = 0; i < 4 * Runtime.getRuntime().availableProcessors(); i++) {
            burners.add(new ProcessBuilder("sh", "-c", "while :; do :; done").start());
        }
    }

    /** The daemon runs for a quarter of the time. */
    void throttle() {
        throttle = new Thread(this::stopAndGo, "chaos-throttle");
        throttle.setDaemon(true);
        throttle.start();
    }

    private void stopAndGo() {
        try {
            while (true) {
                daemon.signal("STOP");
                TimeUnit.MILLISECONDS.sleep(STOPPED_MS);
                daemon.signal("CONT");
                TimeUnit.MILLISECONDS.sleep(RUNNING_MS);
            }
        } catch (InterruptedException over) {
            LOG.debug("the daemon may run again", over);
        } catch (IOException e) {
            LOG.warn("the daemon is not throttled any more: {}", e.getMessage());
        }
    }

    void endStarvation() throws IOException, InterruptedException {
        burners.forEach(Process::destroyForcibly);
        burners.clear();
        if (throttle != null) {
            throttle.interrupt();
            throttle.join();
            throttle = null;
            daemon.signal("CONT");
        }
    }

    @Override
    public void close() throws IOException {
        burners.forEach(Process::destroyForcibly);
        try {
            if (throttle != null) {
                endStarvation();
            }
            if (ownDisk && !ask("umount", "-l", outbox.toString())) {
                throw new IOException(outbox + " stays mounted");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

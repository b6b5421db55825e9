package dev.vigil.app.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Whether standard error leads to systemd's journal. */
public final class Journal {
    private static final Path STDERR = Path.of("/proc/self/fd/2");

    private Journal() {}

    /**
     * By {@code JOURNAL_STREAM}, which systemd sets to the device and the inode of what it has connected (systemd.exec(5)); a process
     * further down may have inherited the variable and have its standard error elsewhere.
     */
    public static boolean reads(Map<String, String> environment) {
        String stream = environment.get("JOURNAL_STREAM");
        if (stream == null) {
            return false;
        }
        try {
            Map<String, Object> is = Files.readAttributes(STDERR, "unix:dev,ino");
            return stream.equals(is.get("dev") + ":" + is.get("ino"));
        } catch (IOException | UnsupportedOperationException notTold) {
            return true;
        }
    }
}

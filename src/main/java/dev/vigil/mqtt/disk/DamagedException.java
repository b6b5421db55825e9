package dev.vigil.mqtt.disk;

import java.io.IOException;
import java.nio.file.Path;

/** A record that was whole when the log was opened can not be read any more: the disk, or somebody's hand, changed it. */
public final class DamagedException extends IOException {
    private static final long serialVersionUID = 1;

    DamagedException(Path file, long number) {
        super("message " + number + " in " + file + " is damaged");
    }
}

package dev.vigil.app.bench;

import dev.vigil.config.Surroundings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What every benchmark of the daemon needs.
 *
 * @param broker where the daemon publishes to
 * @param folder for configurations and logs
 * @param device as {@code device:} of the configuration has it
 */
record Bench(Surroundings surroundings, URI broker, Path folder, String device) {
    private static final String NODE = "bench";

    /** All that the daemon under test publishes. */
    static final String FILTER = "vigil/" + NODE + "/#";

    /** Starts a daemon on given cameras, each an address and further keys of its section. */
    DaemonProcess start(String name, List<String> cameras) throws IOException {
        StringBuilder yaml = new StringBuilder("node: " + NODE + "\nmqtt: {broker: \"" + broker
                + "\"}\nmodels: {default: {device: " + device + "}}\nstats: {interval: 1s}\nhttp: false\ncameras:\n");
        for (int i = 0; i < cameras.size(); i++) {
            yaml.append("  cam")
                    .append(i + 1)
                    .append(": {")
                    .append(cameras.get(i))
                    .append("}\n");
        }
        Path configuration = Files.writeString(folder.resolve(name + ".yml"), yaml);
        return DaemonProcess.start(surroundings.home(), configuration, folder.resolve(name + ".log"));
    }
}

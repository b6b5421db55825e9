package dev.vigil.workshop.trace;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;

/** A profile's events one by one, in the order in which they ended: a file of any length takes no more memory than one event. */
final class ProfileLog {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;

    ProfileLog(Path file) {
        this.file = file;
    }

    /** Takes an event. */
    interface Taker {
        void take(ProfileEvent event) throws IOException;
    }

    /** Hands on all of them. */
    void read(Taker taker) throws IOException {
        try (JsonParser parser = JSON.createParser(file.toFile())) {
            if (parser.nextToken() != JsonToken.START_ARRAY) {
                throw new IOException(file + " is no profile of ONNX Runtime: it does not begin with [");
            }
            while (parser.nextToken() == JsonToken.START_OBJECT) {
                taker.take(ProfileEvent.of(parser.<JsonNode>readValueAsTree()));
            }
        }
    }

    /** Hands on those of the last {@code runs} runs, each run after its nodes. */
    void readLastRuns(int runs, Taker taker) throws IOException {
        int[] all = {0};
        read(event -> all[0] += event.isRun() ? 1 : 0);
        int[] before = {0};
        read(event -> {
            if (before[0] >= all[0] - runs) {
                taker.take(event);
            }
            before[0] += event.isRun() ? 1 : 0;
        });
    }
}

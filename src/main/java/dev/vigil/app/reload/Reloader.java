package dev.vigil.app.reload;

import dev.vigil.app.Daemon;
import dev.vigil.app.Health;
import dev.vigil.app.Logging;
import dev.vigil.config.ConfigReader;
import dev.vigil.config.ConfigReader.Loaded;
import dev.vigil.config.Problem;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has a daemon take its file as it is now, and logs what became of that. Threadsafe; one waits for the other. */
public final class Reloader {
    private static final Logger LOG = LoggerFactory.getLogger(Reloader.class);

    private final Daemon daemon;
    private final ConfigReader reader;
    private final Path file;

    /** @param file that the daemon was started with */
    public Reloader(Daemon daemon, ConfigReader reader, Path file) {
        this.daemon = daemon;
        this.reader = reader;
        this.file = file;
    }

    String node() {
        return daemon.node();
    }

    /** Absolute. */
    Path file() {
        return file.toAbsolutePath().normalize();
    }

    /** @return what became of it; nothing is thrown */
    synchronized Answer reload() {
        LOG.info("reading {} again", file);
        Health health = daemon.health();
        health.reloading();
        String refused = "it failed";
        try {
            Loaded loaded = reader.load(file);
            Optional<String> changed = loaded.config().flatMap(next -> daemon.reload(next, loaded.problems()));
            List<Problem> problems = loaded.problems().sorted();
            if (changed.isPresent()) {
                refused = null;
                loaded.config().ifPresent(taken -> Logging.configure(taken.log()));
                LOG.info("{} was taken: {}", file, changed.get());
                return Answer.taken(changed.get());
            }
            refused = problems.size() == 1 ? "1 problem" : problems.size() + " problems";
            LOG.error("{} was refused, and what ran before runs on: {}", file, refused);
            problems.forEach(problem -> LOG.error("{}", problem));
            return Answer.refused(problems);
        } catch (RuntimeException e) {
            LOG.error("{} could not be taken", file, e);
            return Answer.failed("the configuration could not be taken: " + e.getMessage());
        } finally {
            health.reloaded(refused);
        }
    }
}

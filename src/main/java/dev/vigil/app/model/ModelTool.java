package dev.vigil.app.model;

import dev.vigil.app.SpeaksForItself;
import dev.vigil.app.StatusLine;
import dev.vigil.app.Terminal;
import dev.vigil.base.Clock;
import dev.vigil.config.ConfigException;
import dev.vigil.config.ConfigReader;
import dev.vigil.config.Surroundings;
import dev.vigil.convert.ConvertException;
import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.ModelException;
import dev.vigil.graph.GraphException;
import dev.vigil.infer.InferException;
import dev.vigil.infer.ModelFile;
import dev.vigil.source.SourceException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * A command that works on model files: says in one line what failed and ends with 1, prints results to standard output, and
 * tells on a terminal how far it is.
 */
abstract class ModelTool implements Callable<Integer>, SpeaksForItself {
    private final Surroundings surroundings;

    @Spec
    private CommandSpec spec;

    private StatusLine status;

    ModelTool(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /**
     * The command's work.
     *
     * @return the exit code
     * @throws GraphException with a message that reads after the file's name: see {@link #reading}
     */
    abstract int work()
            throws ConfigException, GraphException, ModelException, InferException, SourceException, ConvertException,
                    IOException, InterruptedException;

    @Override
    public final Integer call() throws InterruptedException {
        status = new StatusLine(spec.commandLine().getErr(), Terminal.onError(), Clock.SYSTEM);
        try {
            return work();
        } catch (FileSystemException e) {
            return fail(e.getFile() + " can not be read or written: "
                    + (e.getReason() == null ? e.getClass().getSimpleName() : e.getReason()));
        } catch (ConfigException
                | GraphException
                | ModelException
                | InferException
                | SourceException
                | ConvertException
                | IOException e) {
            return fail(e.getMessage() == null ? e.toString() : e.getMessage());
        } finally {
            status.clear();
        }
    }

    final CommandSpec spec() {
        return spec;
    }

    final Surroundings surroundings() {
        return surroundings;
    }

    /** Standard output, with no line of progress in the way. */
    final PrintWriter out() {
        status.clear();
        return spec.commandLine().getOut();
    }

    /** Tells on a terminal how far things are. */
    final void progress(String line) {
        status.show(line);
    }

    /** Says why it ends, each line after the command's name; returns the exit code 1. */
    final int fail(String lines) {
        status.clear();
        PrintWriter err = spec.commandLine().getErr();
        lines.lines().forEach(line -> err.println(spec.qualifiedName() + ": " + line));
        err.flush();
        return 1;
    }

    /**
     * Looks whether a file is there and looks like a model.
     *
     * @throws InferException which says what is wrong with it
     */
    static void requireModel(Path file) throws InferException {
        String problem = ModelFile.look(file);
        if (problem != null) {
            throw new InferException("the model " + file + " " + problem);
        }
    }

    /** A new model never replaces the one that it is made from, and goes into a folder that is there. */
    static void requireOther(Path in, Path out) throws IOException {
        Path folder = out.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new IOException("-o " + out + ": there is no folder " + folder);
        }
        if (Files.exists(out) && Files.isSameFile(in, out)) {
            throw new IOException("-o " + out + " is the model itself; it is not replaced");
        }
    }

    /** What stands of a model in the .yml beside it. */
    final ModelDescription description(Path model) throws ConfigException {
        return new ConfigReader(surroundings).readDescription(model);
    }

    /** To be put before what the message of a {@link GraphException} says. */
    static GraphException reading(Path model, GraphException e) {
        return new GraphException("the model " + model + " " + e.getMessage(), e);
    }

    /**
     * Puts a copy of the .yml beside a model beside another that was made from it, unless one is there; with it the file of labels
     * that it names, where that lies in the model's folder.
     *
     * @return the copy; null where there was nothing to do
     */
    final Path bringDescription(Path in, Path out) throws IOException, ConfigException {
        Path from = ConfigReader.descriptionOf(in);
        Path to = ConfigReader.descriptionOf(out);
        if (!Files.exists(from) || Files.exists(to)) {
            return null;
        }
        Path labels = description(in).labels();
        Path folder = in.toAbsolutePath().normalize().getParent();
        if (labels != null && labels.toAbsolutePath().startsWith(folder)) {
            Path brought = out.toAbsolutePath()
                    .normalize()
                    .resolveSibling(folder.relativize(labels.toAbsolutePath()).toString());
            if (!Files.exists(brought)) {
                Files.createDirectories(brought.getParent());
                Files.copy(labels, brought);
            }
        }
        return Files.copy(from, to);
    }
}

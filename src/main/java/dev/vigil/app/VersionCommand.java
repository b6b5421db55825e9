package dev.vigil.app;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import java.util.concurrent.Callable;
import org.bytedeco.ffmpeg.global.avutil;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code vigil version}: what runs here, for bug reports. */
@Command(
        name = "version",
        mixinStandardHelpOptions = true,
        description = "Prints the versions of Vigil and of what it is made of.",
        footer = {"", "Example: vigil version"})
public final class VersionCommand implements Callable<Integer>, IVersionProvider {
    private static final String BUILD = "version.properties";

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        for (String line : getVersion()) {
            spec.commandLine().getOut().println(line);
        }
        spec.commandLine().getOut().flush();
        return 0;
    }

    @Override
    public String[] getVersion() throws IOException {
        Properties build = build();
        boolean dirty = Boolean.parseBoolean(build.getProperty("git.dirty", "false"));
        return new String[] {
            "vigil        " + build.getProperty("git.build.version", "unknown"),
            "commit       " + build.getProperty("git.commit.id.abbrev", "unknown") + (dirty ? " (changed)" : ""),
            "ffmpeg       " + avutil.av_version_info().getString(),
            "onnxruntime  " + libraryVersion("onnxruntime"),
            "opencv       " + libraryVersion("opencv"),
            "java         " + Runtime.version() + " (" + System.getProperty("java.vendor") + ")",
        };
    }

    /** The daemon's own version. */
    public static String version() {
        try {
            return build().getProperty("git.build.version", "unknown");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The commit that it was built from, in short. */
    public static String commit() {
        try {
            return build().getProperty("git.commit.id.abbrev", "unknown");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Properties build() throws IOException {
        Properties build = new Properties();
        try (InputStream in = VersionCommand.class.getResourceAsStream(BUILD)) {
            if (in != null) {
                build.load(in);
            }
        }
        return build;
    }

    /** From the name of the jar on the class path, so that no native library is unpacked for it. */
    public static String libraryVersion(String library) {
        for (String entry : System.getProperty("java.class.path").split(":", -1)) {
            String file = entry.substring(entry.lastIndexOf('/') + 1);
            if (file.matches(library + "(_gpu)?-\\d[\\d.]*(-[\\d.]+)?\\.jar")) {
                return file.substring(0, file.length() - ".jar".length()).replaceFirst("^" + library + "(_gpu)?-", "")
                        + (file.contains("_gpu") ? " (gpu)" : "");
            }
        }
        return "unknown";
    }
}

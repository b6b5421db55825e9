package dev.vigil.app;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** {@code vigil run} by the launcher, as systemd starts it, with the classes under test in the place of what is packaged. */
final class ServiceProcess implements AutoCloseable {
    private final Process process;
    private final Path log;

    /**
     * @param folder for the program and its log
     * @param environment beside which there is only what every service has
     */
    ServiceProcess(Path folder, Path configuration, Map<String, String> environment) throws IOException {
        Path home = program(folder);
        this.log = Files.createTempFile(folder, "vigil", ".log");
        ProcessBuilder builder =
                new ProcessBuilder(home.resolve("vigil").toString(), "run", "--config", configuration.toString());
        builder.environment().clear();
        builder.environment()
                .putAll(Map.of(
                        "PATH", System.getenv("PATH"),
                        "JAVA_HOME", System.getProperty("java.home"),
                        "VIGIL_BUILD", "no",
                        "VIGIL_HOME", Path.of("").toAbsolutePath().toString()));
        builder.environment().putAll(environment);
        this.process =
                builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    }

    /** What the launcher looks for: a jar that has nothing in it but the way to the classes, and a class path. */
    private static Path program(Path folder) throws IOException {
        Path home = folder.resolve("program");
        if (Files.exists(home)) {
            return home;
        }
        Path target = Files.createDirectories(home.resolve("target/classpath")).getParent();
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        try (OutputStream out = Files.newOutputStream(target.resolve("vigil.jar"));
                JarOutputStream jar = new JarOutputStream(out, manifest)) {
            jar.setComment("the classes stand in the class path");
        }
        for (String scope : List.of("runtime", "demo")) {
            Files.writeString(target.resolve("classpath").resolve(scope), System.getProperty("java.class.path"));
        }
        Files.copy(Path.of("vigil"), home.resolve("vigil"), StandardCopyOption.COPY_ATTRIBUTES);
        return home;
    }

    long pid() {
        return process.pid();
    }

    String log() throws IOException {
        return Files.readString(log, StandardCharsets.UTF_8);
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** @param name such as {@code HUP} */
    void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder(List.of("kill", "-" + name, Long.toString(process.pid())))
                .start()
                .waitFor();
    }

    /** Waits for its end, and returns its exit code. */
    int await() throws IOException, InterruptedException {
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            throw new AssertionError("it does not end:\n" + log());
        }
        return process.exitValue();
    }

    @Override
    public void close() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }
}

package dev.vigil.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.Peers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The script {@code vigil}, in a copy of the project's folder with a Java and a Maven that only write down how they are called. */
class LauncherTest {
    @TempDir
    private Path folder;

    private Path home;
    private final Map<String, String> environment = new TreeMap<>();

    private record Ran(int status, List<String> out, String err) {}

    @BeforeEach
    void makeProject() throws IOException {
        home = Files.createDirectories(folder.resolve("a project"));
        Files.copy(Path.of("vigil"), home.resolve("vigil"));
        executable(home.resolve("vigil"));
        built(home.resolve("target"));
        Path bin = Files.createDirectories(folder.resolve("bin"));
        environment.put("PATH", bin + ":/usr/bin:/bin");
        java("17.0.15");
    }

    private static void built(Path target) throws IOException {
        Files.createDirectories(target.resolve("classpath"));
        Files.writeString(target.resolve("vigil.jar"), "a jar");
        for (String scope : List.of("runtime", "demo", "test")) {
            Files.writeString(target.resolve("classpath").resolve(scope), "/libraries of/" + scope + ".jar");
        }
    }

    private void java(String version) throws IOException {
        Path jdk = folder.resolve("a jdk");
        Files.createDirectories(jdk.resolve("bin"));
        script(jdk.resolve("bin/java"), "printf '%s\\n' \"$@\"");
        Files.writeString(
                jdk.resolve("release"),
                "IMPLEMENTOR=\"Somebody\"\nJAVA_VERSION=\"" + version + "\"\nOS_NAME=\"Linux\"\n");
        environment.put("JAVA_HOME", jdk.toString());
    }

    private void sources() throws IOException {
        Path source = Files.createDirectories(home.resolve("src/main/java")).resolve("A.java");
        Files.writeString(source, "class A {}");
        Files.writeString(home.resolve("pom.xml"), "<project/>");
    }

    /** A Maven that builds what the launcher looks for, and writes down each call. */
    private void maven() throws IOException {
        script(folder.resolve("bin/mvn"), """
                echo "$*" >>"%s/mvn.calls"
                mkdir -p target/classpath
                for scope in runtime demo test; do printf /libraries/$scope.jar >target/classpath/$scope; done
                echo "a jar" >target/vigil.jar
                """.formatted(folder));
    }

    private List<String> mavenCalls() throws IOException {
        Path calls = folder.resolve("mvn.calls");
        return Files.exists(calls) ? Files.readAllLines(calls) : List.of();
    }

    private static void script(Path file, String body) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + body + "\n");
        executable(file);
    }

    private static void executable(Path file) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Ran vigil(String... arguments) throws Exception {
        return run(home.resolve("vigil"), arguments);
    }

    private Ran run(Path program, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(program.toString()));
        command.addAll(List.of(arguments));
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("VIGIL_") || name.equals("JAVA_HOME"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Ran(process.exitValue(), Files.readAllLines(out), Files.readString(err, StandardCharsets.UTF_8));
    }

    private static String classPath(Ran ran) {
        return ran.out().get(ran.out().indexOf("-cp") + 1);
    }

    @Test
    void shouldPassEverythingOnWhenCalledThroughALinkWithSpacesInPaths() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("bin/vigil"), home.resolve("vigil"));
        Ran ran = run(link, "run", "--config", "my file.yml", "");
        assertThat(ran.err()).isEmpty();
        assertThat(ran.status()).isZero();
        assertThat(ran.out()).contains("-Dvigil.home=" + home);
        assertThat(classPath(ran)).isEqualTo(home + "/target/vigil.jar:/libraries of/runtime.jar");
        assertThat(ran.out()).endsWith("dev.vigil.app.Vigil", "run", "--config", "my file.yml", "");
    }

    @ParameterizedTest
    @CsvSource({
        "demo,                demo",
        "bench,               demo",
        "soak,                demo",
        "-q demo,             demo",
        "run,                 runtime",
        "watch --camera demo, runtime",
        "--help,              runtime",
        "jmh,                 test"
    })
    void shouldHaveTheBrokerOnTheClassPathWhenTheCommandIsOneThatNeedsIt(String arguments, String scope)
            throws Exception {
        Path benchmarks = home.resolve("target/test-classes/META-INF/BenchmarkList");
        Files.createDirectories(benchmarks.getParent());
        Files.writeString(benchmarks, "");
        Files.createDirectories(home.resolve("src/jmh"));
        Files.setLastModifiedTime(home.resolve("src/jmh"), FileTime.from(Instant.EPOCH));
        assertThat(classPath(vigil(arguments.split(" ", -1)))).endsWith("/libraries of/" + scope + ".jar");
    }

    @Test
    void shouldRunTheBenchmarksWhenTheyAreAskedFor() throws Exception {
        maven();
        sources();
        Files.createDirectories(home.resolve("src/jmh"));
        Ran ran = vigil("jmh", "Nms", "-f", "1");
        assertThat(mavenCalls()).last().asString().endsWith("test-compile");
        assertThat(classPath(ran)).startsWith(home + "/target/test-classes:" + home + "/target/vigil.jar:");
        assertThat(ran.out()).endsWith("org.openjdk.jmh.Main", "Nms", "-f", "1");
    }

    @Test
    void shouldCompileOnceWhenAProofIsAskedFor() throws Exception {
        maven();
        sources();
        Files.createDirectories(home.resolve("src/test/java"));
        Ran ran = vigil("prove", "mqtt-chaos", "--cuts", "2");
        assertThat(mavenCalls()).last().asString().endsWith("test-compile");
        assertThat(classPath(ran)).startsWith(home + "/target/test-classes:" + home + "/target/vigil.jar:");
        assertThat(ran.out()).endsWith("dev.vigil.mqtt.proof.Prove", "mqtt-chaos", "--cuts", "2");
        int calls = mavenCalls().size();
        assertThat(vigil("prove").err()).isEmpty();
        assertThat(mavenCalls()).hasSize(calls);
        FileTime later = FileTime.from(Instant.now().plusSeconds(5));
        Files.setLastModifiedTime(home.resolve("src/test/java"), later);
        assertThat(vigil("prove").err()).contains("building the proofs");
    }

    @ParameterizedTest
    @CsvSource({"17.0.15, false, false", "21.0.1, false, false", "22, true, false", "25.0.3, true, true"})
    void shouldAllowNativeCodeAloudWhenJavaWouldWarn(String version, boolean nativeAccess, boolean unsafe)
            throws Exception {
        java(version);
        List<String> options = vigil("version").out();
        assertThat(options.contains("--enable-native-access=ALL-UNNAMED")).isEqualTo(nativeAccess);
        assertThat(options.contains("--sun-misc-unsafe-memory-access=allow")).isEqualTo(unsafe);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.8.0_392", "11.0.2", "16"})
    void shouldSayWhatIsNeededWhenJavaIsOld(String version) throws Exception {
        java(version);
        Ran ran = vigil("version");
        assertThat(ran.status()).isOne();
        assertThat(ran.out()).isEmpty();
        assertThat(ran.err())
                .contains("Java 17 or later is needed")
                .contains(version)
                .contains("JAVA_HOME");
    }

    @Test
    void shouldAskJavaItselfWhenNoFileTellsItsVersion() throws Exception {
        Files.delete(folder.resolve("a jdk/release"));
        script(folder.resolve("a jdk/bin/java"), """
                [ "$1" != -version ] || { echo 'openjdk version "14.0.1" 2020-04-14' >&2; exit; }
                printf '%s\\n' "$@"
                """);
        assertThat(vigil("version").err()).contains("is 14.0.1");
    }

    @Test
    void shouldSayWhereItLookedWhenJavaHomeIsWrong() throws Exception {
        environment.put("JAVA_HOME", folder.resolve("nowhere").toString());
        Ran ran = vigil("version");
        assertThat(ran.status()).isOne();
        assertThat(ran.err()).contains("JAVA_HOME is " + folder.resolve("nowhere"));
    }

    @Test
    void shouldLetTheUsersOptionsWinWhenTheyAreGiven() throws Exception {
        environment.put("VIGIL_JAVA_OPTS", "-Xmx1g -Dx=y");
        List<String> options = vigil("version").out();
        assertThat(options).containsSubsequence("-Xmx256m", "-Xmx1g", "-Dx=y", "-cp");
    }

    @Test
    void shouldBuildOnceWhenNothingWasBuilt() throws Exception {
        sources();
        maven();
        Files.delete(home.resolve("target/vigil.jar"));
        Ran first = vigil("version");
        assertThat(first.err()).contains("vigil: building");
        assertThat(first.out()).endsWith("version");
        assertThat(vigil("version").err()).isEmpty();
        assertThat(mavenCalls()).hasSize(1).first().asString().endsWith("package");
    }

    @Test
    void shouldBuildAgainOnlyWhenASourceHasOtherContents() throws Exception {
        sources();
        maven();
        Files.delete(home.resolve("target/vigil.jar"));
        vigil("version");
        Path source = home.resolve("src/main/java/A.java");
        FileTime later = FileTime.from(Instant.now().plusSeconds(5));
        Files.setLastModifiedTime(source, later);
        assertThat(vigil("version").err()).as("only the time is another").isEmpty();
        assertThat(mavenCalls()).hasSize(1);
        Files.writeString(source, "class A { int changed; }");
        Files.setLastModifiedTime(source, later);
        assertThat(vigil("version").err()).contains("building");
        assertThat(mavenCalls()).hasSize(2);
    }

    @Test
    void shouldSayThatItFailedWhenTheBuildFails() throws Exception {
        sources();
        script(folder.resolve("bin/mvn"), "echo 'it does not compile'; exit 1");
        Files.delete(home.resolve("target/vigil.jar"));
        Ran ran = vigil("version");
        assertThat(ran.status()).isOne();
        assertThat(ran.out()).isEmpty();
        assertThat(ran.err()).contains("it does not compile").contains("vigil: the build failed");
    }

    @Test
    void shouldRunWhatIsThereWhenBuildingIsForbidden() throws Exception {
        sources();
        maven();
        environment.put("VIGIL_BUILD", "no");
        Files.setLastModifiedTime(
                home.resolve("pom.xml"), FileTime.from(Instant.now().plusSeconds(5)));
        assertThat(vigil("version").status()).isZero();
        assertThat(mavenCalls()).isEmpty();
        Files.delete(home.resolve("target/vigil.jar"));
        assertThat(vigil("version").err()).contains("nothing was built yet");
    }

    @Test
    void shouldRunWhatLiesBesideItWhenItIsInstalled() throws Exception {
        delete(home.resolve("target"));
        Files.createDirectories(home.resolve("lib"));
        Ran ran = vigil("demo", "--for", "5s");
        assertThat(ran.err()).isEmpty();
        assertThat(classPath(ran)).isEqualTo(home + "/lib/*");
        assertThat(ran.out()).contains("-Dvigil.home=" + home).endsWith("dev.vigil.app.Vigil", "demo", "--for", "5s");
        assertThat(mavenCalls()).isEmpty();
        assertThat(home.resolve("target")).doesNotExist();
        Ran proof = vigil("prove", "mqtt-chaos");
        assertThat(proof.status()).isOne();
        assertThat(proof.err()).contains("prove needs a checkout of the sources");
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "vigil",
                ".ci/run",
                "packaging/build",
                "packaging/prove",
                "packaging/vulnerabilities",
                "packaging/control/postinst",
                "packaging/control/postrm",
                "packaging/control/prerm"
            })
    void shouldSatisfyShellcheckWhenAScriptIsRead(String script) throws Exception {
        Peers.require("/usr/bin/shellcheck", "shellcheck");
        Ran ran = run(
                Path.of("/usr/bin/shellcheck"), Path.of(script).toAbsolutePath().toString());
        assertThat(ran.out()).isEmpty();
        assertThat(ran.status()).isZero();
    }
}

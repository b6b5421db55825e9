package dev.vigil;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which way the packages look, and who knows which library. {@code docs/architecture.md} tells the reasons. */
class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.vigil");

    /** Tests too, which use every library that has a rule. */
    private static final JavaClasses ALL_CLASSES = new ClassFileImporter().importPackages("dev.vigil");

    private static final int LINES_MAX = 400;

    /**
     * The packages that each package may see, its own aside; sub-packages count as theirs. {@code app} is not in it: it
     * assembles, and so sees all.
     */
    private static final Map<String, Set<String>> SEES = Map.ofEntries(
            Map.entry("base", Set.of()),
            Map.entry("frame", Set.of("base")),
            Map.entry("metrics", Set.of("frame", "base")),
            Map.entry("mqtt", Set.of("base")),
            Map.entry("source", Set.of("metrics", "frame", "base")),
            Map.entry("convert", Set.of("frame", "base")),
            Map.entry("graph", Set.of()),
            Map.entry(
                    "workshop",
                    Set.of(
                            "graph",
                            "detect",
                            "infer",
                            "convert",
                            "draw",
                            "lens",
                            "pipeline",
                            "source",
                            "metrics",
                            "frame",
                            "base")),
            Map.entry("infer", Set.of("graph", "frame", "base")),
            Map.entry("lens", Set.of("frame", "base")),
            Map.entry("detect", Set.of("frame")),
            Map.entry("draw", Set.of("convert", "detect", "frame")),
            Map.entry("publish", Set.of("detect", "mqtt", "frame", "metrics", "base")),
            Map.entry("pipeline", Set.of("convert", "infer", "detect", "publish", "metrics", "frame", "base")),
            Map.entry("homeassistant", Set.of("mqtt", "base")),
            Map.entry("http", Set.of("base")),
            Map.entry(
                    "config",
                    Set.of(
                            "detect",
                            "homeassistant",
                            "http",
                            "infer",
                            "lens",
                            "mqtt",
                            "publish",
                            "source",
                            "frame",
                            "base")));

    @Test
    void shouldLookOnlyDownwardsWhenPackagesSeeEachOther() {
        Map<String, Set<String>> seen = new TreeMap<>();
        List<String> wrong = new ArrayList<>();
        for (JavaClass from : CLASSES) {
            String at = part(from);
            Set<String> allowed = at.equals("app") ? null : SEES.get(at);
            from.getDirectDependenciesFromSelf().forEach(dependency -> {
                String to = part(dependency.getTargetClass().getBaseComponentType());
                if (to.isEmpty() || to.equals(at)) {
                    return;
                }
                seen.computeIfAbsent(at, p -> new TreeSet<>()).add(to);
                if (allowed != null && !allowed.contains(to) || to.equals("app")) {
                    wrong.add(dependency.getDescription());
                }
            });
        }
        assertThat(wrong).isEmpty();
        assertThat(SEES.keySet())
                .as("every package has its line in SEES")
                .containsAll(CLASSES.stream()
                        .map(ArchitectureTest::part)
                        .filter(p -> !p.equals("app"))
                        .toList());
        assertThat(seen.get("pipeline"))
                .as("what the classes tell is really read")
                .contains("convert", "infer", "detect", "publish");
    }

    @Test
    void shouldHaveNoCycleWhenTheAllowedWaysAreFollowed() {
        for (String start : SEES.keySet()) {
            Set<String> reached = new TreeSet<>();
            reach(start, reached);
            assertThat(reached).as("what %s sees at last", start).doesNotContain(start);
        }
    }

    private static void reach(String from, Set<String> reached) {
        for (String to : SEES.get(from)) {
            if (reached.add(to)) {
                reach(to, reached);
            }
        }
    }

    /** {@code source} for {@code dev.vigil.source.rtsp.Wire}; empty for classes that are not ours. */
    private static String part(JavaClass type) {
        String[] names = type.getPackageName().split("\\.", -1);
        return names.length > 2 && type.getPackageName().startsWith("dev.vigil.") ? names[2] : "";
    }

    @ParameterizedTest
    @CsvSource({
        "com.lmax.disruptor..,           pipeline..",
        "ai.onnxruntime..,               infer.ort..",
        "onnx..,                         graph.. workshop..",
        "com.google.protobuf..,          graph.. workshop.. infer.opencv..",
        "org.bytedeco.ffmpeg..,          frame.. source.. convert.. lens.. app.. workshop.trial..",
        "org.bytedeco.opencv..,          draw.. infer.opencv..",
        "org.bytedeco.tensorflowlite.., infer.tflite..",
        "org.bytedeco.javacv..,          app..",
        "io.netty.handler.codec.mqtt..,  mqtt..",
        "io.netty.handler.codec.rtsp..,  source.sim..",
        "io.netty.handler.codec.http..,  http.. mqtt.. source.sim..",
        "io.prometheus..,                metrics.prometheus..",
        "com.hivemq..,                   app.demo.. app.bench..",
        "org.snakeyaml..,                config..",
        "picocli..,                      app..",
        "ch.qos.logback..,               app..",
        "org.HdrHistogram..,             metrics.. app..",
    })
    void shouldKnowALibraryInItsOwnPlaceWhenOthersNeedItsWork(String library, String homes) {
        String[] places =
                Stream.of(homes.split(" ", -1)).map(p -> "dev.vigil." + p).toArray(String[]::new);
        noClasses()
                .that()
                .resideOutsideOfPackages(places)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(library)
                .check(CLASSES);
        assertThat(ALL_CLASSES.stream().anyMatch(type -> dependsOn(type, library)))
                .as("%s is used at all, so that the rule is about something", library)
                .isTrue();
    }

    private static boolean dependsOn(JavaClass type, String library) {
        DescribedPredicate<JavaClass> there = JavaClass.Predicates.resideInAPackage(library);
        return type.getDirectDependenciesFromSelf().stream().anyMatch(d -> there.test(d.getTargetClass()));
    }

    @Test
    void shouldKeepPartsOfAPackageApartWhenTheyAreOfDifferentUse() {
        noClasses()
                .that()
                .resideInAPackage("dev.vigil.source.rtsp..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.vigil.source.sim..")
                .because("a client that is tested against its own server must not share its code")
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAPackage("dev.vigil.source.sim..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.vigil.source.rtsp..")
                .check(CLASSES);
    }

    @Test
    void shouldLogThroughSlf4jWhenOutsideOfTheCommandLine() {
        NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING.check(CLASSES);
        NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS.check(
                CLASSES.that(JavaClass.Predicates.resideOutsideOfPackage("dev.vigil.app..")));
    }

    @Test
    void shouldFitOneIdeaWhenASourceFileIsRead() throws IOException {
        Map<Path, Long> tooLong = new TreeMap<>();
        try (Stream<Path> files = Files.walk(Path.of("src"))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
                try (Stream<String> lines = Files.lines(file)) {
                    long count = lines.count();
                    if (count > LINES_MAX) {
                        tooLong.put(file, count);
                    }
                }
            }
        }
        assertThat(tooLong).as("source files of more than %d lines", LINES_MAX).isEmpty();
    }

    @Test
    void shouldSayWhatHappensThereWhenAPackageIsOpened() throws IOException {
        try (Stream<Path> folders = Files.walk(Path.of("src/main/java/dev/vigil"))) {
            List<Path> silent = folders.filter(Files::isDirectory)
                    .filter(ArchitectureTest::hasSources)
                    .filter(folder -> Files.notExists(folder.resolve("package-info.java")))
                    .toList();
            assertThat(silent).as("packages without a package-info.java").isEmpty();
        }
    }

    private static boolean hasSources(Path folder) {
        String[] sources = folder.toFile().list((at, name) -> name.endsWith(".java"));
        return sources != null && sources.length > 0;
    }
}

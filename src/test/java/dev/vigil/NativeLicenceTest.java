package dev.vigil;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avformat;
import org.bytedeco.ffmpeg.global.avutil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code docs/dependencies.md} says of the libraries that are shipped. */
class NativeLicenceTest {
    @Test
    void shouldBeLgplWhenFfmpegIsAsked() {
        assertThat(avcodec.avcodec_license().getString()).isEqualTo("LGPL version 3 or later");
        assertThat(avformat.avformat_license().getString()).isEqualTo("LGPL version 3 or later");
        assertThat(avutil.avutil_license().getString()).isEqualTo("LGPL version 3 or later");
        assertThat(avutil.avutil_configuration().getString())
                .contains("--enable-version3")
                .doesNotContain("--enable-gpl")
                .doesNotContain("--enable-nonfree");
    }

    @ParameterizedTest
    @ValueSource(strings = {"libx264", "libx265", "libxvid"})
    void shouldLackTheGplEncoderWhenItIsLookedFor(String encoder) {
        assertThat(avcodec.avcodec_find_encoder_by_name(encoder)).isNull();
    }

    @Test
    void shouldNameEveryShippedDependencyWhenTheDocumentIsRead() throws IOException {
        String document = Files.readString(Path.of("docs/dependencies.md"));
        assertThat(shipped()).hasSizeGreaterThan(10).allSatisfy(name -> assertThat(document)
                .contains(name));
    }

    @Test
    void shouldTellTheLicenceOfEveryShippedDependencyWhenAPackageIsMade() throws IOException {
        List<PathMatcher> told = Pattern.compile("usr/lib/vigil/lib/(\\S+\\.jar)")
                .matcher(Files.readString(Path.of("packaging/copyright")))
                .results()
                .map(file -> FileSystems.getDefault().getPathMatcher("glob:" + file.group(1)))
                .toList();
        assertThat(shipped()).allSatisfy(name -> assertThat(told)
                .as("the form of %s in packaging/copyright", name)
                .anyMatch(form -> form.matches(Path.of(name + "-1.0.jar"))));
    }

    /** The artifacts that the program is shipped with, without those that come along with them. */
    private static List<String> shipped() throws IOException {
        String pom = Files.readString(Path.of("pom.xml"));
        Pattern dependency = Pattern.compile("(?s)<dependency>(.*?)</dependency>");
        Pattern artifact = Pattern.compile("<artifactId>(?:\\$\\{)?([^<}]+)");
        return dependency
                .matcher(pom.substring(pom.indexOf("</dependencyManagement>")))
                .results()
                .map(MatchResult::group)
                .filter(text -> !text.contains("<scope>"))
                .map(text -> artifact.matcher(text)
                        .results()
                        .findFirst()
                        .orElseThrow()
                        .group(1))
                .map(name -> name.equals("onnxruntime.artifact") ? "onnxruntime_gpu" : name)
                .distinct()
                .toList();
    }
}

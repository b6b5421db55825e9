package dev.vigil.app.detect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.app.media.MediaSource;
import dev.vigil.app.media.MediaSource.Form;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SaveNamesTest {
    @TempDir
    private Path folder;

    private Path into;

    @BeforeEach
    void makeFolder() throws IOException {
        into = Files.createDirectory(folder.resolve("out"));
    }

    @Test
    void shouldNameAfterTheSourceAndNumberTheFramesOfAVideo() throws IOException {
        List<MediaSource> sources = List.of(
                picture("a/photo.JPG"), picture("a/scan.tiff"), video("a/clip.mp4"), stream("rtsp://box/live/1"));
        SaveNames names = new SaveNames(into, sources);

        assertThat(name(names, sources.get(0), 1)).isEqualTo("photo.jpg");
        assertThat(name(names, sources.get(0), 2)).isEqualTo("photo-000002.jpg");
        assertThat(name(names, sources.get(1), 1)).isEqualTo("scan.png");
        assertThat(name(names, sources.get(2), 123)).isEqualTo("clip-000123.jpg");
        assertThat(name(names, sources.get(2), 1_234_567)).isEqualTo("clip-1234567.jpg");
        assertThat(name(names, sources.get(3), 1)).isEqualTo("1-000001.jpg");
    }

    @Test
    void shouldTellSourcesApartWhenTheirNamesAreTheSame() throws IOException {
        List<MediaSource> sources = List.of(
                picture("a/x.jpg"),
                picture("b/x.jpg"),
                picture("c/x-2.jpg"),
                video("a/x.mp4"),
                picture("d/x-2-000001.jpg"),
                picture("e/v-000007.png"),
                video("e/v.mp4"));
        SaveNames names = new SaveNames(into, sources);
        List<String> all = new ArrayList<>();
        for (MediaSource source : sources) {
            for (int number = 1; number <= (source.form() == Form.PICTURE ? 1 : 10); number++) {
                all.add(name(names, source, number).replaceFirst("\\.[a-z]+$", ""));
            }
        }

        assertThat(all).doesNotHaveDuplicates();
    }

    @Test
    void shouldGoBesideTheSourcesWhenTheyAreInTheSameFolder() throws IOException {
        List<MediaSource> sources =
                List.of(picture("out/photo.jpg"), picture("out/clip-000002.jpg"), video("a/clip.mp4"));
        SaveNames names = new SaveNames(into, sources);

        assertThat(name(names, sources.get(0), 1)).isEqualTo("photo-detections.jpg");
        assertThat(names.file(sources.get(1), 1)).doesNotExist();
        assertThat(names.file(sources.get(2), 2)).doesNotExist();
    }

    @Test
    void shouldNotWriteThroughALinkToASource() throws IOException {
        MediaSource source = picture("a/photo.jpg");
        Files.createSymbolicLink(into.resolve("photo.jpg"), Path.of(source.uri()));

        assertThat(name(new SaveNames(into, List.of(source)), source, 1)).isEqualTo("photo-detections.jpg");
    }

    private static String name(SaveNames names, MediaSource source, long number) throws IOException {
        return names.file(source, number).getFileName().toString();
    }

    private MediaSource picture(String path) throws IOException {
        return new MediaSource(path, file(path), Form.PICTURE);
    }

    private MediaSource video(String path) throws IOException {
        return new MediaSource(path, file(path), Form.VIDEO);
    }

    private static MediaSource stream(String address) {
        return new MediaSource(address, URI.create(address), Form.STREAM);
    }

    private URI file(String path) throws IOException {
        Path file = folder.resolve(path);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, "a source").toUri();
    }
}

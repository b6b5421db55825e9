package dev.vigil.workshop.distill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SetFolderTest {
    private static final String LAST = "dataset.json";

    @TempDir
    private Path folder;

    private static void fill(SetFolder set) throws IOException {
        Files.createDirectories(set.unfinished().resolve("images/train"));
        Files.writeString(set.unfinished().resolve("images/train/a.jpg"), "a");
        Files.writeString(set.unfinished().resolve("data.yaml"), "names:");
        Files.writeString(set.unfinished().resolve(LAST), "{}");
    }

    @Test
    void shouldPutAllInItsPlaceWhenItIsWhole() throws IOException {
        Path empty = Files.createDirectory(folder.resolve("empty"));
        for (Path out : new Path[] {empty, folder.resolve("deep/er/new")}) {
            try (SetFolder set = SetFolder.begin(out)) {
                fill(set);
                assertThat(out.resolve("data.yaml")).doesNotExist();
                set.finish(LAST);
            }
            assertThat(out.resolve("images/train/a.jpg")).hasContent("a");
            assertThat(out.resolve(LAST)).exists();
            assertThat(out.resolve(SetFolder.UNFINISHED)).doesNotExist();
        }
    }

    @Test
    void shouldLeaveNothingWhenItWasNotFinished() throws IOException {
        Path empty = Files.createDirectory(folder.resolve("empty"));
        try (SetFolder set = SetFolder.begin(empty)) {
            fill(set);
        }
        assertThat(empty).as("was there before").isEmptyDirectory();
        try (SetFolder set = SetFolder.begin(folder.resolve("a/b"))) {
            fill(set);
        }
        assertThat(folder.resolve("a")).doesNotExist();
    }

    @Test
    void shouldRefuseWhenSomethingIsThere() throws IOException {
        Path full = Files.createDirectory(folder.resolve("full"));
        Path mine = Files.writeString(full.resolve("mine.txt"), "mine");
        assertThatThrownBy(() -> SetFolder.begin(full))
                .hasMessage(full + " is not empty; a new or empty folder is wanted, nothing is overwritten");
        assertThatThrownBy(() -> SetFolder.begin(mine))
                .hasMessage(mine + " is a file; a new or empty folder is wanted");
        assertThat(mine).hasContent("mine");
        Path left = Files.createDirectories(folder.resolve("left/unfinished")).getParent();
        assertThatThrownBy(() -> SetFolder.begin(left))
                .hasMessageContaining("holds the unfinished set of a run that is still on, or was killed");
        assertThat(left.resolve("unfinished")).exists();
    }
}

package dev.vigil.workshop.trial;

import dev.vigil.base.Clock;
import dev.vigil.frame.Picture;
import dev.vigil.source.SourceException;
import dev.vigil.source.SourceOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Pictures that models are tried on: decoded once, at their own size, and kept in a file until this is closed, so that every
 * model sees the very same ones as often as it likes. Not threadsafe.
 */
public final class FrameSet implements AutoCloseable {
    private final FrameStore store;
    private final List<Name> names = new ArrayList<>();

    /**
     * Where pictures come from.
     *
     * @param shown as the user wrote it, without secrets
     * @param live frames come at their own pace, without end
     */
    public record Source(String shown, SourceOptions options, boolean live) {}

    /** @param number of the frame in its source, 1 for the first */
    public record Name(String source, long number) {
        @Override
        public String toString() {
            return source + " " + number;
        }
    }

    private FrameSet(FrameStore store) {
        this.store = store;
    }

    /**
     * Reads up to {@code most} frames, spread evenly over the sources and over each of them.
     *
     * @param liveFor how long one that is live is looked at
     * @param folder for the file that keeps them
     * @param progress is told a line now and then
     * @throws SourceException when a source can not be read, or holds no picture
     * @throws IOException when the file can not be written
     */
    public static FrameSet take(
            List<Source> sources, int most, Duration liveFor, Path folder, Clock clock, Consumer<String> progress)
            throws SourceException, IOException {
        FrameSet set = new FrameSet(FrameStore.create(folder));
        boolean taken = false;
        try (FrameWalk walk = new FrameWalk(sources, most, liveFor, clock)) {
            while (walk.next()) {
                set.store.add(walk.picture().frame(), walk.picture().orientation());
                set.names.add(
                        new Name(walk.place().source().shown(), walk.place().number()));
                progress.accept(set.size() + " frames read");
            }
            taken = true;
            return set;
        } finally {
            if (!taken) {
                set.close();
            }
        }
    }

    public int size() {
        return names.size();
    }

    public Name name(int index) {
        return names.get(index);
    }

    /** One of them, valid until the next call; its number is that of {@link #name}. */
    public Picture picture(int index) throws IOException {
        Picture picture = store.get(index);
        picture.setNumber(names.get(index).number());
        return picture;
    }

    @Override
    public void close() {
        store.close();
    }
}

package dev.vigil.workshop.trial;

import dev.vigil.base.Clock;
import dev.vigil.frame.Picture;
import dev.vigil.source.PictureReader;
import dev.vigil.source.SourceException;
import dev.vigil.source.SourceOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.bytedeco.ffmpeg.avutil.AVFrame;

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
        try {
            List<Source> spread = IntStream.range(0, Math.min(most, sources.size()))
                    .mapToObj(i -> sources.get((int) ((long) i * sources.size() / Math.min(most, sources.size()))))
                    .toList();
            long[] lengths = new long[spread.size()];
            for (int i = 0; i < lengths.length; i++) {
                Source source = spread.get(i);
                lengths[i] = source.live() ? Long.MAX_VALUE : PictureReader.count(source.options(), clock);
            }
            long[] shares = shares(lengths, most);
            for (int i = 0; i < lengths.length; i++) {
                Source source = spread.get(i);
                if (source.live()) {
                    set.readLive(source, shares[i], liveFor, clock, progress);
                } else {
                    set.readFile(source, shares[i], lengths[i], clock, progress);
                }
            }
            taken = true;
            return set;
        } finally {
            if (!taken) {
                set.close();
            }
        }
    }

    /** How many of each: the same of all, as far as they have so many, and what is left of the others. */
    static long[] shares(long[] lengths, int most) {
        long[] shares = new long[lengths.length];
        List<Integer> shortest = IntStream.range(0, lengths.length)
                .boxed()
                .sorted(Comparator.comparingLong(i -> lengths[i]))
                .toList();
        long left = most;
        for (int i = 0; i < shortest.size(); i++) {
            int at = shortest.get(i);
            shares[at] = Math.min(lengths[at], left / (shortest.size() - i));
            left -= shares[at];
        }
        return shares;
    }

    private void readFile(Source source, long share, long length, Clock clock, Consumer<String> progress)
            throws SourceException, IOException {
        int before = names.size();
        try (PictureReader reader = PictureReader.open(source.options(), clock)) {
            long wanted = 0;
            for (long number = 0; wanted < share; number++) {
                AVFrame frame = reader.next();
                if (frame == null) {
                    break;
                }
                if (number >= (2 * wanted + 1) * length / (2 * share)) {
                    keep(source, number + 1, reader, frame);
                    wanted++;
                    progress.accept(names.size() + " frames read");
                }
            }
        }
        requireSome(source, before);
    }

    private void readLive(Source source, long share, Duration liveFor, Clock clock, Consumer<String> progress)
            throws SourceException, IOException {
        int before = names.size();
        try (PictureReader reader = PictureReader.open(source.options(), clock)) {
            long startNs = clock.monotonicNs();
            long everyNs = liveFor.toNanos() / Math.max(1, share);
            for (long number = 1, wanted = 0; wanted < share; number++) {
                AVFrame frame = reader.next();
                long agoNs = clock.monotonicNs() - startNs;
                if (frame == null || agoNs > liveFor.toNanos()) {
                    break;
                }
                if (agoNs >= wanted * everyNs) {
                    keep(source, number, reader, frame);
                    wanted++;
                    progress.accept(names.size() + " frames read");
                }
            }
        }
        requireSome(source, before);
    }

    private void keep(Source source, long number, PictureReader reader, AVFrame frame) throws IOException {
        store.add(frame, reader.orientation());
        names.add(new Name(source.shown(), number));
    }

    private void requireSome(Source source, int before) throws SourceException {
        if (names.size() == before) {
            throw new SourceException(SourceException.Cause.NO_VIDEO, source.shown() + ": holds no picture");
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

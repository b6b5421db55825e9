package dev.vigil.workshop.trial;

import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_ref;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_unref;

import dev.vigil.base.Clock;
import dev.vigil.frame.Picture;
import dev.vigil.source.PictureReader;
import dev.vigil.source.SourceException;
import dev.vigil.workshop.trial.FrameSet.Source;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.ffmpeg.avutil.AVFrame;

/**
 * Frames of some sources one after the other, spread evenly over the sources and over each of them; none is kept. Not
 * threadsafe.
 */
public final class FrameWalk implements AutoCloseable {
    private final List<Source> sources;
    private final long[] lengths;
    private final long[] shares;
    private final Duration liveFor;
    private final Clock clock;
    private final Picture picture = new Picture();
    /** The source that is read, or comes next. */
    private int at;
    /** Null between sources. */
    private PictureReader reader;

    private long startNs;
    private long number;
    private long given;

    /**
     * Where a frame is from.
     *
     * @param number of the frame in its source, 1 for the first
     * @param length frames of the source as far as known; {@link Long#MAX_VALUE} for one that is live
     * @param timeNs of the frame within its source, from anywhere on
     */
    public record Place(Source source, long number, long length, long timeNs) {}

    /**
     * Looks how long the sources are.
     *
     * @param most frames that are given in all
     * @param liveFor how long a source that is live is looked at
     * @throws SourceException when one can not be read
     */
    public FrameWalk(List<Source> sources, int most, Duration liveFor, Clock clock) throws SourceException {
        int count = Math.min(most, sources.size());
        this.sources = IntStream.range(0, count)
                .mapToObj(i -> sources.get((int) ((long) i * sources.size() / count)))
                .toList();
        this.lengths = new long[count];
        for (int i = 0; i < count; i++) {
            Source source = this.sources.get(i);
            lengths[i] = source.live() ? Long.MAX_VALUE : PictureReader.count(source.options(), clock);
        }
        this.shares = shares(lengths, most);
        this.liveFor = liveFor;
        this.clock = clock;
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
            int one = shortest.get(i);
            shares[one] = Math.min(lengths[one], left / (shortest.size() - i));
            left -= shares[one];
        }
        return shares;
    }

    /**
     * Goes to the next frame.
     *
     * @return false after the last
     * @throws SourceException when a source can not be read, or holds no picture
     */
    public boolean next() throws SourceException {
        while (at < sources.size()) {
            if (reader == null) {
                reader = PictureReader.open(sources.get(at).options(), clock);
                startNs = clock.monotonicNs();
                number = 0;
                given = 0;
            }
            AVFrame frame = given < shares[at] ? wanted() : null;
            if (frame != null) {
                given++;
                av_frame_unref(picture.frame());
                if (av_frame_ref(picture.frame(), frame) < 0) {
                    throw new OutOfMemoryError("no memory for a picture");
                }
                picture.setOrientation(reader.orientation());
                picture.setNumber(number);
                return true;
            }
            if (given == 0) {
                throw new SourceException(
                        SourceException.Cause.NO_VIDEO, sources.get(at).shown() + ": holds no picture");
            }
            closeReader();
            at++;
        }
        return false;
    }

    /** The next frame of the source whose turn it is; null when it has no more. */
    private AVFrame wanted() throws SourceException {
        while (true) {
            AVFrame frame = reader.next();
            if (frame == null) {
                return null;
            }
            number++;
            if (sources.get(at).live()) {
                long agoNs = clock.monotonicNs() - startNs;
                if (agoNs > liveFor.toNanos()) {
                    return null;
                }
                if (agoNs >= given * (liveFor.toNanos() / shares[at])) {
                    return frame;
                }
            } else if (number - 1 >= (2 * given + 1) * lengths[at] / (2 * shares[at])) {
                return frame;
            }
        }
    }

    /** Where the frame is from that {@link #next} went to. */
    public Place place() {
        return new Place(sources.get(at), number, lengths[at], reader.timeNs());
    }

    /** The frame, valid until the next call of {@link #next}. */
    public Picture picture() {
        return picture;
    }

    private void closeReader() {
        if (reader != null) {
            reader.close();
            reader = null;
        }
    }

    @Override
    public void close() {
        closeReader();
        av_frame_free(picture.frame());
    }
}

package dev.vigil.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.base.Clock;
import dev.vigil.frame.DropCause;
import dev.vigil.frame.Feed;
import dev.vigil.frame.Picture;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class SourceReaderTest {
    private static final Path REORDERED = Path.of("src/test/resources/dev/vigil/source/reordered.mp4");

    private final Feed feed = new Feed("test", true);
    private final List<Long> numbers = new ArrayList<>();
    private final List<Integer> lumas = new ArrayList<>();

    @Test
    void shouldNumberPicturesAsTheyAreShownWhenPacketsAreReordered() throws Exception {
        read(FrameGate.OPEN);

        assertThat(numbers).isEqualTo(LongStream.rangeClosed(1, 12).boxed().toList());
        // Each frame of the file is brighter than the one before it.
        assertThat(lumas).isSorted().doesNotHaveDuplicates();
        assertThat(feed.ledger().snapshot().balances()).isTrue();
        assertThat(feed.ledger().snapshot().droppedTotal()).isZero();
    }

    @Test
    void shouldCountTheOthersAsUnwantedWhenTheGateLetsSomeThrough() throws Exception {
        read((number, arrivalNs) -> number % 4 == 1);

        assertThat(numbers).containsExactly(1L, 5L, 9L);
        assertThat(feed.ledger().snapshot().dropped(DropCause.UNWANTED)).isEqualTo(9);
        assertThat(feed.ledger().snapshot().balances()).isTrue();
    }

    /** Takes each picture on its arrival, on the reader's own thread. */
    private void read(FrameGate gate) throws Exception {
        feed.mailbox().onArrival(() -> {
            Picture picture = feed.mailbox().take();
            numbers.add(picture.number());
            lumas.add(picture.frame().data(0).get(0) & 0xff);
            feed.ledger().published();
            feed.mailbox().recycle(picture);
        });
        SourceReader.read(
                "test",
                feed,
                new StreamChoice(
                        SourceOptions.builder(REORDERED.toUri()).realtime(false).build(),
                        feed.warnings(),
                        Clock.SYSTEM),
                gate,
                Clock.SYSTEM,
                new Abort(),
                stream -> {});
        feed.mailbox().close();
    }
}

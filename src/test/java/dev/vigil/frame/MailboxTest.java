package dev.vigil.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_GRAY8;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_get_buffer;

import dev.vigil.mqtt.Await;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class MailboxTest {
    private final Ledger ledger = new Ledger();

    /** A picture with pixels, read from the camera. */
    private Picture picture(Mailbox mailbox) {
        Picture picture = mailbox.obtain();
        picture.setNumber(ledger.read());
        picture.times().begin(1_000_000 * picture.number(), Capture.atArrival(0));
        picture.frame().format(AV_PIX_FMT_GRAY8).width(64).height(64);
        assertThat(av_frame_get_buffer(picture.frame(), 0)).isZero();
        return picture;
    }

    private static boolean hasPixels(Picture picture) {
        return !picture.frame().isNull() && picture.frame().buf(0) != null;
    }

    private void assertAllClosed() {
        Ledger.Snapshot snapshot = ledger.snapshot();
        assertThat(snapshot.balances()).isTrue();
        assertThat(snapshot.inFlight()).isZero();
    }

    @Test
    void shouldKeepTheNewestWhenNobodyTakes() throws Exception {
        Mailbox mailbox = new Mailbox(ledger, false);
        AtomicInteger arrivals = new AtomicInteger();
        mailbox.onArrival(arrivals::incrementAndGet);
        assertThat(mailbox.take()).isNull();
        assertThat(mailbox.newestArrivalUs()).isEqualTo(Mailbox.NONE);
        for (int i = 0; i < 5; i++) {
            mailbox.offer(picture(mailbox));
        }
        assertThat(arrivals).hasValue(5);
        assertThat(mailbox.isFull()).isTrue();
        assertThat(mailbox.newestArrivalUs()).isEqualTo(5_000);
        assertThat(ledger.snapshot().dropped(DropCause.SUPERSEDED)).isEqualTo(4);
        assertThat(ledger.snapshot().inFlight()).isEqualTo(1);
        Picture taken = mailbox.take();
        assertThat(taken.number()).isEqualTo(5);
        assertThat(mailbox.isFull()).isFalse();
        ledger.published();
        mailbox.recycle(taken);
        assertThat(hasPixels(taken)).isFalse();
        mailbox.close();
        assertAllClosed();
    }

    @Test
    void shouldReusePicturesWhenTenThousandPassThrough() throws Exception {
        Mailbox mailbox = new Mailbox(ledger, false);
        Set<Picture> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        for (int i = 0; i < 10_000; i++) {
            Picture picture = picture(mailbox);
            seen.add(picture);
            mailbox.offer(picture);
            if (i % 3 == 0) {
                Picture taken = mailbox.take();
                ledger.published();
                mailbox.recycle(taken);
            }
        }
        mailbox.close();
        assertThat(seen).as("native frames ever made").hasSizeLessThanOrEqualTo(3);
        assertThat(seen).as("freed with the mailbox").allMatch(picture -> picture.frame()
                .isNull());
        assertAllClosed();
    }

    @Test
    void shouldFreeAndCountWhatComesAfterItIsClosed() throws Exception {
        Mailbox mailbox = new Mailbox(ledger, false);
        Picture taken = picture(mailbox);
        mailbox.offer(taken);
        assertThat(mailbox.take()).isSameAs(taken);
        Picture waiting = picture(mailbox);
        mailbox.offer(waiting);
        Picture late = picture(mailbox);
        AtomicInteger arrivals = new AtomicInteger();
        mailbox.onArrival(arrivals::incrementAndGet);

        mailbox.close();
        mailbox.offer(late);
        mailbox.recycle(taken);
        ledger.published();
        mailbox.close();

        assertThat(List.of(taken, waiting, late))
                .allMatch(picture -> picture.frame().isNull());
        assertThat(arrivals).hasValue(0);
        assertThat(mailbox.take()).isNull();
        assertThat(ledger.snapshot().dropped(DropCause.SHUT_DOWN)).isEqualTo(2);
        assertAllClosed();
    }

    @Test
    void shouldWaitForThePlaceWhenLossless() throws Exception {
        Mailbox mailbox = new Mailbox(ledger, true);
        List<Long> offered = Collections.synchronizedList(new ArrayList<>());
        Thread reader = new Thread(() -> {
            try {
                for (int i = 0; i < 100; i++) {
                    Picture picture = picture(mailbox);
                    mailbox.offer(picture);
                    offered.add(picture.number());
                }
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        reader.start();
        for (long number = 1; number <= 100; number++) {
            Await.until("a picture", mailbox::isFull);
            Picture taken = mailbox.take();
            assertThat(taken.number()).isEqualTo(number);
            ledger.published();
            mailbox.recycle(taken);
        }
        reader.join();
        assertThat(ledger.snapshot().published()).isEqualTo(100);
        assertThat(ledger.snapshot().droppedTotal()).isZero();
        mailbox.close();
        assertAllClosed();
    }

    private Thread blockedReader(Mailbox mailbox, AtomicReference<Picture> second, AtomicBoolean interrupted)
            throws InterruptedException {
        mailbox.offer(picture(mailbox));
        second.set(picture(mailbox));
        Thread reader = new Thread(() -> {
            try {
                mailbox.offer(second.get());
            } catch (InterruptedException e) {
                interrupted.set(true);
            }
        });
        reader.start();
        Await.until("the reader waits", () -> reader.getState() == Thread.State.TIMED_WAITING);
        return reader;
    }

    @Test
    void shouldReleaseTheReaderWhenClosedWhileItWaits() throws Exception {
        Mailbox mailbox = new Mailbox(ledger, true);
        AtomicReference<Picture> second = new AtomicReference<>();
        AtomicBoolean interrupted = new AtomicBoolean();
        Thread reader = blockedReader(mailbox, second, interrupted);
        mailbox.close();
        reader.join(Await.DEADLINE.toMillis());
        assertThat(reader.isAlive()).isFalse();
        assertThat(interrupted).isFalse();
        assertThat(second.get().frame().isNull()).isTrue();
        assertThat(ledger.snapshot().dropped(DropCause.SHUT_DOWN)).isEqualTo(2);
        assertAllClosed();
    }

    @Test
    void shouldCloseTheFramesAccountWhenTheReaderIsInterruptedWhileItWaits() throws Exception {
        Mailbox mailbox = new Mailbox(ledger, true);
        AtomicReference<Picture> second = new AtomicReference<>();
        AtomicBoolean interrupted = new AtomicBoolean();
        Thread reader = blockedReader(mailbox, second, interrupted);
        reader.interrupt();
        reader.join(Await.DEADLINE.toMillis());
        assertThat(interrupted).isTrue();
        assertThat(hasPixels(second.get())).isFalse();
        assertThat(ledger.snapshot().inFlight()).as("the one that lies there").isEqualTo(1);
        mailbox.close();
        assertAllClosed();
    }

    @Test
    void shouldLoseNoPictureWhenReaderTakerAndCloserMeet() throws Exception {
        for (int round = 0; round < 50; round++) {
            Mailbox mailbox = new Mailbox(ledger, round % 2 == 0);
            Set<Picture> seen = Collections.synchronizedSet(new HashSet<>());
            Thread reader = new Thread(() -> {
                try {
                    for (int i = 0; i < 50; i++) {
                        Picture picture = picture(mailbox);
                        seen.add(picture);
                        mailbox.offer(picture);
                    }
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            });
            Thread taker = new Thread(() -> {
                while (reader.isAlive()) {
                    Picture taken = mailbox.take();
                    if (taken != null) {
                        ledger.published();
                        mailbox.recycle(taken);
                    }
                }
            });
            reader.start();
            taker.start();
            long target = ledger.snapshot().read() + round % 20;
            Await.until("some pictures", () -> ledger.snapshot().read() > target || !reader.isAlive());
            mailbox.close();
            reader.join();
            taker.join();
            assertThat(seen).allMatch(picture -> picture.frame().isNull());
            assertAllClosed();
        }
    }
}

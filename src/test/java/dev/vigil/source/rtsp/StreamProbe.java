package dev.vigil.source.rtsp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bytedeco.ffmpeg.global.avcodec.AV_PKT_FLAG_KEY;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_alloc;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_free;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_unref;

import dev.vigil.base.Clock;
import dev.vigil.source.Abort;
import dev.vigil.source.PacketInfo;
import dev.vigil.source.SourceException;
import dev.vigil.source.SourceException.Cause;
import dev.vigil.source.SourceOptions;
import dev.vigil.source.SourceOptions.Hardware;
import dev.vigil.source.SourceOptions.Transport;
import java.net.URI;
import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.bytedeco.ffmpeg.avcodec.AVPacket;

/** Opens and reads a stream, with what was read as plain values. */
final class StreamProbe implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(20);

    final RtspStream stream;
    final PacketInfo info = new PacketInfo();
    private final AVPacket packet = av_packet_alloc();

    private final Duration patience;

    StreamProbe(RtspStream stream) {
        this(stream, PATIENCE);
    }

    private StreamProbe(RtspStream stream, Duration patience) {
        this.stream = stream;
        this.patience = patience;
    }

    static StreamProbe open(URI uri) throws SourceException {
        return open(options(uri, Transport.TCP, PATIENCE, PATIENCE));
    }

    static StreamProbe open(SourceOptions options) throws SourceException {
        return new StreamProbe(RtspStream.open(options, Clock.SYSTEM, new Abort()), options.readTimeout());
    }

    static SourceOptions options(URI uri, Transport transport, Duration openTimeout, Duration readTimeout) {
        return SourceOptions.builder(uri)
                .transport(transport)
                .hardware(Hardware.NONE)
                .openTimeout(openTimeout)
                .readTimeout(readTimeout)
                .retry(PATIENCE, PATIENCE)
                .build();
    }

    /** Holds that a call fails with that cause and one line that contains the words. */
    static void assertFails(ThrowingCallable what, Cause cause, String... words) {
        assertThatThrownBy(what).isInstanceOfSatisfying(SourceException.class, e -> {
            assertThat(e.reason()).as(e.getMessage()).isEqualTo(cause);
            assertThat(e.getMessage()).doesNotContain("\n");
            for (String word : words) {
                assertThat(e.getMessage()).contains(word);
            }
        });
    }

    /** One access unit's bytes. */
    record Unit(byte[] bytes, long pts, boolean key, boolean damaged) {}

    Unit read() throws SourceException {
        stream.read(packet, info, System.nanoTime() + patience.toNanos());
        byte[] bytes = new byte[packet.size()];
        packet.data().capacity(bytes.length).asByteBuffer().get(bytes);
        Unit unit = new Unit(bytes, packet.pts(), (packet.flags() & AV_PKT_FLAG_KEY) != 0, info.damaged);
        av_packet_unref(packet);
        return unit;
    }

    @Override
    public void close() {
        stream.close();
        av_packet_free(packet);
    }
}

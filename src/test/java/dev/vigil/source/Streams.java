package dev.vigil.source;

import dev.vigil.base.Clock;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
import org.bytedeco.ffmpeg.avcodec.AVPacket;

/** Streams that change on their way. */
final class Streams {
    private Streams() {}

    /** One after the other, as a camera sends that is set differently while it runs; for formats without an index. */
    static Path join(Path target, Path... parts) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (Path part : parts) {
            all.writeBytes(Files.readAllBytes(part));
        }
        return Files.write(target, all.toByteArray());
    }

    /** Files one after the other as one stream, each with its own codec. */
    static final class InTurn implements PacketStream {
        private final PacketStream[] parts;
        private int at;

        InTurn(Path... files) throws SourceException {
            parts = new PacketStream[files.length];
            for (int i = 0; i < files.length; i++) {
                parts[i] = SourceReader.open(CameraProbe.file(files[i]), Clock.SYSTEM, new Abort());
            }
        }

        @Override
        public AVCodecParameters parameters() {
            return parts[at].parameters();
        }

        @Override
        public boolean read(AVPacket packet, PacketInfo info, long untilNs) throws SourceException {
            while (!parts[at].read(packet, info, untilNs)) {
                if (at + 1 == parts.length) {
                    return false;
                }
                at++;
            }
            return true;
        }

        @Override
        public void close() {
            for (PacketStream part : parts) {
                part.close();
            }
        }
    }
}

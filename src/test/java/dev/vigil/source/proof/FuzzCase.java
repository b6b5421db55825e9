package dev.vigil.source.proof;

import dev.vigil.source.sim.RtpClip;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * What a camera says on one connection. A case is made of its seed alone, so that it can be made again after it has killed the
 * process.
 *
 * @param answers to a client's requests, in turn, each {@code RTSP/1.0 …} with {@code CSEQ} in the place of the number
 * @param media what comes behind the last of them: RTP and RTCP, interleaved
 * @param recovers whether it ends with {@link #GOOD_FRAMES} that nothing is wrong with, of which pictures must come
 */
record FuzzCase(List<byte[]> answers, byte[] media, boolean recovers) {
    /** Three times from one keyframe to the next, and more than any decoder holds back. */
    static final int GOOD_FRAMES = 30;

    static final String CSEQ = "@CSEQ@";
    private static final int FRAMES_MAX = 12;
    private static final int SSRC = 0x0badcafe;
    private static final int TICKS_A_FRAME = 3_600;

    static FuzzCase of(List<RtpClip> clips, long seed) {
        Random random = new Random(seed);
        RtpClip clip = clips.get(random.nextInt(clips.size()));
        String sdp = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=camera\r\nt=0 0\r\n" + clip.sdpMedia();
        boolean recovers = random.nextBoolean(); // then only what comes before its end is spoilt
        byte[] described = bytes(sdp);
        if (!recovers && random.nextInt(2) == 0) {
            described = Mutation.of(described, random);
        }
        List<byte[]> answers = new ArrayList<>();
        answers.add(bytes("RTSP/1.0 200 OK\r\nCSeq: " + CSEQ + "\r\nPublic: OPTIONS, DESCRIBE, SETUP, PLAY\r\n\r\n"));
        byte[] head = bytes("RTSP/1.0 200 OK\r\nCSeq: " + CSEQ
                + "\r\nContent-Type: application/sdp\r\nContent-Base: rtsp://127.0.0.1/cam/\r\nContent-Length: "
                + described.length + "\r\n\r\n");
        answers.add(joined(head, described));
        answers.add(bytes("RTSP/1.0 200 OK\r\nCSeq: " + CSEQ
                + "\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\nSession: 1;timeout=60\r\n\r\n"));
        answers.add(bytes("RTSP/1.0 200 OK\r\nCSeq: " + CSEQ + "\r\nSession: 1\r\n\r\n"));
        if (!recovers && random.nextInt(5) == 0) {
            int which = random.nextInt(answers.size());
            answers.set(which, Mutation.of(answers.get(which), random));
        }
        byte[] media = media(clip, random, recovers);
        return new FuzzCase(
                answers, !recovers && random.nextInt(5) == 0 ? Mutation.of(media, random) : media, recovers);
    }

    /** Some frames from a keyframe on, each packet with a small chance of any harm that can come to it. */
    private static byte[] media(RtpClip clip, Random random, boolean recovers) {
        int first = random.nextInt(clip.frames().size());
        while (random.nextInt(20) > 0 && !clip.keys().get(first)) {
            first = (first + 1) % clip.frames().size();
        }
        int harm = 1 + random.nextInt(40); // one packet in so many
        int sequence = random.nextInt(1 << 16);
        int timestamp = random.nextInt();
        List<byte[]> packets = new ArrayList<>();
        for (int i = 0; i < 1 + random.nextInt(FRAMES_MAX); i++) {
            int frame = (first + i) % clip.frames().size();
            for (byte[] packet : clip.frames().get(frame)) {
                harmed(packets, numbered(packet, sequence++, timestamp), random, harm);
            }
            timestamp += random.nextInt(50) == 0 ? random.nextInt() : TICKS_A_FRAME;
            if (!recovers && random.nextInt(4) == 0) {
                packets.add(null); // a report
            }
        }
        int good = clip.keys().indexOf(true);
        for (int i = 0; recovers && i < GOOD_FRAMES; i++) {
            for (byte[] packet : clip.frames().get((good + i) % clip.frames().size())) {
                packets.add(numbered(packet, sequence++, timestamp));
            }
            timestamp += TICKS_A_FRAME;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] packet : packets) {
            byte[] sent = packet != null ? packet : report(random, timestamp);
            out.writeBytes(new byte[] {'$', (byte) (packet != null ? 0 : 1)});
            out.writeBytes(new byte[] {(byte) (sent.length >> 8), (byte) sent.length});
            out.writeBytes(sent);
        }
        return out.toByteArray();
    }

    private static byte[] numbered(byte[] packet, int sequence, int timestamp) {
        return ByteBuffer.wrap(packet.clone())
                .putShort(2, (short) sequence)
                .putInt(4, timestamp)
                .putInt(8, SSRC)
                .array();
    }

    private static void harmed(List<byte[]> packets, byte[] packet, Random random, int harm) {
        if (random.nextInt(harm) > 0) {
            packets.add(packet);
            return;
        }
        switch (random.nextInt(7)) {
            case 0 -> {
                // lost
            }
            case 1 -> {
                packets.add(packet);
                packets.add(packet);
            }
            case 2 -> packets.add(random.nextInt(packets.size() + 1), packet);
            case 3 -> packets.add(shorter(Mutation.of(packet, random)));
            default -> packets.add(flipped(packet, random));
        }
    }

    /** What fits into the length of an interleaved packet. */
    private static byte[] shorter(byte[] packet) {
        return packet.length <= 0xffff ? packet : java.util.Arrays.copyOf(packet, 0xffff);
    }

    /** In the payload alone, so that what is wrong reaches the decoder; near its beginning stand headers and parameter sets. */
    private static byte[] flipped(byte[] packet, Random random) {
        byte[] bytes = packet.clone();
        int payload = bytes.length - 12;
        for (int i = random.nextInt(8); i >= 0 && payload > 0; i--) {
            int at = 12 + random.nextInt(random.nextBoolean() ? Math.min(payload, 40) : payload);
            bytes[at] ^= (byte) (1 << random.nextInt(8));
        }
        return bytes;
    }

    /** A sender report, sometimes a goodbye, sometimes spoilt. */
    private static byte[] report(Random random, int timestamp) {
        ByteBuffer report = ByteBuffer.allocate(28);
        report.putShort((short) (random.nextInt(30) == 0 ? 0x81cb : 0x80c8)).putShort((short) 6);
        report.putInt(SSRC)
                .putLong(random.nextLong())
                .putInt(timestamp)
                .putInt(10)
                .putInt(1_000);
        return random.nextInt(4) == 0 ? Mutation.of(report.array(), random) : report.array();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] joined(byte[] first, byte[] second) {
        return ByteBuffer.allocate(first.length + second.length)
                .put(first)
                .put(second)
                .array();
    }

    /** All of it, for a file to look into. */
    byte[] all() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        answers.forEach(out::writeBytes);
        out.writeBytes(media);
        return out.toByteArray();
    }
}

package dev.vigil.source.sim;

import static org.bytedeco.ffmpeg.global.avcodec.FF_COMPLIANCE_EXPERIMENTAL;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_alloc;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_free;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_ref;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_unref;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_get_name;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_parameters_copy;
import static org.bytedeco.ffmpeg.global.avformat.av_sdp_create;
import static org.bytedeco.ffmpeg.global.avformat.av_write_frame;
import static org.bytedeco.ffmpeg.global.avformat.avformat_alloc_output_context2;
import static org.bytedeco.ffmpeg.global.avformat.avformat_free_context;
import static org.bytedeco.ffmpeg.global.avformat.avformat_new_stream;
import static org.bytedeco.ffmpeg.global.avformat.avformat_write_header;
import static org.bytedeco.ffmpeg.global.avformat.avio_alloc_context;
import static org.bytedeco.ffmpeg.global.avformat.avio_context_free;
import static org.bytedeco.ffmpeg.global.avutil.av_dict_free;
import static org.bytedeco.ffmpeg.global.avutil.av_dict_set;
import static org.bytedeco.ffmpeg.global.avutil.av_free;
import static org.bytedeco.ffmpeg.global.avutil.av_malloc;

import dev.vigil.source.SourceException;
import dev.vigil.source.SourceException.Cause;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVIOContext;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avformat.Read_packet_Pointer_BytePointer_int;
import org.bytedeco.ffmpeg.avformat.Seek_Pointer_long_int;
import org.bytedeco.ffmpeg.avformat.Write_packet_Pointer_BytePointer_int;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/**
 * Cuts compressed pictures into RTP packets with FFmpeg's RTP muxer, for every codec it knows, and describes the stream in SDP.
 * Sequence numbers, timestamps and SSRC in the packets mean nothing: each camera writes its own. Not threadsafe.
 */
final class RtpPacketizer implements AutoCloseable {
    /** Bytes that stand before each packet: {@code $}, channel 0, and the packet's length, as RTSP interleaves it (RFC 2326, 10.12). */
    static final int PREFIX_BYTES = 4;

    private static final int RTP_HEADER_BYTES = 12;

    private final AVFormatContext muxer = new AVFormatContext(null);
    private final AVPacket copy = av_packet_alloc();
    private final Collector collector = new Collector();
    private AVIOContext io;
    private long frames;
    private ByteBuf target;
    private int packets;

    /** @param packetBytesMax largest RTP packet with its header */
    RtpPacketizer(AVCodecParameters parameters, int packetBytesMax) throws SourceException {
        try {
            open(parameters, packetBytesMax);
        } catch (SourceException | RuntimeException failed) {
            close();
            throw failed;
        }
    }

    private void open(AVCodecParameters parameters, int packetBytesMax) throws SourceException {
        String codec = avcodec_get_name(parameters.codec_id()).getString();
        check(avformat_alloc_output_context2(muxer, null, "rtp", "rtp://127.0.0.1"), codec);
        muxer.strict_std_compliance(FF_COMPLIANCE_EXPERIMENTAL); // as FFmpeg still calls VP9 in RTP
        AVStream stream = avformat_new_stream(muxer, null);
        check(avcodec_parameters_copy(stream.codecpar(), parameters), codec);
        stream.codecpar().codec_tag(0);
        BytePointer buffer = new BytePointer(av_malloc(packetBytesMax)).capacity(packetBytesMax);
        io = avio_alloc_context(
                buffer,
                packetBytesMax,
                1,
                null,
                (Read_packet_Pointer_BytePointer_int) null,
                collector,
                (Seek_Pointer_long_int) null);
        // The muxer makes no packet larger than this and flushes after each, so that one call back is one packet.
        io.max_packet_size(packetBytesMax);
        muxer.pb(io);
        muxer.packet_size(packetBytesMax);
        AVDictionary options = new AVDictionary(null);
        av_dict_set(options, "rtpflags", "skip_rtcp", 0);
        int begun = avformat_write_header(muxer, options);
        av_dict_free(options);
        check(begun, codec);
    }

    /** The media section of the stream's SDP: from {@code m=} on, lines end in CRLF. */
    String sdpMedia() throws SourceException {
        byte[] text = new byte[16_384];
        check(av_sdp_create(muxer, 1, text, text.length), "SDP");
        int end = 0;
        while (end < text.length && text[end] != 0) {
            end++;
        }
        String sdp = new String(text, 0, end, StandardCharsets.US_ASCII);
        // The track's name and rate are the server's business.
        return sdp.substring(sdp.indexOf("m=video")).replaceAll("a=(control|framerate):[^\r\n]*\r\n", "");
    }

    /**
     * Appends the picture's RTP packets to {@code into}, each with its prefix.
     *
     * @return how many they are
     */
    int packetize(AVPacket picture, ByteBuf into) throws SourceException {
        target = into;
        packets = 0;
        check(av_packet_ref(copy, picture), "packet");
        copy.stream_index(0);
        copy.pts(frames);
        copy.dts(frames);
        copy.duration(1);
        frames++;
        int written = av_write_frame(muxer, copy);
        av_packet_unref(copy);
        target = null;
        check(written, "picture " + frames);
        return packets;
    }

    private static void check(int result, String what) throws SourceException {
        if (result < 0) {
            throw new SourceException(Cause.UNSUPPORTED, what + " can not be sent by RTP: " + ClipReader.error(result));
        }
    }

    @Override
    public void close() {
        av_packet_free(copy);
        if (!muxer.isNull()) {
            avformat_free_context(muxer);
        }
        if (io != null) {
            av_free(io.buffer());
            avio_context_free(io);
        }
        collector.close();
    }

    private final class Collector extends Write_packet_Pointer_BytePointer_int {
        @Override
        public int call(Pointer opaque, BytePointer packet, int size) {
            if (target != null && size >= RTP_HEADER_BYTES) {
                target.writeByte('$').writeByte(0).writeShort(size);
                target.writeBytes(packet.position(0).limit(size).asByteBuffer());
                packets++;
            }
            return size;
        }
    }
}

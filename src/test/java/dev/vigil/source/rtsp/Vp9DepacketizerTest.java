package dev.vigil.source.rtsp;

import static dev.vigil.source.rtsp.Packets.bytes;
import static dev.vigil.source.rtsp.Packets.join;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class Vp9DepacketizerTest {
    /** Marker 2, profile 0, no existing frame, key frame. */
    private static final byte[] KEY = bytes(0x82, 0x49, 0x83, 0x42);
    /** The same, but an inter frame. */
    private static final byte[] INTER = bytes(0x86, 0x00, 0x40, 0x92);

    private final AccessUnit unit = new AccessUnit();
    private final Vp9Depacketizer depacketizer = new Vp9Depacketizer();

    @BeforeEach
    void begin() {
        unit.begin(0, 0);
    }

    private void add(boolean gap, byte[]... parts) {
        byte[] packet = join(parts);
        depacketizer.add(packet, 0, packet.length, gap, unit);
    }

    @Test
    void shouldJoinPartsWhenFrameComesInSeveralPackets() {
        add(false, bytes(0x08), KEY); // B
        add(false, bytes(0x00), bytes(1, 2));
        add(false, bytes(0x04), bytes(3)); // E
        depacketizer.finish(unit);
        assertThat(unit.copy()).isEqualTo(join(KEY, bytes(1, 2, 3)));
        assertThat(unit.key()).isTrue();
        assertThat(unit.damaged()).isFalse();
    }

    @Test
    void shouldFindTheFrameBehindEveryDescriptor() {
        // I with 15 bits, L and F with P and two references
        add(false, bytes(0xfc, 0x81, 0x23, 0x00, 0x03, 0x04), INTER);
        assertThat(unit.copy()).isEqualTo(INTER);
        assertThat(unit.key()).isFalse();
        unit.clear();
        // I with 7 bits, L without F (so TL0PICIDX), V: one layer with its size, one picture with one reference
        add(false, bytes(0xae, 0x11, 0x00, 0x01, 0x18, 0, 16, 0, 16, 1, 0x04, 0x01), KEY);
        assertThat(unit.copy()).isEqualTo(KEY);
        assertThat(unit.key()).isTrue();
    }

    @Test
    void shouldWriteSuperframeIndexWhenPictureHasLayers() {
        add(false, bytes(0x0c), KEY);
        add(false, bytes(0x0c), INTER, bytes(9));
        depacketizer.finish(unit);
        byte[] index = bytes(0xd9, 4, 0, 0, 0, 5, 0, 0, 0, 0xd9); // 110, four bytes a size, two frames
        assertThat(unit.copy()).isEqualTo(join(KEY, INTER, bytes(9), index));
    }

    @Test
    void shouldDamageWhenStartOrEndIsMissing() {
        add(true, bytes(0x04), bytes(1, 2));
        assertThat(unit.damaged()).isTrue();
        assertThat(unit.size()).isZero();
        unit.clear();
        add(false, bytes(0x08), KEY);
        depacketizer.finish(unit);
        assertThat(unit.damaged()).isTrue();
        unit.clear();
        add(false, bytes(0xbe, 0x81)); // the descriptor is cut off
        assertThat(unit.damaged()).isTrue();
    }
}

package dev.vigil.source.rtsp;

import static dev.vigil.source.rtsp.Packets.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class Av1DepacketizerTest {
    private final AccessUnit unit = new AccessUnit();
    private final Av1Depacketizer depacketizer = new Av1Depacketizer();

    @BeforeEach
    void begin() {
        unit.begin(0, 0);
    }

    private void add(boolean gap, int... packet) {
        depacketizer.add(bytes(packet), 0, packet.length, gap, unit);
    }

    @Test
    void shouldWriteSizesWhenPacketHasSeveralUnits() {
        // W 2, N; a sequence header (type 1) with its size, then a frame (type 6) to the packet's end, a key frame
        add(false, 0x28, 2, 0x08, 0x55, 0x30, 0x10, 0x11);
        depacketizer.finish(unit);
        assertThat(unit.copy())
                .isEqualTo(bytes(
                        0x12, 0, // temporal delimiter
                        0x0a, 0x81, 0x80, 0x80, 0, 0x55, // has_size, a size of 1 in four bytes
                        0x32, 0x82, 0x80, 0x80, 0, 0x10, 0x11));
        assertThat(unit.key()).isTrue();
        assertThat(unit.damaged()).isFalse();
    }

    @Test
    void shouldJoinPartsWhenUnitComesInSeveralPackets() {
        add(false, 0x50, 0x30, 0x30, 0x01); // Y, W 1; an inter frame
        add(false, 0xd0, 0x02); // Z and Y
        add(false, 0x80, 1, 0x03, 2, 0x20, 0x07); // Z, W 0: the rest, then a tile group with its size
        depacketizer.finish(unit);
        assertThat(unit.copy())
                .isEqualTo(bytes(
                        0x12, 0, 0x32, 0x84, 0x80, 0x80, 0, 0x30, 0x01, 0x02, 0x03, 0x22, 0x81, 0x80, 0x80, 0, 0x07));
        assertThat(unit.key()).isFalse();
        assertThat(unit.damaged()).isFalse();
    }

    @Test
    void shouldPassOverDelimitersAndTakeSizesOffWhenSenderLeavesThemIn() {
        add(false, 0x20, 2, 0x12, 0x00, 0x32, 0x02, 0x10, 0x44); // W 2: a delimiter, then a frame with a size of 2
        assertThat(unit.copy()).isEqualTo(bytes(0x12, 0, 0x32, 0x82, 0x80, 0x80, 0, 0x10, 0x44));
    }

    @Test
    void shouldKeepTheLayersByteWhenUnitHasAnExtension() {
        add(false, 0x10, 0x34, 0x08, 0x10);
        assertThat(unit.copy()).isEqualTo(bytes(0x12, 0, 0x36, 0x08, 0x81, 0x80, 0x80, 0, 0x10));
    }

    @Test
    void shouldDamageWhenPartsAreMissing() {
        add(true, 0x90, 0x01, 0x02); // Z, and nothing before it
        assertThat(unit.damaged()).isTrue();
        unit.clear();
        add(false, 0x50, 0x30, 0x30); // Y, and nothing after it
        depacketizer.finish(unit);
        assertThat(unit.damaged()).isTrue();
        unit.clear();
        add(false, 0x20, 0x7f, 0x30); // a size beyond the packet's end
        assertThat(unit.damaged()).isTrue();
    }
}

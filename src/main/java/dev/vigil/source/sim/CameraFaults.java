package dev.vigil.source.sim;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * What is wrong with one camera now, and the one place where its packets are spoilt: after they have their numbers and before any
 * client gets them, so that all clients see the same fault. Belongs to the server's thread.
 */
final class CameraFaults {
    private static final int HEADER_BYTES = 12;

    private final Map<FaultKind, Deque<Fault>> active = new EnumMap<>(FaultKind.class);
    private final Random random;
    /** Packets that come after the next frame's first. */
    private final List<byte[]> held = new ArrayList<>();

    /** @param random decides which packets are spoilt, and how */
    CameraFaults(Random random) {
        this.random = random;
    }

    /** Of several of a kind the last one counts. */
    void begin(Fault fault) {
        active.computeIfAbsent(fault.kind(), kind -> new ArrayDeque<>()).push(fault);
    }

    /** Ends one that was begun; another one of its kind may be left. */
    void end(Fault fault) {
        Deque<Fault> kind = active.get(fault.kind());
        if (kind != null) {
            kind.removeFirstOccurrence(fault);
        }
    }

    boolean on(FaultKind kind) {
        return get(kind) != null;
    }

    /** The one of that kind that counts; null when there is none. */
    Fault get(FaultKind kind) {
        Deque<Fault> faults = active.get(kind);
        return faults == null ? null : faults.peek();
    }

    /** How much of it; 0 when there is none. */
    double valueOf(FaultKind kind) {
        Fault fault = get(kind);
        return fault == null ? 0 : fault.value();
    }

    /** Nothing is sent at all. */
    boolean silent() {
        return on(FaultKind.STALL) || on(FaultKind.HANG);
    }

    /**
     * Spoils a frame's packets.
     *
     * @return false when nothing of it is sent; it still counts in sequence numbers, as a lost one does
     */
    boolean spoil(OutgoingFrame frame) {
        if (silent() || frame.key() && on(FaultKind.NO_KEYFRAMES)) {
            return false;
        }
        reorder(frame, valueOf(FaultKind.REORDER));
        double lost = valueOf(FaultKind.LOSE);
        for (int i = frame.packets() - 1; i >= 0 && lost > 0; i--) {
            if (random.nextDouble() < lost) {
                frame.drop(i);
            }
        }
        double corrupt = valueOf(FaultKind.CORRUPT);
        for (int i = 0; i < frame.packets() && corrupt > 0; i++) {
            if (random.nextDouble() < corrupt) {
                flipBytes(frame.packet(i));
            }
        }
        return frame.packets() > 0;
    }

    private void reorder(OutgoingFrame frame, double share) {
        if (!held.isEmpty()) {
            int first = frame.packets();
            held.forEach(frame::append);
            held.clear();
            // To the second place: behind one successor.
            for (int i = first; i > 1; i--) {
                frame.swap(i, i - 1);
            }
            return;
        }
        for (int i = 0; i < frame.packets() && share > 0; i++) {
            if (random.nextDouble() >= share) {
                continue;
            }
            if (i + 1 < frame.packets()) {
                frame.swap(i, i + 1);
                i++;
            } else {
                held.add(frame.bytes(i));
                frame.drop(i);
            }
        }
    }

    /** About every 32nd byte of the payload. */
    private void flipBytes(ByteBuf packet) {
        for (int at = HEADER_BYTES + random.nextInt(8); at < packet.writerIndex(); at += 1 + random.nextInt(64)) {
            packet.setByte(at, packet.getByte(at) ^ (1 + random.nextInt(255)));
        }
    }
}

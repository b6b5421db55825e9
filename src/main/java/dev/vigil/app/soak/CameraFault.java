package dev.vigil.app.soak;

import dev.vigil.source.sim.Fault;
import dev.vigil.source.sim.FaultKind;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * Which faults a soak throws at a camera. Not among them are those of the log-in, which is tried again slowly on purpose, and
 * {@link FaultKind#TEARDOWN}, which only the silence after it tells of: it takes what {@link FaultKind#STALL} takes.
 */
public final class CameraFault {
    /** The camera's status must tell of these when they last longer than the daemon's patience. */
    private static final Set<FaultKind> TOLD = EnumSet.of(
            FaultKind.STALL,
            FaultKind.HANG,
            FaultKind.REFUSE,
            FaultKind.ANSWER,
            FaultKind.GARBAGE,
            FaultKind.ENDLESS_HEADERS,
            FaultKind.ENDLESS_BODY,
            FaultKind.HALF_ANSWER,
            FaultKind.NO_VIDEO);

    private static final List<FaultKind> ALL =
            List.copyOf(EnumSet.complementOf(EnumSet.of(FaultKind.AUTH, FaultKind.PASSWORD, FaultKind.TEARDOWN)));

    private CameraFault() {}

    public static Fault draw(Random choice) {
        return Fault.of(ALL.get(choice.nextInt(ALL.size())));
    }

    public static boolean isTold(Fault fault) {
        return TOLD.contains(fault.kind());
    }
}

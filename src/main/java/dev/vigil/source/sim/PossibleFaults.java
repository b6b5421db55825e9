package dev.vigil.source.sim;

import java.util.EnumSet;
import java.util.Set;

/** Which faults a server's options allow. */
final class PossibleFaults {
    private PossibleFaults() {}

    /**
     * @param then the clip to change to; null when there is none
     * @throws IllegalArgumentException when the options' script asks for others, or for cameras that are not there
     */
    static Set<FaultKind> of(SimulatedCameraOptions options, Clip clip, Clip then) {
        Set<FaultKind> possible = EnumSet.allOf(FaultKind.class);
        if (options.user() == null) {
            possible.remove(FaultKind.AUTH);
        }
        if (then == null) {
            possible.remove(FaultKind.CHANGE);
        }
        if (then == null || !then.payload().equals(clip.payload())) {
            possible.remove(FaultKind.CHANGE_INBAND);
        }
        for (FaultKind kind : options.faults().named()) {
            if (!possible.contains(kind)) {
                throw new IllegalArgumentException(why(kind));
            }
        }
        if (options.faults().cameraMax() > options.cameras()) {
            throw new IllegalArgumentException("a fault names camera #"
                    + options.faults().cameraMax() + ", and there "
                    + (options.cameras() == 1 ? "is one camera" : "are " + options.cameras() + " cameras"));
        }
        return possible;
    }

    /** What a kind needs, where it is not possible. */
    static String why(FaultKind kind) {
        return switch (kind) {
            case AUTH -> "fault 'auth' needs a user (--user)";
            case CHANGE -> "fault 'change' needs a second clip (--then)";
            case CHANGE_INBAND -> "fault 'change-inband' needs a second clip (--then) of the same codec";
            default -> throw new IllegalArgumentException(kind + " is always possible");
        };
    }
}

package dev.vigil.source.sim;

import dev.vigil.base.Durations;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One specification of a {@link FaultScript}.
 *
 * @param fault what goes wrong; null when it is drawn
 * @param kinds what it is drawn from; empty for all that the server can do
 * @param startNs first moment, since the server's start
 * @param lengthNs how long it lasts, and of drawn ones how long they come; {@link #UNENDING}
 * @param everyNs from one begin to the next, of drawn ones the mean pause between them; 0 for once
 * @param camera counted from 0, or {@link #EVERY_CAMERA}
 */
record FaultEntry(Fault fault, Set<FaultKind> kinds, long startNs, long lengthNs, long everyNs, int camera) {
    static final long UNENDING = Long.MAX_VALUE;
    static final int EVERY_CAMERA = -1;

    private static final String FORM = "KIND[=VALUE][@START][+LENGTH][/EVERY][#CAMERA]";
    /** The value may begin with a sign, and has none within. */
    private static final Pattern SPECIFICATION =
            Pattern.compile("(?<what>[^=@+/#]+(?:=[+-]?[^=@+/#]+)?)(?:@(?<start>[^@+/#]+))?(?:\\+(?<length>[^@+/#]+))?"
                    + "(?:/(?<every>[^@+/#]+))?(?:#(?<camera>\\d{1,3}))?");

    private static final String RANDOM = "random";
    private static final long PAUSE_NS = 10_000_000_000L;

    /** @throws IllegalArgumentException that names it, what is wrong in it, and what is allowed */
    static FaultEntry parse(String specification) {
        try {
            Matcher parts = SPECIFICATION.matcher(specification.strip());
            if (!parts.matches()) {
                throw new IllegalArgumentException("it must be " + FORM);
            }
            return of(parts);
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException("fault '" + specification + "': " + wrong.getMessage(), wrong);
        }
    }

    private static FaultEntry of(Matcher parts) {
        String what = parts.group("what");
        boolean drawn = what.equals(RANDOM) || what.startsWith(RANDOM + "=");
        Fault fault = drawn ? null : Fault.parse(what);
        Set<FaultKind> kinds = EnumSet.noneOf(FaultKind.class);
        if (drawn && !what.equals(RANDOM)) {
            for (String kind : what.substring(RANDOM.length() + 1).split(",", -1)) {
                kinds.add(FaultKind.of(kind.strip()));
            }
        }
        long startNs = timeNs("START", parts.group("start"), 0);
        long lengthNs = timeNs("LENGTH", parts.group("length"), UNENDING);
        long everyNs = timeNs("EVERY", parts.group("every"), drawn ? PAUSE_NS : 0);
        if (lengthNs == 0 || everyNs == 0 && parts.group("every") != null) {
            throw new IllegalArgumentException("LENGTH and EVERY must be above 0");
        }
        if (fault != null && fault.kind().momentary() && parts.group("length") != null) {
            throw new IllegalArgumentException(fault.kind().spelling() + " happens at a moment and has no +LENGTH");
        }
        if (fault != null && !fault.kind().momentary() && everyNs > 0 && lengthNs >= everyNs) {
            throw new IllegalArgumentException(
                    "it needs a +LENGTH shorter than /EVERY, so that it ends before it comes again");
        }
        int camera = parts.group("camera") == null ? 0 : Integer.parseInt(parts.group("camera"));
        if (parts.group("camera") != null && camera == 0) {
            throw new IllegalArgumentException("cameras are counted from 1");
        }
        return new FaultEntry(fault, kinds, startNs, lengthNs, everyNs, camera == 0 ? EVERY_CAMERA : camera - 1);
    }

    private static long timeNs(String part, String text, long absent) {
        return text == null
                ? absent
                : Durations.parse(text)
                        .map(Duration::toNanos)
                        .orElseThrow(() -> new IllegalArgumentException(part + " '" + text
                                + "' is no time: allowed is a number with ms, s, m, h or d, such as 500ms or 10s"));
    }
}

package dev.vigil.source.sim;

import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * One thing that goes wrong, without its time. Immutable.
 *
 * @param kind what
 * @param value how much, in its kind's measure: a share from 0 to 1, bytes a second, a status code, nanoseconds; 0 for a kind
 *     that takes none
 * @param method the request that {@link FaultKind#ANSWER} is about; empty for DESCRIBE, SETUP and PLAY, and for other kinds
 */
public record Fault(FaultKind kind, double value, String method) {
    private static final Set<String> METHODS = Set.of("OPTIONS", "DESCRIBE", "SETUP", "PLAY", "GET_PARAMETER");
    private static final Set<String> OPENING = Set.of("DESCRIBE", "SETUP", "PLAY");

    /** One of that kind, with its usual value. */
    public static Fault of(FaultKind kind) {
        return new Fault(kind, kind.usual(), "");
    }

    /**
     * Reads {@code KIND} or {@code KIND=VALUE}.
     *
     * @throws IllegalArgumentException that says what is wrong and what is allowed
     */
    public static Fault parse(String text) {
        int equals = text.indexOf('=');
        FaultKind kind = FaultKind.of(equals < 0 ? text : text.substring(0, equals));
        if (equals < 0) {
            return of(kind);
        }
        String value = text.substring(equals + 1);
        int colon = kind == FaultKind.ANSWER ? value.indexOf(':') : -1;
        String method = colon < 0 ? "" : value.substring(0, colon);
        if (colon >= 0 && !METHODS.contains(method)) {
            throw new IllegalArgumentException("'" + method + "' is no request: allowed are "
                    + String.join(", ", METHODS.stream().sorted().toList()));
        }
        try {
            return new Fault(kind, kind.value().parse(value), method);
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException(kind.spelling() + ": " + wrong.getMessage(), wrong);
        }
    }

    /** One of that kind, with a value by chance. */
    static Fault draw(FaultKind kind, RandomGenerator random) {
        return new Fault(kind, kind.value().draw(kind.usual(), random), "");
    }

    /** Whether it is this request that is answered wrongly. */
    boolean meets(String request) {
        return method.isEmpty() ? OPENING.contains(request) : method.equals(request);
    }

    /** As scripts write it. */
    @Override
    public String toString() {
        return kind.value() == FaultValue.NONE
                ? kind.spelling()
                : kind.spelling() + "=" + (method.isEmpty() ? "" : method + ":")
                        + kind.value().format(value);
    }
}

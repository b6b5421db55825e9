package dev.vigil.source.sim;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What can go wrong with a simulated camera, as {@link FaultScript} names it. Each constant says what a client meets. "Reset"
 * means that the camera's TCP connections end with RST and its sessions with them.
 */
public enum FaultKind {
    STALL("stall", "sends nothing more; connections stay open, requests are answered", FaultValue.NONE, 0),
    HANG(
            "hang",
            "sends nothing more and answers no request; connections stay open",
            FaultValue.NONE,
            0,
            Does.RESETS_AFTER),
    DRIP(
            "drip",
            "so many bytes a second go out on each connection, in small pieces; over UDP whole packets within that rate",
            FaultValue.BYTES,
            2_000),
    LOSE("lose", "this share of RTP packets is lost", FaultValue.SHARE, 0.05),
    CORRUPT("corrupt", "this share of RTP packets has wrong bytes in its payload", FaultValue.SHARE, 0.05),
    REORDER("reorder", "this share of RTP packets comes after its successor", FaultValue.SHARE, 0.1),
    NO_REPORTS("no-reports", "no RTCP sender reports", FaultValue.NONE, 0),
    NO_KEYFRAMES("no-keyframes", "every keyframe is lost", FaultValue.NONE, 0),

    RESET("reset", "the camera's connections are reset (RST)", FaultValue.NONE, 0, Does.ONCE, Does.RESETS),
    CLOSE("close", "the camera's connections are closed in order (FIN)", FaultValue.NONE, 0, Does.ONCE),
    CUT(
            "cut",
            "each playing connection is closed in the middle of a packet; over UDP the last datagram is half a one",
            FaultValue.NONE,
            0,
            Does.ONCE),
    BYE("bye", "the camera says good-bye (RTCP BYE) and ends the sessions", FaultValue.NONE, 0, Does.ONCE),
    TEARDOWN(
            "teardown",
            "sessions end without a word: connections stay open, the session's id is unknown (454)",
            FaultValue.NONE,
            0,
            Does.ONCE),
    REFUSE(
            "refuse",
            "as if switched off: reset, new connections refused; one camera of several answers 410 instead",
            FaultValue.NONE,
            0,
            Does.RESETS),

    ANSWER(
            "answer",
            "DESCRIBE, SETUP and PLAY, or the one that is named (SETUP:453), are answered with this code",
            FaultValue.ANSWER,
            503,
            Does.RESETS),
    AUTH(
            "auth",
            "realm and nonce change: 401 until the client logs in anew (needs --user)",
            FaultValue.NONE,
            0,
            Does.ONCE),
    PASSWORD("password", "the password is another one, that nobody knows", FaultValue.NONE, 0, Does.RESETS),
    GARBAGE("garbage", "DESCRIBE is answered with bytes that are no RTSP", FaultValue.NONE, 0, Does.RESETS),
    ENDLESS_HEADERS(
            "endless-headers",
            "the headers of DESCRIBE's answer never end",
            FaultValue.NONE,
            0,
            Does.RESETS,
            Does.RESETS_AFTER),
    ENDLESS_BODY(
            "endless-body",
            "the body of DESCRIBE's answer never ends",
            FaultValue.NONE,
            0,
            Does.RESETS,
            Does.RESETS_AFTER),
    HALF_ANSWER(
            "half-answer",
            "half of DESCRIBE's answer, and nothing after it",
            FaultValue.NONE,
            0,
            Does.RESETS,
            Does.RESETS_AFTER),
    NO_VIDEO("no-video", "the description (SDP) has only audio", FaultValue.NONE, 0, Does.RESETS),

    PTS_JUMP(
            "pts-jump",
            "RTP timestamps jump by this time; the next sender report tells of it",
            FaultValue.TIME,
            10e9,
            Does.ONCE),
    CLOCK_STEP(
            "clock-step",
            "the camera's wall clock, which sender reports tell, is set by this time",
            FaultValue.TIME,
            5e9,
            Does.ONCE),
    DRIFT(
            "drift",
            "the camera's clocks run fast by so many millionths (slow with a minus); what that adds up to stays",
            FaultValue.PPM,
            200),
    CHANGE(
            "change",
            "goes over to the clip of --then, and back at the end: reset, new description",
            FaultValue.NONE,
            0,
            Does.RESETS,
            Does.RESETS_AFTER),
    CHANGE_INBAND(
            "change-inband",
            "the same in mid-stream: sessions go on, new SPS and PPS come with the next keyframe",
            FaultValue.NONE,
            0);

    private enum Does {
        ONCE,
        RESETS,
        RESETS_AFTER
    }

    private final String spelling;
    private final String effect;
    private final FaultValue value;
    private final double usual;
    private final List<Does> does;

    FaultKind(String spelling, String effect, FaultValue value, double usual, Does... does) {
        this.spelling = spelling;
        this.effect = effect;
        this.value = value;
        this.usual = usual;
        this.does = List.of(does);
    }

    /** Its name in scripts, such as {@code no-reports}. */
    public String spelling() {
        return spelling;
    }

    /** Its name with its usual value, where it takes one, such as {@code lose[=5%]}. */
    public String form() {
        return value == FaultValue.NONE ? spelling : spelling + "[=" + value.format(usual) + "]";
    }

    /** What a client meets, in a line. */
    public String effect() {
        return effect;
    }

    /** Happens at one moment, and so has no length. */
    public boolean momentary() {
        return does.contains(Does.ONCE);
    }

    /** Begins with a reset: what it does shows only to clients that connect. */
    boolean resets() {
        return does.contains(Does.RESETS);
    }

    /** Ends with a reset: what it leaves behind would never go on. */
    boolean resetsAfter() {
        return does.contains(Does.RESETS_AFTER);
    }

    FaultValue value() {
        return value;
    }

    /** The value where none is given. */
    double usual() {
        return usual;
    }

    /** @throws IllegalArgumentException that lists what there is */
    static FaultKind of(String spelling) {
        for (FaultKind kind : values()) {
            if (kind.spelling.equals(spelling)) {
                return kind;
            }
        }
        throw new IllegalArgumentException("there is no kind '" + spelling + "'; there are "
                + Arrays.stream(values()).map(FaultKind::spelling).collect(Collectors.joining(", ")));
    }
}

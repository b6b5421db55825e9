package dev.vigil.source.rtsp;

import dev.vigil.base.Clock;
import dev.vigil.source.SourceException;
import dev.vigil.source.SourceException.Cause;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Requests and their answers on one connection: sequence numbers, authentication, the session and what keeps it alive. */
final class RtspSession {
    private static final Logger LOG = LoggerFactory.getLogger(RtspStream.class);
    private static final int TIMEOUT_S = 60;
    private static final int TIMEOUT_MAX_S = 3600;
    private static final int ATTEMPTS_MAX = 4;
    /** Without an answer to so many, no more are sent: they would fill the send buffer and block. */
    private static final int UNANSWERED_MAX = 32;

    private static final int EARLY_FRAMES_MAX = 1024;
    private static final int EARLY_BYTES_MAX = 4 * 1024 * 1024;

    /** A frame that came before the answer to PLAY. */
    record EarlyFrame(int channel, byte[] bytes, long arrivalNs) {}

    private final RtspConnection connection;
    private final RtspAddress address;
    private final Authentication authentication;
    private final Clock clock;
    private final ArrayDeque<EarlyFrame> early = new ArrayDeque<>();
    private int earlyBytes;

    private int cseq;
    private String id;
    private long halfTimeoutNs = TIMEOUT_S * 500_000_000L;

    private boolean hasGetParameter = true;
    private String keepAliveUri;
    private long keepAliveNs = Long.MAX_VALUE;
    private int keepAliveCseq = -1;
    private int unanswered;
    /** The last keep-alive was refused and sent again at once: a camera that refuses each one would get a flood. */
    private boolean keepAliveRepeated;

    RtspSession(RtspConnection connection, RtspAddress address, Authentication authentication, Clock clock) {
        this.connection = connection;
        this.address = address;
        this.authentication = authentication;
        this.clock = clock;
    }

    /**
     * Asks and waits for the answer, whatever it says; answers a challenge on the way.
     *
     * @param headers further header lines, each with its line end
     * @throws SourceException {@code WRONG_PASSWORD} when the challenge can not be met, {@code UNREACHABLE} without an answer
     */
    RtspMessage request(String method, String uri, String headers, long deadlineNs) throws SourceException {
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            boolean authorized = authentication.isChallenged();
            String nonce = authentication.nonce();
            boolean fresh = attempt > 0;
            RtspMessage answer = answerTo(method, send(method, uri, headers), deadlineNs);
            if (answer.code() != 401) {
                noteSession(answer);
                return answer;
            }
            if (!address.hasCredentials()) {
                throw address.error(Cause.WRONG_PASSWORD, "asks for a user and a password (401)");
            }
            if (!authentication.challenged(answer.all("WWW-Authenticate"))) {
                throw address.error(Cause.UNSUPPORTED, "asks for an unknown kind of authentication (401)");
            }
            // A nonce from an earlier request may have become too old without the camera saying so.
            boolean outdated =
                    authentication.stale() || !fresh && !authentication.nonce().equals(nonce);
            if (authorized && !outdated) {
                throw wrongPassword();
            }
        }
        throw wrongPassword();
    }

    private SourceException wrongPassword() {
        return address.error(Cause.WRONG_PASSWORD, "does not accept the user or the password (401)");
    }

    /** Like {@link #request}, and any answer but a 2xx is a failure. */
    RtspMessage demand(String method, String uri, String headers, long deadlineNs) throws SourceException {
        RtspMessage answer = request(method, uri, headers, deadlineNs);
        if (answer.code() / 100 != 2) {
            throw refused(method, answer);
        }
        return answer;
    }

    SourceException refused(String method, RtspMessage answer) {
        String status = answer.code() + " " + answer.phrase();
        return switch (answer.code()) {
            case 404 -> address.error(Cause.NO_SUCH_PATH, "has no such path (" + status.strip() + ")");
            case 461 ->
                address.error(
                        Cause.UNSUPPORTED,
                        "does not support this transport (" + status.strip()
                                + "); it can be chosen (transport: tcp or udp)");
            default -> address.error(Cause.REFUSED, "refuses " + method + " (" + status.strip() + ")");
        };
    }

    private int send(String method, String uri, String headers) throws SourceException {
        StringBuilder text = new StringBuilder(method).append(' ').append(uri).append(" RTSP/1.0\r\n");
        text.append("CSeq: ").append(++cseq).append("\r\nUser-Agent: Vigil\r\n");
        if (authentication.isChallenged() && address.hasCredentials()) {
            text.append("Authorization: ")
                    .append(authentication.authorization(method, uri))
                    .append("\r\n");
        }
        if (id != null) {
            text.append("Session: ").append(id).append("\r\n");
        }
        connection.write(text.append(headers).append("\r\n").toString());
        return cseq;
    }

    private RtspMessage answerTo(String method, int sent, long deadlineNs) throws SourceException {
        while (true) {
            switch (connection.next(deadlineNs)) {
                case NOTHING -> throw address.error(Cause.UNREACHABLE, "no answer to " + method + " in time");
                case FRAME -> keepEarly(method);
                case MESSAGE -> {
                    RtspMessage message = connection.message();
                    if (message.isAnswer() && message.code() >= 200 && (message.cseq() == sent || message.cseq() < 0)) {
                        return message;
                    }
                    LOG.debug("{}: passes over a message ({} {})", address.shown(), message.code(), message.phrase());
                }
            }
        }
    }

    /** Some cameras send the first picture before they answer to PLAY. */
    private void keepEarly(String method) {
        int length = connection.frameLength();
        if (method.equals("PLAY") && early.size() < EARLY_FRAMES_MAX && earlyBytes + length <= EARLY_BYTES_MAX) {
            int from = connection.frameOffset();
            byte[] bytes = Arrays.copyOfRange(connection.buffer(), from, from + length);
            early.add(new EarlyFrame(connection.channel(), bytes, connection.arrivalNs()));
            earlyBytes += length;
        }
    }

    /** The next frame that came before the stream began, or null. */
    EarlyFrame takeEarly() {
        return early.poll();
    }

    /** {@code Public} of an answer to OPTIONS: whether GET_PARAMETER is there to keep the session alive. */
    void notePublic(RtspMessage answer) {
        String methods = answer.header("Public");
        if (answer.code() == 200 && methods != null) {
            hasGetParameter = methods.toUpperCase(Locale.ROOT).contains("GET_PARAMETER");
        }
    }

    /** {@code Session: id;timeout=60}. */
    private void noteSession(RtspMessage answer) {
        String header = answer.header("Session");
        if (header == null || answer.code() / 100 != 2) {
            return;
        }
        String[] parts = header.split(";");
        id = Text.printable(parts[0], 200);
        for (int i = 1; i < parts.length; i++) {
            String part = parts[i].strip();
            if (part.regionMatches(true, 0, "timeout=", 0, 8)) {
                int seconds = Text.number(part.substring(8), TIMEOUT_S);
                halfTimeoutNs = (seconds < 1 ? TIMEOUT_S : Math.min(seconds, TIMEOUT_MAX_S)) * 500_000_000L;
            }
        }
    }

    /** The stream plays: from here on {@link #maintain} keeps the session alive. */
    void playing(String aggregateUri) {
        keepAliveUri = aggregateUri;
        keepAliveNs = clock.monotonicNs() + halfTimeoutNs;
        connection.streaming();
    }

    /** A keep-alive was sent, and its answer not yet taken. */
    boolean awaitsAnswer() {
        return unanswered > 0;
    }

    /** When {@link #maintain} has something to do. */
    long keepAliveNs() {
        return keepAliveNs;
    }

    /** Sends what keeps the session alive, when it is time; does not wait for the answer. */
    void maintain(long nowNs) throws SourceException {
        if (nowNs - keepAliveNs < 0) {
            return;
        }
        keepAliveNs = nowNs + halfTimeoutNs;
        if (unanswered < UNANSWERED_MAX) {
            unanswered++;
            keepAliveCseq = send(hasGetParameter ? "GET_PARAMETER" : "OPTIONS", keepAliveUri, "");
        }
    }

    /** Takes a message that came while playing: the answer to a keep-alive, or something to pass over. */
    void answered(RtspMessage message) throws SourceException {
        if (!message.isAnswer()) {
            LOG.debug("{}: passes over the camera's {}", address.shown(), message.phrase());
            return;
        }
        unanswered = 0;
        if (message.cseq() != keepAliveCseq && message.cseq() >= 0) {
            return;
        }
        switch (message.code()) {
            case 401 -> {
                String nonce = authentication.nonce();
                boolean answerable = authentication.challenged(message.all("WWW-Authenticate"));
                if (answerable
                        && !keepAliveRepeated
                        && (authentication.stale() || !authentication.nonce().equals(nonce))) {
                    keepAliveRepeated = true;
                    keepAliveNs = clock.monotonicNs(); // only the nonce was too old: again at once
                }
            }
            case 405, 501, 551 -> {
                if (hasGetParameter) {
                    hasGetParameter = false;
                    keepAliveNs = clock.monotonicNs();
                }
            }
            case 454 -> throw address.error(Cause.ENDED, "ended the session (454 " + message.phrase() + ")");
            default -> keepAliveRepeated = false;
        }
    }

    /** Says good-bye and waits for the answer, so that closing does not overtake it; best effort. */
    void teardown(long deadlineNs) {
        if (id == null || keepAliveUri == null) {
            return;
        }
        try {
            answerTo("TEARDOWN", send("TEARDOWN", keepAliveUri, ""), deadlineNs);
        } catch (SourceException e) {
            LOG.debug("{}: TEARDOWN went unanswered: {}", address.shown(), e.getMessage());
        }
    }
}

package dev.vigil.mqtt;

import io.netty.handler.codec.mqtt.MqttProperties;

/** Why a connection ends. Its message is one line for people, to be read after the broker's name; made without a stack trace. */
final class MqttFault extends Exception {
    private static final long serialVersionUID = 1;

    private enum Kind {
        PASSING,
        /** Trying again soon will not help: the next try comes after the longest wait. */
        LASTING,
        /** Lasting: the broker does not know the user, or not with this password. */
        LOGIN,
        /** The broker said nothing for too long; it did not end the connection itself. */
        SILENCE,
        /** The network or the other side ended the connection without a word. */
        LOST,
    }

    private final Kind kind;
    /** What the broker said, as MQTT 5 numbers it; 0 when it said nothing. */
    private final int reasonCode;
    /** Where else the broker sends its clients; null for nowhere. */
    private final String serverReference;
    /** What an MQTT 5 broker is told in DISCONNECT; 0 for nothing. */
    private final int disconnectCode;

    private MqttFault(Kind kind, String message, int reasonCode, String serverReference, int disconnectCode) {
        super(message, null, false, false);
        this.kind = kind;
        this.reasonCode = reasonCode;
        this.serverReference = serverReference;
        this.disconnectCode = disconnectCode;
    }

    static MqttFault passing(String message) {
        return new MqttFault(Kind.PASSING, message, 0, null, 0);
    }

    static MqttFault lasting(String message) {
        return new MqttFault(Kind.LASTING, message, 0, null, 0);
    }

    static MqttFault silence(String message) {
        return new MqttFault(Kind.SILENCE, message, 0, null, 0);
    }

    static MqttFault lost(String message) {
        return new MqttFault(Kind.LOST, message, 0, null, 0);
    }

    /** The broker broke the protocol, and is told so. */
    static MqttFault protocol(String message, int disconnectCode) {
        return new MqttFault(Kind.PASSING, message, 0, null, disconnectCode);
    }

    /**
     * The broker said why: in CONNACK, or in DISCONNECT.
     *
     * @param did what it did, such as {@code ended the connection}
     */
    static MqttFault said(String did, int reasonCode, MqttProperties properties) {
        Kind kind = ReasonCodes.login(reasonCode)
                ? Kind.LOGIN
                : ReasonCodes.lasting(reasonCode) ? Kind.LASTING : Kind.PASSING;
        String reference = ReasonCodes.redirects(reasonCode)
                ? ReasonCodes.property(properties, MqttProperties.SERVER_REFERENCE)
                : null;
        String words = did + ": " + ReasonCodes.describe(reasonCode, properties);
        return new MqttFault(kind, words, reasonCode, reference, 0);
    }

    /** The same with more words, and nothing to be had by trying soon. */
    MqttFault lastingWith(String more) {
        return new MqttFault(Kind.LASTING, getMessage() + more, reasonCode, serverReference, disconnectCode);
    }

    boolean isLogin() {
        return kind == Kind.LOGIN;
    }

    boolean isSilence() {
        return kind == Kind.SILENCE;
    }

    boolean isLost() {
        return kind == Kind.LOST;
    }

    boolean isLasting() {
        return kind == Kind.LASTING || kind == Kind.LOGIN;
    }

    int reasonCode() {
        return reasonCode;
    }

    String serverReference() {
        return serverReference;
    }

    int disconnectCode() {
        return disconnectCode;
    }
}

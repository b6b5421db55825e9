package dev.vigil.mqtt;

import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;

/** Words for what went wrong below MQTT, to be read after the broker's name. */
final class Causes {
    private static final Pattern ALERT = Pattern.compile("fatal alert: ([a-z_]+)");
    /** Alerts with which a server answers a client's certificate, or its absence (RFC 8446, section 6.2). */
    private static final Set<String> CERTIFICATE_ALERTS = Set.of(
            "certificate_required",
            "bad_certificate",
            "unsupported_certificate",
            "certificate_revoked",
            "certificate_expired",
            "certificate_unknown",
            "unknown_ca",
            "access_denied");

    private Causes() {}

    /** What ended a connection, as a fault. */
    static MqttFault fault(Throwable error) {
        Throwable root = innermost(error);
        if (root instanceof MqttFault known) {
            return known;
        }
        boolean tls = isTls(error);
        return root instanceof IOException && !tls && !(root instanceof ConnectException)
                ? MqttFault.lost(words(error))
                : MqttFault.passing(words(error));
    }

    /** The innermost cause's message, on one line, with what kind of trouble it is. */
    static String words(Throwable error) {
        Throwable root = innermost(error);
        String message = root(error);
        if (root instanceof MqttFault) {
            return message;
        }
        if (root instanceof UnknownHostException) {
            return "has an unknown host name";
        }
        if (root instanceof ConnectException || root instanceof NoRouteToHostException) {
            // Netty adds the address.
            return "can not be reached: " + message;
        }
        if (isTls(error)) {
            return "failed the TLS handshake: " + tlsWords(message);
        }
        return root instanceof SocketException ? "lost the connection: " + message : message;
    }

    /** The innermost cause's message, on one line. */
    static String root(Throwable error) {
        Throwable root = innermost(error);
        String message = root.getMessage() == null ? root.toString() : root.getMessage();
        return message.replaceAll("\\p{Cntrl}", " ").strip();
    }

    private static String tlsWords(String message) {
        Matcher alert = ALERT.matcher(message);
        if (!alert.find()) {
            return message;
        }
        String name = alert.group(1);
        if (name.equals("certificate_required")) {
            return "it wants a client certificate, and got none (alert " + name + ")";
        }
        if (name.equals("handshake_failure")) {
            return "it found no common ground, which is also how TLS 1.2 asks for a client certificate (alert " + name
                    + ")";
        }
        return CERTIFICATE_ALERTS.contains(name)
                ? "it does not accept the client's certificate (alert " + name + ")"
                : message;
    }

    private static boolean isTls(Throwable error) {
        for (Throwable each = error; each != null && each != each.getCause(); each = each.getCause()) {
            if (each instanceof SSLException || each instanceof GeneralSecurityException) {
                return true;
            }
        }
        return false;
    }

    private static Throwable innermost(Throwable error) {
        Throwable root = error;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        return root;
    }
}

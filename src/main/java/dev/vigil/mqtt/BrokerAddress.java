package dev.vigil.mqtt;

import java.net.URI;

/**
 * Where one broker is, and what lies below MQTT on the way to it.
 *
 * @param scheme {@code mqtt}, {@code mqtts}, {@code ws} or {@code wss}
 * @param host a name or an address; IPv6 without brackets
 * @param path of the WebSocket, from its slash; empty without WebSocket
 */
record BrokerAddress(String scheme, String host, int port, String path) {
    static final int PORT_MAX = 65_535;

    private static final int PORT_MQTT = 1883;
    private static final int PORT_MQTTS = 8883;
    private static final int PORT_WS = 80;
    private static final int PORT_WSS = 443;

    /** Of an address that has no {@link #problem}. */
    static BrokerAddress of(URI uri) {
        String host = uri.getHost();
        // An IPv6 address stands in brackets in a URI, and without them everywhere else.
        String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        String scheme = uri.getScheme();
        boolean webSocket = scheme.startsWith("ws");
        String path = !webSocket ? "" : uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        return new BrokerAddress(scheme, bare, uri.getPort() >= 0 ? uri.getPort() : standardPort(scheme), path);
    }

    /** What is wrong with an address, to be read after {@code broker: }; null when nothing is. It does not repeat the address. */
    static String problem(URI uri) {
        String scheme = uri.getScheme() == null ? "" : uri.getScheme();
        if (uri.getUserInfo() != null) {
            return "user and password belong into username and password, not into the address";
        }
        if (standardPort(scheme) < 0) {
            return "must be mqtt://host:port, mqtts://host:port, ws://host:port/path or wss://host:port/path";
        }
        if (uri.getHost() == null) {
            return "names no host, or one with characters that a host name can not have";
        }
        if (uri.getPort() > PORT_MAX || uri.getPort() == 0) {
            return "the port must be 1 to " + PORT_MAX;
        }
        boolean path = !uri.getRawPath().matches("/?") && !scheme.startsWith("ws");
        return path || uri.getRawQuery() != null || uri.getRawFragment() != null
                ? "has more than host and port, or with ws and wss than host, port and path"
                : null;
    }

    private static int standardPort(String scheme) {
        return switch (scheme) {
            case "mqtt" -> PORT_MQTT;
            case "mqtts" -> PORT_MQTTS;
            case "ws" -> PORT_WS;
            case "wss" -> PORT_WSS;
            default -> -1;
        };
    }

    boolean tls() {
        return scheme.equals("mqtts") || scheme.equals("wss");
    }

    boolean webSocket() {
        return scheme.startsWith("ws");
    }

    /** Another host that is spoken to in the same way. */
    BrokerAddress at(String otherHost, int otherPort) {
        return new BrokerAddress(scheme, otherHost, otherPort, path);
    }

    int standardPort() {
        return standardPort(scheme);
    }

    /** As lines for people name it: {@code host:port}. */
    String name() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }

    URI uri() {
        return URI.create(scheme + "://" + name() + path);
    }
}

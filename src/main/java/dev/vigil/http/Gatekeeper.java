package dev.vigil.http;

import dev.vigil.base.Secret;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Locale;

/**
 * Who may ask, and for what: reading only, whoever knows the token, and where there is none, whoever speaks to this machine by a
 * name that only this machine has. A web page that somebody on this machine looks at can have its own name resolve to 127.0.0.1 and
 * then read from here as from itself (DNS rebinding); the browser still sends that name as {@code Host}. Immutable.
 */
final class Gatekeeper {
    private static final String BASIC = "Basic ";
    private static final String BEARER = "Bearer ";

    /** SHA-256 of the token, so that the time that comparing takes tells not even its length; null for none. */
    private final byte[] token;

    Gatekeeper(Secret token) {
        this.token = token == null ? null : digest(token.reveal());
    }

    /** @return null for a request that may go on */
    Answer refusal(HttpRequest request) {
        HttpMethod method = request.method();
        HttpHeaders headers = request.headers();
        if (!method.equals(HttpMethod.GET) && !method.equals(HttpMethod.HEAD)) {
            return Answer.text(405, "only GET and HEAD: nothing can be changed here")
                    .with("Allow", "GET, HEAD");
        }
        if (HttpUtil.isTransferEncodingChunked(request) || hasBody(headers)) {
            return Answer.text(413, "a request has no body here");
        }
        if (token != null && !isKnown(headers.get(HttpHeaderNames.AUTHORIZATION))) {
            return Answer.text(
                            401, "a token is asked for: Authorization: Bearer TOKEN, or any user with it as password")
                    .with("WWW-Authenticate", "Bearer realm=\"vigil\", Basic realm=\"vigil\", charset=\"UTF-8\"");
        }
        String host = headers.get(HttpHeaderNames.HOST);
        if (host == null && request.protocolVersion().equals(HttpVersion.HTTP_1_1)
                || headers.getAll(HttpHeaderNames.HOST).size() > 1) {
            return Answer.text(400, "a request has one Host");
        }
        if (token == null && host != null && !isLoopback(host)) {
            return Answer.text(403, "this port is of this machine only: ask for it as localhost or 127.0.0.1");
        }
        String origin = headers.get(HttpHeaderNames.ORIGIN);
        boolean foreign = origin != null && !origin.equalsIgnoreCase("http://" + host)
                || "cross-site".equalsIgnoreCase(headers.get("Sec-Fetch-Site"));
        return foreign ? Answer.text(403, "pages of others may not ask from within a browser") : null;
    }

    private static boolean hasBody(HttpHeaders headers) {
        String length = headers.get(HttpHeaderNames.CONTENT_LENGTH);
        return length != null && !length.strip().equals("0");
    }

    private boolean isKnown(String authorization) {
        String said = "";
        if (authorization != null && authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            said = authorization.substring(BEARER.length()).strip();
        } else if (authorization != null && authorization.regionMatches(true, 0, BASIC, 0, BASIC.length())) {
            said = password(authorization.substring(BASIC.length()).strip());
        }
        return MessageDigest.isEqual(token, digest(said));
    }

    /** @return empty where it is none */
    private static String password(String userAndPassword) {
        try {
            String decoded = new String(Base64.getDecoder().decode(userAndPassword), StandardCharsets.UTF_8);
            return decoded.substring(decoded.indexOf(':') + 1);
        } catch (IllegalArgumentException noBase64) {
            return ""; // which no token is
        }
    }

    private static byte[] digest(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** @param host with a port or without */
    static boolean isLoopback(String host) {
        String name = host.strip().toLowerCase(Locale.ROOT);
        int colon = name.lastIndexOf(':');
        if (colon >= 0 && name.indexOf(']', colon) < 0 && (name.startsWith("[") || name.indexOf(':') == colon)) {
            if (!name.substring(colon + 1).matches("\\d{1,5}")) {
                return false;
            }
            name = name.substring(0, colon);
        }
        if (name.equals("localhost")) {
            return true;
        }
        boolean v6 = name.startsWith("[") && name.endsWith("]");
        String literal = v6 ? name.substring(1, name.length() - 1) : name;
        byte[] address = v6 == literal.indexOf(':') >= 0 ? NetUtil.createByteArrayFromIpAddressString(literal) : null;
        try {
            return address != null && InetAddress.getByAddress(address).isLoopbackAddress();
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address has 4 or 16 bytes", e);
        }
    }
}

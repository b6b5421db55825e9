package dev.vigil.source.sim;

import dev.vigil.base.Secret;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Who may watch one camera: Digest and Basic authentication as RTSP cameras have them (RFC 2326, 11; RFC 2617; RFC 7616). Belongs to
 * the server's thread.
 */
final class RtspLogin {
    private static final String REALM = "vigil camera";
    private static final Pattern FIELD = Pattern.compile("(\\w+)\\s*=\\s*(?:\"([^\"]*)\"|([^\\s,]*))");
    private static final SecureRandom RANDOM = new SecureRandom();

    private final String user;
    private final Secret password;
    private final SimulatedCameraOptions.Digest digest;
    private String realm = REALM;
    private String nonce = random();
    private int renewals;

    RtspLogin(String user, Secret password, SimulatedCameraOptions.Digest digest) {
        this.user = user;
        this.password = password;
        this.digest = digest;
    }

    /** The same user with a password that nobody knows. */
    static RtspLogin unknown(String user) {
        return new RtspLogin(user, new Secret(random()), SimulatedCameraOptions.Digest.MD5);
    }

    /** Another realm and nonce: what clients have hashed is good for nothing now. */
    void renew() {
        renewals++;
        realm = REALM + " " + (renewals + 1);
        nonce = random();
    }

    private static String random() {
        byte[] random = new byte[16];
        RANDOM.nextBytes(random);
        return HexFormat.of().formatHex(random);
    }

    /** What the answer 401 asks for, a header each. With SHA-256 nothing weaker is offered. */
    List<String> challenges() {
        String common = "Digest realm=\"" + realm + "\", nonce=\"" + nonce + "\"";
        return digest == SimulatedCameraOptions.Digest.MD5
                ? List.of(common, "Basic realm=\"" + realm + "\"")
                : List.of(common + ", algorithm=SHA-256, qop=\"auth\"");
    }

    /** @param authorization the request's header, or null */
    boolean permits(String method, String authorization) {
        if (authorization == null) {
            return false;
        }
        String credentials = authorization.strip();
        if (credentials.regionMatches(true, 0, "Digest ", 0, 7)) {
            return permitsDigest(method, fields(credentials));
        }
        if (digest != SimulatedCameraOptions.Digest.MD5 || !credentials.regionMatches(true, 0, "Basic ", 0, 6)) {
            return false;
        }
        String wanted =
                Base64.getEncoder().encodeToString((user + ":" + password.reveal()).getBytes(StandardCharsets.UTF_8));
        return same(wanted, credentials.substring(6).strip());
    }

    private boolean permitsDigest(String method, Map<String, String> fields) {
        String secret = hash(user + ":" + realm + ":" + password.reveal());
        String request = hash(method + ":" + fields.getOrDefault("uri", ""));
        String protection = "";
        if (digest == SimulatedCameraOptions.Digest.SHA_256) {
            if (!"auth".equals(fields.get("qop"))
                    || !"SHA-256".equals(fields.getOrDefault("algorithm", "").toUpperCase(Locale.ROOT))) {
                return false;
            }
            protection = fields.getOrDefault("nc", "") + ":" + fields.getOrDefault("cnonce", "") + ":auth:";
        }
        return user.equals(fields.get("username"))
                && nonce.equals(fields.get("nonce"))
                && same(hash(secret + ":" + nonce + ":" + protection + request), fields.getOrDefault("response", ""));
    }

    private static Map<String, String> fields(String credentials) {
        Map<String, String> fields = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        Matcher field = FIELD.matcher(credentials);
        while (field.find()) {
            fields.put(field.group(1), field.group(2) != null ? field.group(2) : field.group(3));
        }
        return fields;
    }

    private static boolean same(String wanted, String given) {
        return MessageDigest.isEqual(
                wanted.getBytes(StandardCharsets.US_ASCII), given.getBytes(StandardCharsets.US_ASCII));
    }

    private String hash(String text) {
        try {
            byte[] hash = MessageDigest.getInstance(digest.algorithm).digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java has MD5 and SHA-256", impossible);
        }
    }
}

package dev.vigil.source.rtsp;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Answers a camera's challenge: Digest with SHA-256 or MD5 (RFC 7616, RFC 2069 without {@code qop}), or Basic; the strongest offered. */
final class Authentication {
    private enum Scheme {
        BASIC,
        DIGEST_MD5,
        DIGEST_SHA256
    }

    private final RtspAddress address;
    private final Supplier<String> clientNonces;

    private Scheme scheme;
    private Map<String, String> challenge = Map.of();
    private boolean stale;
    private int nonceCount;

    /** @param clientNonces fresh random text for each answer */
    Authentication(RtspAddress address, Supplier<String> clientNonces) {
        this.address = address;
        this.clientNonces = clientNonces;
    }

    /**
     * Takes the challenges of a 401.
     *
     * @return false when none can be answered
     */
    boolean challenged(List<String> wwwAuthenticate) {
        String previousNonce = challenge.get("nonce");
        Scheme best = null;
        for (String header : wwwAuthenticate) {
            String line = header.strip();
            int space = line.indexOf(' ');
            String name = (space < 0 ? line : line.substring(0, space)).toLowerCase(Locale.ROOT);
            Map<String, String> parameters = parameters(space < 0 ? "" : line.substring(space + 1));
            Scheme offered = scheme(name, parameters);
            if (offered != null && (best == null || offered.compareTo(best) > 0)) {
                best = offered;
                challenge = parameters;
            }
        }
        scheme = best;
        stale = best != null && "true".equalsIgnoreCase(challenge.get("stale"));
        String nonce = challenge.get("nonce");
        if (nonce == null || !nonce.equals(previousNonce)) {
            nonceCount = 0;
        }
        return best != null;
    }

    private static Scheme scheme(String name, Map<String, String> parameters) {
        if (name.equals("basic")) {
            return Scheme.BASIC;
        }
        String qop = parameters.getOrDefault("qop", "");
        boolean answerable = qop.isEmpty()
                || List.of(qop.toLowerCase(Locale.ROOT).split("[, ]+")).contains("auth");
        if (!name.equals("digest") || !parameters.containsKey("nonce") || !answerable) {
            return null;
        }
        return switch (parameters.getOrDefault("algorithm", "MD5").toUpperCase(Locale.ROOT)) {
            case "MD5", "MD5-SESS" -> Scheme.DIGEST_MD5;
            case "SHA-256", "SHA-256-SESS" -> Scheme.DIGEST_SHA256;
            default -> null;
        };
    }

    boolean isChallenged() {
        return scheme != null;
    }

    /** The password goes over the wire as it is. */
    boolean isBasic() {
        return scheme == Scheme.BASIC;
    }

    /** The camera says that the credentials were right and only its nonce too old. */
    boolean stale() {
        return stale;
    }

    /** What the last challenge can be told from an older one by; empty for Basic. */
    String nonce() {
        return challenge.getOrDefault("nonce", "");
    }

    /** The {@code Authorization} header's value for one request. */
    String authorization(String method, String uri) {
        String password = address.password().reveal();
        if (scheme == Scheme.BASIC) {
            byte[] pair = (address.user() + ":" + password).getBytes(StandardCharsets.UTF_8);
            return "Basic " + Base64.getEncoder().encodeToString(pair);
        }
        String realm = challenge.getOrDefault("realm", "");
        String algorithm = challenge.get("algorithm");
        String clientNonce = clientNonces.get();
        String count = String.format(Locale.ROOT, "%08x", ++nonceCount);
        boolean qop = challenge.containsKey("qop");
        String secret = hash(address.user() + ":" + realm + ":" + password);
        if (algorithm != null && algorithm.toLowerCase(Locale.ROOT).endsWith("-sess")) {
            secret = hash(secret + ":" + nonce() + ":" + clientNonce);
        }
        String request = hash(method + ":" + uri);
        String response =
                hash(secret + ":" + nonce() + ":" + (qop ? count + ":" + clientNonce + ":auth:" : "") + request);
        StringBuilder value = new StringBuilder("Digest username=\"").append(quoted(address.user()));
        value.append("\", realm=\"")
                .append(quoted(realm))
                .append("\", nonce=\"")
                .append(quoted(nonce()));
        value.append("\", uri=\"")
                .append(uri)
                .append("\", response=\"")
                .append(response)
                .append('"');
        if (algorithm != null) {
            value.append(", algorithm=").append(algorithm);
        }
        if (challenge.containsKey("opaque")) {
            value.append(", opaque=\"").append(quoted(challenge.get("opaque"))).append('"');
        }
        if (qop) {
            value.append(", qop=auth, nc=")
                    .append(count)
                    .append(", cnonce=\"")
                    .append(clientNonce)
                    .append('"');
        }
        return value.toString();
    }

    private String hash(String text) {
        try {
            MessageDigest digest = MessageDigest.getInstance(scheme == Scheme.DIGEST_SHA256 ? "SHA-256" : "MD5");
            return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has MD5 and SHA-256", e);
        }
    }

    private static String quoted(String text) {
        return text.replace("\\", "\\\\").replace("\"", "\\\"");
    }

    /** Reads {@code name="value", name=value}. What is malformed is passed over. */
    private static Map<String, String> parameters(String text) {
        Map<String, String> parameters = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        int at = 0;
        while (at < text.length()) {
            int equals = text.indexOf('=', at);
            if (equals < 0) {
                break;
            }
            String name = text.substring(at, equals).replace(",", "").strip();
            StringBuilder value = new StringBuilder();
            at = equals + 1;
            if (at < text.length() && text.charAt(at) == '"') {
                for (at++; at < text.length() && text.charAt(at) != '"'; at++) {
                    if (text.charAt(at) == '\\' && at + 1 < text.length()) {
                        at++;
                    }
                    value.append(text.charAt(at));
                }
                at++;
            } else {
                for (; at < text.length() && text.charAt(at) != ','; at++) {
                    value.append(text.charAt(at));
                }
            }
            parameters.putIfAbsent(name, value.toString().strip());
        }
        return parameters;
    }
}

package dev.vigil.base;

import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The secrets that the process was given, so that the log can leave them out of whatever others say: a camera that echoes a password
 * in its answer, a library that shows an address. It is the last net and not the first: those who know that they hold a secret do
 * not tell it. Threadsafe.
 */
public final class KnownSecrets {
    /** A shorter one can not be told from words that happen to hold it. */
    private static final int LENGTH_MIN = 5;

    private static final int SECRETS_MAX = 4096;
    private static final String MASK = "***";

    private static final Set<String> known = new TreeSet<>();
    /** The longest first. */
    private static volatile List<Pattern> patterns = List.of();

    private KnownSecrets() {}

    /** Takes a secret: a password, a token. */
    public static synchronized void add(String secret) {
        if (secret == null || secret.length() < LENGTH_MIN || known.size() >= SECRETS_MAX || !known.add(secret)) {
            return;
        }
        patterns = known.stream()
                .sorted(Comparator.comparingInt(String::length).reversed())
                .map(KnownSecrets::inAnyForm)
                .toList();
    }

    /** Each character as it is, percent-encoded, or behind the backslash that JSON puts before some. */
    private static Pattern inAnyForm(String secret) {
        StringBuilder pattern = new StringBuilder();
        secret.codePoints().forEach(c -> {
            String text = Character.toString(c);
            if (Character.isLetterOrDigit(c) && c < 0x80) {
                pattern.append(text);
            } else {
                String escaped = URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
                pattern.append("\\\\?(?:").append(Pattern.quote(text));
                pattern.append("|(?i:").append(Pattern.quote(escaped)).append(')');
                pattern.append(c == ' ' ? "|\\+" : "").append(')');
            }
        });
        return Pattern.compile(pattern.toString());
    }

    /** Takes what an address has of a login, and of parameters that hold one. */
    public static void addAddress(URI address) {
        addLogin(address.getRawUserInfo());
        for (String value : Masked.parameters(address.toString())) {
            add(value);
            add(decoded(value));
        }
    }

    /** Takes {@code user:password}, percent-encoded. */
    private static void addLogin(String userInfo) {
        if (userInfo == null || userInfo.indexOf(':') < 0) {
            return;
        }
        String raw = userInfo.substring(userInfo.indexOf(':') + 1);
        add(raw);
        String user = decoded(userInfo.substring(0, userInfo.indexOf(':')));
        String password = decoded(raw);
        add(password);
        if (password.length() >= LENGTH_MIN) {
            add(basic(user, password));
        }
    }

    private static String basic(String user, String password) {
        return Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
    }

    /** Percent-encoded as addresses have it; as it is where that is wrong. */
    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException notEncoded) {
            return text;
        }
    }

    /** @return the text with each known secret in it masked */
    public static String masked(String text) {
        String bare = text;
        for (Pattern pattern : patterns) {
            bare = pattern.matcher(bare).replaceAll(MASK);
        }
        return bare;
    }
}

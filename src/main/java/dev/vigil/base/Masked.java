package dev.vigil.base;

import java.net.URI;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Addresses as a log, a message or an error may show them: without user, password or token. In doubt it hides more than it
 * must. Masking twice changes nothing.
 */
public final class Masked {
    private static final String MASK = "***";

    /** From the scheme to the last {@code @}: an unescaped password may hold {@code @}, {@code /}, {@code ?} and {@code #}. */
    private static final Pattern ADDRESS = Pattern.compile("(?s)^([A-Za-z][A-Za-z0-9+.-]*:/*)?.*@");

    private static final Pattern ADDRESS_IN_TEXT = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]{0,15}+://\\S+");

    /** Cameras take credentials as parameters too, some of them in the path ({@code /user=admin&password=x&channel=1}). */
    private static final Pattern PARAMETER = Pattern.compile(
            "(?i)((?:user(?:name)?|usr|login|account|pass(?:word|wd)?|pwd|token|secret|auth|api[_-]?key|key|signature|sig)=)"
                    + "[^&;\\s]*");

    private Masked() {}

    /** The values of an address's parameters that {@link #uri} hides. */
    static List<String> parameters(String address) {
        return PARAMETER
                .matcher(address)
                .results()
                .map(found -> found.group().substring(found.group(1).length()))
                .toList();
    }

    /** @return the address without credentials; {@code null} gives {@code "null"} */
    public static String uri(URI uri) {
        return uri == null ? "null" : uri(uri.toString());
    }

    /** @param address all of it is one address, which need not be a valid one: the password may hold any character */
    public static String uri(String address) {
        int at = address.lastIndexOf('@');
        String bare = at >= 0 && address.lastIndexOf(':', at) >= 0
                ? ADDRESS.matcher(address).replaceFirst("$1" + MASK + "@")
                : address;
        return PARAMETER.matcher(bare).replaceAll("$1" + MASK);
    }

    /**
     * @param text anything with addresses in it, such as a library's error. Only what looks like {@code scheme://user@} or
     *     like a {@code password=} parameter is masked; a space ends an address
     */
    public static String text(String text) {
        String bare = text.indexOf('@') < 0
                ? text
                : ADDRESS_IN_TEXT.matcher(text).replaceAll(found -> Matcher.quoteReplacement(uri(found.group())));
        return PARAMETER.matcher(bare).replaceAll("$1" + MASK);
    }
}

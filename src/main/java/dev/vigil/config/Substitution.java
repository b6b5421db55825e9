package dev.vigil.config;

import java.io.IOException;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Replaces {@code ${NAME}} and {@code ${NAME:-default}} in a value by variables of the environment, and
 * {@code ${credential:NAME}} by what systemd hands over, once: what one holds is not looked into again. {@code $${} stands for
 * {@code ${} itself; the default holds when the variable is not set or empty, or there are no credentials at all.
 */
final class Substitution {
    private static final Pattern REFERENCE = Pattern.compile(
            "(?s)\\$(?<escape>\\$\\{)|\\$\\{(?:(?:credential:(?<credential>[A-Za-z0-9_.-]+)|(?<name>[A-Za-z_][A-Za-z0-9_]*))"
                    + "(?<fallback>:-[^}]*)?\\}|(?<bad>))");

    private Substitution() {}

    /**
     * @param problem takes each message, free of secrets
     * @return the value; null if there was a problem
     */
    static String apply(String raw, Map<String, String> environment, Consumer<String> problem) {
        if (raw.indexOf('$') < 0) {
            return raw;
        }
        StringBuilder value = new StringBuilder();
        boolean good = true;
        Matcher matcher = REFERENCE.matcher(raw);
        while (matcher.find()) {
            String part = "";
            if (matcher.group("escape") != null) {
                part = "${";
            } else if (matcher.group("bad") != null) {
                problem.accept(
                        "'${' begins no variable: ${NAME}, ${NAME:-default} or ${credential:NAME} is allowed, and $${ for"
                                + " ${ itself");
                good = false;
            } else if (matcher.group("credential") != null) {
                part = credential(matcher.group("credential"), matcher.group("fallback"), environment, problem);
                good &= part != null;
                part = part == null ? "" : part;
            } else {
                String name = matcher.group("name");
                String fallback = matcher.group("fallback");
                part = environment.get(name);
                if (fallback != null && (part == null || part.isEmpty())) {
                    part = fallback.substring(2);
                } else if (part == null) {
                    problem.accept(
                            "the environment has no variable " + name + ": set it, or write ${" + name + ":-default}");
                    part = "";
                    good = false;
                }
            }
            matcher.appendReplacement(value, Matcher.quoteReplacement(part));
        }
        matcher.appendTail(value);
        return good ? value.toString() : null;
    }

    /** @return null if there was a problem */
    private static String credential(
            String name, String fallback, Map<String, String> environment, Consumer<String> problem) {
        if (!Credentials.isName(name)) {
            problem.accept("${credential:" + name + "} is not allowed: " + Credentials.ALLOWED);
            return null;
        }
        if (fallback != null && !Credentials.areThere(environment)) {
            return fallback.substring(2);
        }
        try {
            return Credentials.read(name, environment).reveal();
        } catch (IOException unusable) {
            problem.accept("${credential:" + name + "}: " + unusable.getMessage());
            return null;
        }
    }

    /** @return the value as it stands in the file, but {@code ${NAME:-default}} as {@code ${NAME}}: a default may be secret */
    static String withoutDefaults(String raw) {
        return raw.indexOf('$') < 0
                ? raw
                : REFERENCE.matcher(raw).replaceAll(found -> {
                    Matcher one = (Matcher) found;
                    String shown = one.group("fallback") == null
                            ? one.group()
                            : one.group().substring(0, one.group().indexOf(":-")) + "}";
                    return Matcher.quoteReplacement(shown);
                });
    }
}

package dev.vigil.homeassistant;

/** Templates in Jinja, Home Assistant's language for taking a value out of a message. */
final class Templates {
    private Templates() {}

    /** The value of a key. */
    static String value(String key) {
        return "{{ value_json." + key + " }}";
    }

    /** Microseconds as milliseconds; unknown where there are none. */
    static String milliseconds(String object, String key) {
        String us = "value_json." + object + "." + key;
        return "{{ (" + us + " / 1000) | round(1) if value_json." + object + " else None }}";
    }

    /** How many objects of a label there are. */
    static String count(String label) {
        return "{{ " + countOf(label) + " }}";
    }

    /** {@code ON} where there is any object of a label, else {@code OFF}. */
    static String any(String label) {
        return "{{ 'ON' if " + countOf(label) + " > 0 else 'OFF' }}";
    }

    private static String countOf(String label) {
        return "value_json.counts.get(" + quoted(label) + ", 0)";
    }

    /**
     * A text as a literal. Jinja reads escapes in it as Python does; all but plain letters, digits and spaces is escaped, so
     * that no label can end the literal, the expression or the template.
     */
    static String quoted(String text) {
        StringBuilder literal = new StringBuilder("'");
        text.codePoints().forEach(c -> {
            boolean plain = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == ' ';
            if (plain) {
                literal.appendCodePoint(c);
            } else if (c < 0x100) {
                literal.append(String.format("\\x%02x", c));
            } else if (c < 0x10000) {
                literal.append(String.format("\\u%04x", c));
            } else {
                literal.append(String.format("\\U%08x", c));
            }
        });
        return literal.append('\'').toString();
    }
}

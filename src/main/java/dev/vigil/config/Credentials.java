package dev.vigil.config;

import dev.vigil.base.Secret;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;

/** What systemd hands over to a service for {@code LoadCredential=} and {@code SetCredential=}: a file each. */
final class Credentials {
    static final String ALLOWED = "a credential's name: 1 to 255 letters, digits, -, _ and .";

    private static final String DIRECTORY = "CREDENTIALS_DIRECTORY";
    private static final Pattern NAME = Pattern.compile("(?!\\.{1,2}$)[A-Za-z0-9_.-]{1,255}");

    private Credentials() {}

    static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    /** Whether there are any. */
    static boolean areThere(Map<String, String> environment) {
        return !environment.getOrDefault(DIRECTORY, "").isEmpty();
    }

    /**
     * @param name that {@link #isName is one}
     * @throws IOException whose message tells what is wrong, free of secrets
     */
    static Secret read(String name, Map<String, String> environment) throws IOException {
        if (!areThere(environment)) {
            throw new IOException("there are no credentials: $" + DIRECTORY
                    + " is not set. systemd sets it for a unit with LoadCredential= or SetCredential=");
        }
        try {
            return PasswordFile.read(Path.of(environment.get(DIRECTORY), name));
        } catch (IOException unusable) {
            throw new IOException("the credential " + unusable.getMessage(), unusable);
        }
    }
}

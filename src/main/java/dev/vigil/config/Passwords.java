package dev.vigil.config;

import dev.vigil.base.Secret;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Passwords that stand in the file or the environment, in a file of their own, or in what systemd hands over. */
final class Passwords {
    private Passwords() {}

    /** @return {@code password}, {@code password_file} or {@code password_credential}; null if missing or wrong */
    static Secret ofBroker(Section mqtt) {
        return named(mqtt, "password");
    }

    /** @return {@code token}, {@code token_file} or {@code token_credential}; null if missing or wrong */
    static Secret ofHttp(Section http) {
        return named(http, "token");
    }

    private static Secret named(Section section, String key) {
        String inFile = key + "_file";
        String handedOver = key + "_credential";
        String secret = section.confidential(key, "secret", "none", "the " + key + ", best as ${NAME}");
        Path file = section.secretPath(inFile, "file", "none");
        String credential = section.confidential(handedOver, "name", "none", Credentials.ALLOWED);
        if (!single(section, List.of(key, inFile, handedOver))) {
            return null;
        }
        if (credential != null) {
            return credential(section, handedOver, credential.strip());
        }
        return file != null ? file(section, inFile, file) : secret == null ? null : new Secret(secret);
    }

    /** @return {@code key_password} or {@code key_password_file}; null if missing or wrong */
    static Secret ofKey(Section tls) {
        String password = tls.confidential("key_password", "secret", "none", "the key's password, best as ${NAME}");
        Path file = tls.secretPath("key_password_file", "file", "none");
        if (!single(tls, List.of("key_password", "key_password_file"))) {
            return null;
        }
        return file != null ? file(tls, "key_password_file", file) : password == null ? null : new Secret(password);
    }

    private static boolean single(Section section, List<String> keys) {
        List<String> given = keys.stream().filter(section::has).toList();
        if (given.size() > 1) {
            section.problem(
                    given.get(1),
                    "is given besides " + given.get(0) + ": only one of " + Entries.or(keys) + " is allowed");
        }
        return given.size() < 2;
    }

    private static Secret credential(Section section, String key, String name) {
        if (!Credentials.isName(name)) {
            section.problem(key, "is not allowed: " + Credentials.ALLOWED);
            return null;
        }
        try {
            return Credentials.read(name, section.reading().surroundings.environment());
        } catch (IOException unusable) {
            section.problem(key, unusable.getMessage());
            return null;
        }
    }

    private static Secret file(Section section, String key, Path file) {
        try {
            return PasswordFile.read(file);
        } catch (IOException unusable) {
            section.problem(key, "the file " + unusable.getMessage());
            return null;
        }
    }
}

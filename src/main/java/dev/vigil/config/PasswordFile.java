package dev.vigil.config;

import dev.vigil.base.Secret;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/** Files that hold a password and nothing else; one line break at the end does not count. */
public final class PasswordFile {
    private static final int BYTES_MAX = 65_535;

    private PasswordFile() {}

    /** @throws IOException whose message is to be read after the file's name, and does not repeat it */
    public static Secret read(Path file) throws IOException {
        Optional<String> unusable = TextFile.problem(file);
        if (unusable.isPresent()) {
            throw new IOException(unusable.get().replaceFirst("^there is no such file", "is not there"));
        }
        byte[] bytes;
        try {
            bytes = TextFile.bytes(file);
        } catch (IOException unreadable) {
            throw new IOException(TextFile.reason(unreadable), unreadable);
        }
        String content = text(bytes).replaceFirst("\\r?\\n\\z", "");
        if (content.isEmpty()) {
            throw new IOException("is empty: the password is expected in it");
        }
        if (bytes.length > BYTES_MAX) {
            throw new IOException("is larger than 64 KiB, which no password is");
        }
        return new Secret(content);
    }

    private static String text(byte[] bytes) throws IOException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IOException("can not be read: it is no text in UTF-8", e);
        }
    }
}

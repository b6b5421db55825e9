package dev.vigil.base;

/** A value that no log, message or error may show: {@code toString} masks it, {@link #reveal()} is the only way in. */
public record Secret(String reveal) {
    /** The log leaves it out from here on, whoever tells it. */
    public Secret {
        KnownSecrets.add(reveal);
    }

    @Override
    public String toString() {
        return "***";
    }
}

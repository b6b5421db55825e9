package dev.vigil;

import java.util.Objects;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.ILoggerFactory;
import org.slf4j.LoggerFactory;

/**
 * Sets logging up before any test class begins: while one thread does so, SLF4J gives others a factory that is not Logback's, and
 * classes run side by side. JUnit finds it as a service.
 */
public final class LoggingFirst implements BeforeAllCallback {
    /** Whoever comes while it is being set up waits here. */
    private static final ILoggerFactory FACTORY = LoggerFactory.getILoggerFactory();

    @Override
    public void beforeAll(ExtensionContext context) {
        Objects.requireNonNull(FACTORY);
    }
}

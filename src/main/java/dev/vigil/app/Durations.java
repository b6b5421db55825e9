package dev.vigil.app;

import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Durations of the command line, written as in the configuration; none of them may be 0. */
public final class Durations implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String value) {
        return dev.vigil.base.Durations.parse(value)
                .filter(duration -> !duration.isZero())
                .orElseThrow(() -> new TypeConversionException("'" + value
                        + "' is no duration: allowed is a number above 0 with ms, s, m, h or d, such as 500ms, 20s, 5m"
                        + " or 1h"));
    }
}

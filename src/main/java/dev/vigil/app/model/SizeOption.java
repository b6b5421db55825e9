package dev.vigil.app.model;

import dev.vigil.detect.ModelDescription.Size;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code 640x480}. */
final class SizeOption implements ITypeConverter<Size> {
    private static final Pattern SIZE = Pattern.compile("([1-9]\\d{0,4})x([1-9]\\d{0,4})");
    private static final int SIDE_MAX = 1 << 14;

    @Override
    public Size convert(String text) {
        Matcher matcher = SIZE.matcher(text);
        if (matcher.matches()) {
            int width = Integer.parseInt(matcher.group(1));
            int height = Integer.parseInt(matcher.group(2));
            if (width <= SIDE_MAX && height <= SIDE_MAX) {
                return new Size(width, height);
            }
        }
        throw new TypeConversionException(
                "'" + text + "' is no size: WIDTHxHEIGHT in pixels, such as 640x640, up to " + SIDE_MAX);
    }
}

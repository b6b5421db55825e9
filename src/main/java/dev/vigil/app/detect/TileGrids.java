package dev.vigil.app.detect;

import dev.vigil.detect.TileOptions;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code 3x2}: columns and rows of tiles. */
public final class TileGrids implements ITypeConverter<TileOptions> {
    @Override
    public TileOptions convert(String text) {
        if (!text.matches("[1-9]x[1-9]")) {
            throw new TypeConversionException("'" + text + "' is no grid: COLUMNSxROWS such as 3x2 is allowed");
        }
        try {
            TileOptions usual = TileOptions.NONE;
            return new TileOptions(text.charAt(0) - '0', text.charAt(2) - '0', usual.overlap(), usual.whole());
        } catch (IllegalArgumentException tooMany) {
            throw new TypeConversionException(tooMany.getMessage());
        }
    }
}

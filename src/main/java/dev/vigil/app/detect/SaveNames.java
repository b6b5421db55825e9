package dev.vigil.app.detect;

import dev.vigil.app.media.MediaSource;
import dev.vigil.app.media.MediaSource.Form;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The names of annotated pictures: {@code photo.jpg} of a picture, {@code clip-000123.jpg} of a video's frame. Two sources never
 * have the same, and none is that of a source's own file.
 */
final class SaveNames {
    private static final String APART_FROM_SOURCE = "-detections";
    /** What a picture's name looks like when it could be that of a video's frame. */
    private static final Pattern NUMBERED = Pattern.compile("(.*)-\\d{6,}");
    /** Pixels that were kept exactly are kept exactly again. */
    private static final Set<String> LOSSLESS = Set.of(".png", ".bmp", ".tif", ".tiff", ".ppm", ".pgm", ".pnm", ".qoi");

    private final Path folder;
    /** The sources' own files. */
    private final Set<Path> inputs = new HashSet<>();

    private final Map<MediaSource, String> stems = new HashMap<>();
    private final Set<String> pictureStems = new HashSet<>();
    private final Set<String> videoStems = new HashSet<>();
    /** What stands before the number of pictures that look like frames. */
    private final Set<String> numberedStems = new HashSet<>();

    /** @param folder is there */
    SaveNames(Path folder, List<MediaSource> sources) throws IOException {
        this.folder = folder.toRealPath();
        for (MediaSource source : sources) {
            if (source.form() != Form.STREAM) {
                inputs.add(Path.of(source.uri()).toRealPath());
            }
        }
        for (MediaSource source : sources) {
            stems.computeIfAbsent(source, this::freeStem);
        }
    }

    private String freeStem(MediaSource source) {
        String stem = source.stem();
        for (int n = 2; !take(source, stem); n++) {
            stem = source.stem() + "-" + n;
        }
        return stem;
    }

    private boolean take(MediaSource source, String stem) {
        if (source.form() != Form.PICTURE) {
            return !pictureStems.contains(stem) && !numberedStems.contains(stem) && videoStems.add(stem);
        }
        Matcher numbered = NUMBERED.matcher(stem);
        boolean looksLikeFrame = numbered.matches();
        if (videoStems.contains(stem) || looksLikeFrame && videoStems.contains(numbered.group(1))) {
            return false;
        }
        if (!pictureStems.add(stem)) {
            return false;
        }
        if (looksLikeFrame) {
            numberedStems.add(numbered.group(1));
        }
        return true;
    }

    /** @param number the frame's number in its source, 1 for the first */
    Path file(MediaSource source, long number) throws IOException {
        // A file with a picture's name may hold several all the same, such as an animated PNG.
        boolean single = source.form() == Form.PICTURE && number == 1;
        String stem = stems.get(source) + (single ? "" : String.format(Locale.ROOT, "-%06d", number));
        String ending = source.form() == Form.PICTURE && LOSSLESS.contains(source.ending()) ? ".png" : ".jpg";
        Path file = folder.resolve(stem + ending);
        while (isInput(file)) {
            stem += APART_FROM_SOURCE;
            file = folder.resolve(stem + ending);
        }
        return file;
    }

    private boolean isInput(Path file) throws IOException {
        return inputs.contains(file) || Files.exists(file) && inputs.contains(file.toRealPath());
    }
}

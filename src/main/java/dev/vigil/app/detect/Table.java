package dev.vigil.app.detect;

import dev.vigil.app.media.MediaSource;
import dev.vigil.detect.Detections;
import dev.vigil.detect.Labels;
import dev.vigil.publish.FrameResult;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A row for each detection as it comes, and a table of counts by source at the end. */
final class Table implements Output {
    private static final int SOURCE_MAX = 40;
    private static final String SOURCE = "SOURCE";
    private static final String LABEL = "LABEL";

    private final PrintWriter out;
    private final Labels labels;
    private final int sourceWidth;
    private final int labelWidth;
    private final List<Span.Summary> summaries = new ArrayList<>();
    private boolean begun;

    /** @param sources all that may come, because columns are as wide as the widest of them */
    Table(PrintWriter out, List<MediaSource> sources, Labels labels) {
        this.out = out;
        this.labels = labels;
        this.sourceWidth = sources.stream()
                .mapToInt(source -> shortened(source.shown()).length())
                .reduce(SOURCE.length(), Math::max);
        this.labelWidth = labels.names().stream().mapToInt(String::length).reduce(LABEL.length(), Math::max);
    }

    @Override
    public boolean frame(MediaSource source, long number, FrameResult result) {
        Detections found = result.detections();
        if (found.count() == 0) {
            return true;
        }
        if (!begun) {
            begun = true;
            out.printf(
                    "%-" + sourceWidth + "s %6s  %-" + labelWidth + "s %5s %8s %8s %8s %8s%s%n",
                    SOURCE,
                    "FRAME",
                    LABEL,
                    "SCORE",
                    "X",
                    "Y",
                    "WIDTH",
                    "HEIGHT",
                    found.keypoints() > 0 ? "  KEYPOINTS" : "");
        }
        for (int i = 0; i < found.count(); i++) {
            out.printf(
                    Locale.ROOT,
                    "%-" + sourceWidth + "s %6d  %-" + labelWidth + "s %5.3f %8.1f %8.1f %8.1f %8.1f%s%n",
                    shortened(source.shown()),
                    number,
                    labels.name(found.classId(i)),
                    found.score(i),
                    found.x1(i),
                    found.y1(i),
                    found.x2(i) - found.x1(i),
                    found.y2(i) - found.y1(i),
                    keypoints(found, i));
        }
        return !out.checkError();
    }

    /** {@code x,y} of each; empty where the model has none. */
    private static String keypoints(Detections found, int index) {
        StringBuilder text = new StringBuilder();
        for (int point = 0; point < found.keypoints(index); point++) {
            text.append(point == 0 ? "  " : " ");
            float x = found.keypointX(index, point);
            float y = found.keypointY(index, point);
            text.append(
                    Float.isFinite(x) && Float.isFinite(y) ? String.format(Locale.ROOT, "%.1f,%.1f", x, y) : "unknown");
        }
        return text.toString();
    }

    @Override
    public void source(Span.Summary summary) {
        summaries.add(summary);
    }

    @Override
    public void end() {
        if (summaries.isEmpty()) {
            return;
        }
        if (begun) {
            out.println();
        }
        out.printf("%-" + sourceWidth + "s %6s  %-11s %s%n", SOURCE, "FRAMES", "SIZE", "FOUND");
        for (Span.Summary summary : summaries) {
            out.printf(
                    Locale.ROOT,
                    "%-" + sourceWidth + "s %6d  %-11s %s%n",
                    shortened(summary.source()),
                    summary.frames(),
                    summary.frames() == 0 ? "-" : summary.widthPx() + "x" + summary.heightPx(),
                    found(summary));
        }
        out.flush();
    }

    private static String found(Span.Summary summary) {
        String counts = summary.counts().entrySet().stream()
                .sorted((a, b) -> Long.compare(b.getValue(), a.getValue()))
                .map(count -> count.getValue() + " " + count.getKey())
                .collect(Collectors.joining(", "));
        String left =
                summary.damaged() == 0 ? "" : " (" + Counted.of(summary.damaged(), "damaged frame") + " left out)";
        return (summary.frames() == 0 ? "no frame" : counts.isEmpty() ? "nothing" : counts) + left;
    }

    /** The end of a long name tells more than its beginning. */
    private static String shortened(String source) {
        return source.length() <= SOURCE_MAX ? source : "…" + source.substring(source.length() - SOURCE_MAX + 1);
    }
}

package dev.vigil.app.detect;

import dev.vigil.app.media.MediaSource;
import dev.vigil.detect.StageLabels;
import dev.vigil.publish.FrameLine;
import dev.vigil.publish.FrameResult;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;

/** A line of JSON for each frame, whether anything was found in it or not. */
final class JsonLines implements Output {
    private final PrintWriter out;
    private final FrameLine encoder;
    private final ByteBuf line = Unpooled.buffer(4_096);

    JsonLines(PrintWriter out, StageLabels labels) {
        this.out = out;
        this.encoder = new FrameLine(labels);
    }

    @Override
    public boolean frame(MediaSource source, long number, FrameResult result) {
        line.clear();
        encoder.write(source.shown(), number, result, line);
        out.println(line.toString(StandardCharsets.UTF_8));
        return !out.checkError();
    }

    @Override
    public void source(Span.Summary summary) {}

    @Override
    public void end() {}
}

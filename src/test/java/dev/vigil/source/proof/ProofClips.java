package dev.vigil.source.proof;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Small clips of several codecs, made of the demo clip by Debian's ffmpeg. */
enum ProofClips {
    H264("mp4", "-c:v libx264 -preset ultrafast -bf 0 -x264-params slices=2"),
    H265("mp4", "-c:v libx265 -preset ultrafast -x265-params log-level=none:bframes=0"),
    MJPEG("avi", "-c:v mjpeg -pix_fmt yuvj420p -huffman default -q:v 8");

    static final Path PROGRAM = Path.of("/usr/bin/ffmpeg");

    private final String ending;
    private final String encoding;

    ProofClips(String ending, String encoding) {
        this.ending = ending;
        this.encoding = encoding;
    }

    /** 25 frames/s at 160x96. */
    Path make(Path folder, int frames, int keyframeInterval) throws IOException, InterruptedException {
        Path target = folder.resolve(name() + "." + ending);
        Path log = folder.resolve(name() + ".log");
        List<String> command = new ArrayList<>(List.of(PROGRAM.toString(), "-y", "-nostdin", "-loglevel", "error"));
        command.addAll(List.of("-i", "media/demo-clip.mp4", "-frames:v", Integer.toString(frames)));
        command.addAll(List.of("-vf", "scale=160:96", "-g", Integer.toString(keyframeInterval)));
        command.addAll(List.of(encoding.split(" ")));
        command.add(target.toString());
        Process process = new ProcessBuilder(command)
                .directory(Path.of(System.getProperty("vigil.home", ""))
                        .toAbsolutePath()
                        .toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new IOException("ffmpeg made no " + name() + ": " + Files.readString(log));
        }
        return target;
    }
}

package dev.vigil.workshop.trial;

import dev.vigil.metrics.ProcessFigures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What other programs take of the box while something is measured: figures beside them are not those of a box of one's own. */
public final class OtherLoad {
    /** Its first line: the ticks of all CPUs since the start, by what they did (proc(5)). */
    private static final Path STAT = Path.of("/proc/stat");

    /** Places in that line: user, nice, system, idle, iowait, irq, softirq, steal; guests are in user and nice already. */
    private static final int IDLE = 3;

    private static final int IO_WAIT = 4;
    private static final int COUNTED = 8;

    private final Path stat;
    private final Ticks begin;
    private final long beginNs;
    private final long beginCpuNs;

    private record Ticks(long all, long idle) {}

    private OtherLoad(Path stat) {
        this.stat = stat;
        this.begin = read(stat);
        this.beginNs = System.nanoTime();
        this.beginCpuNs = ProcessFigures.cpuNs();
    }

    /** Counts from here on. */
    public static OtherLoad begin() {
        return new OtherLoad(STAT);
    }

    /** Part of all CPUs that was not idle and not this process's, 0..1; 0 where the kernel does not tell. */
    public double share() {
        double own = (double) (ProcessFigures.cpuNs() - beginCpuNs)
                / Math.max(1, System.nanoTime() - beginNs)
                / Runtime.getRuntime().availableProcessors();
        return share(begin, read(stat), own);
    }

    private static double share(Ticks begin, Ticks end, double own) {
        long all = end.all - begin.all;
        return all <= 0 ? 0 : Math.max(0, 1 - (double) (end.idle - begin.idle) / all - own);
    }

    /** Between two texts of that file. */
    static double share(String begin, String end, double own) {
        return share(ticks(begin), ticks(end), own);
    }

    private static Ticks read(Path stat) {
        try {
            List<String> lines = Files.readAllLines(stat);
            return ticks(lines.isEmpty() ? "" : lines.get(0));
        } catch (IOException noProc) {
            return new Ticks(0, 0); // not a Linux
        }
    }

    private static Ticks ticks(String line) {
        String[] words = line.strip().split(" +", -1);
        if (!words[0].equals("cpu") || words.length <= COUNTED) {
            return new Ticks(0, 0);
        }
        long all = 0;
        for (int i = 1; i <= COUNTED; i++) {
            all += Long.parseLong(words[i]);
        }
        return new Ticks(all, Long.parseLong(words[1 + IDLE]) + Long.parseLong(words[1 + IO_WAIT]));
    }
}

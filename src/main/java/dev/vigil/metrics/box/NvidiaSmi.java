package dev.vigil.metrics.box;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * NVIDIA's own program, which comes with the driver and tells of its GPUs as comma-separated values. For who can wait: it takes a
 * tenth of a second, and where a GPU is lost it may hang. Not threadsafe.
 */
final class NvidiaSmi {
    private static final String COLUMNS = "index,uuid,name,memory.total,memory.used,utilization.gpu,temperature.gpu";
    /** What holds the clock down, as drivers call it since 530, and before. */
    private static final List<String> REASONS = List.of("clocks_event_reasons", "clocks_throttle_reasons");

    private static final int REASON_COLUMNS = 2;
    private static final int COLUMN_COUNT = COLUMNS.split(",", -1).length;

    private final Path program;
    private final Duration max;
    /** Which of {@link #REASONS} the driver knows; beyond them where it knows none. */
    private int known;

    /** In the kernel, where a GPU is lost, even a kill may have to wait: there is never a second one beside it. */
    private Process last;

    /** @param max how long it may take */
    NvidiaSmi(Path program, Duration max) {
        this.program = program;
        this.max = max;
    }

    /** Where it lies; null where this box has none. */
    static Path find(String path) {
        List<String> folders = new ArrayList<>(List.of(path.split(":", -1)));
        folders.addAll(List.of("/usr/bin", "/usr/local/nvidia/bin"));
        return folders.stream()
                .filter(folder -> folder.startsWith("/"))
                .map(folder -> Path.of(folder, "nvidia-smi"))
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
    }

    /**
     * @param pid this process, whose own memory is asked for
     * @throws IOException when it does not answer, or not so that it can be understood
     */
    List<GpuState> read(long pid) throws IOException, InterruptedException {
        List<String> rows = gpus();
        Map<String, Long> own = new HashMap<>();
        for (String row : run("--query-compute-apps=gpu_uuid,pid,used_memory")) {
            String[] values = row.split(", *", -1);
            Long bytes = values.length == 3 ? bytes(values[2]) : null;
            if (bytes != null && values[1].equals(Long.toString(pid))) {
                own.merge(values[0], bytes, Long::sum);
            }
        }
        List<GpuState> states = new ArrayList<>();
        for (String row : rows) {
            states.add(state(row, own));
        }
        return states;
    }

    private List<String> gpus() throws IOException, InterruptedException {
        while (known < REASONS.size()) {
            String reasons = REASONS.get(known);
            try {
                return run("--query-gpu=" + COLUMNS + "," + reasons + ".sw_thermal_slowdown," + reasons
                        + ".hw_thermal_slowdown");
            } catch (RefusedException unknownColumns) {
                known++;
            }
        }
        return run("--query-gpu=" + COLUMNS);
    }

    private static GpuState state(String row, Map<String, Long> own) throws IOException {
        String[] values = row.split(", *", -1);
        Long index = KernelFiles.number(values[0]);
        if (values.length < COLUMN_COUNT || index == null) {
            throw new IOException("nvidia-smi says '" + row + "'");
        }
        Long temperature = KernelFiles.number(values[6]);
        return new GpuState(
                index.intValue(),
                values[2],
                bytes(values[3]),
                bytes(values[4]),
                own.get(values[1]),
                KernelFiles.number(values[5]),
                temperature == null ? null : Double.valueOf(temperature),
                slowed(values));
    }

    /** Of MiB; null where the driver does not tell: {@code [N/A]}. */
    private static Long bytes(String mib) {
        Long number = KernelFiles.number(mib);
        return number == null ? null : Long.valueOf(number << 20);
    }

    private static Boolean slowed(String[] values) {
        if (values.length < COLUMN_COUNT + REASON_COLUMNS) {
            return null;
        }
        boolean told = false;
        for (int i = COLUMN_COUNT; i < values.length; i++) {
            if (values[i].equals("Active")) {
                return true;
            }
            told |= values[i].equals("Not Active");
        }
        return told ? Boolean.FALSE : null;
    }

    private static final class RefusedException extends IOException {
        private static final long serialVersionUID = 1;

        RefusedException(String message) {
            super(message);
        }
    }

    /** What it prints, line by line: less than a pipe holds. */
    private List<String> run(String query) throws IOException, InterruptedException {
        if (last != null && last.isAlive()) {
            throw new IOException(program + " has not ended, although it was killed");
        }
        Process process = new ProcessBuilder(program.toString(), query, "--format=csv,noheader,nounits")
                .redirectErrorStream(true)
                .start();
        last = process;
        try {
            process.getOutputStream().close();
            if (!process.waitFor(max.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IOException(program + " has not answered within " + max.toSeconds() + " s");
            }
            List<String> lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            if (process.exitValue() != 0) {
                String told = program + " ended with " + process.exitValue() + ": " + String.join(" ", lines);
                throw told.contains("not a valid field") ? new RefusedException(told) : new IOException(told);
            }
            return lines;
        } finally {
            process.destroyForcibly();
        }
    }
}

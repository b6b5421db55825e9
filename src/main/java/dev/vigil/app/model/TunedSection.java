package dev.vigil.app.model;

import dev.vigil.infer.Backend;
import dev.vigil.infer.BackendOptions.Precision;
import dev.vigil.infer.InferOptions;
import dev.vigil.infer.InferOptions.Device;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The lines of a model's section under {@code models}, alone or in the place of what a configuration said of it. Keys that are
 * not about how a model runs stay as they are, and so do remarks.
 */
final class TunedSection {
    private static final List<String> KEYS =
            List.of("file", "backend", "device", "precision", "workers", "threads", "batch");

    private static final Pattern MODELS = Pattern.compile("models\\s*:\\s*(#.*)?");
    private static final Pattern KEY = Pattern.compile("( +)(\"?[A-Za-z0-9_.-]+\"?)\\s*:(\\s.*)?");

    private TunedSection() {}

    /** What must be said so that a model runs so: nothing of what holds without being said. */
    static List<String> keys(String file, InferOptions infer, Duration batchWait) {
        List<String> keys = new ArrayList<>();
        keys.add("file: " + DescriptionYaml.quoted(file));
        if (infer.backend().backend() != Backend.AUTO) {
            keys.add("backend: " + infer.backend().backend().label());
        }
        if (infer.device() != Device.AUTO) {
            keys.add("device: " + infer.device().name().toLowerCase(Locale.ROOT));
        }
        if (infer.backend().precision() != Precision.AUTO) {
            keys.add("precision: " + infer.backend().precision().name().toLowerCase(Locale.ROOT));
        }
        if (infer.workers() != 0) {
            keys.add("workers: " + infer.workers());
        }
        if (infer.threads() != 1) {
            keys.add("threads: " + infer.threads());
        }
        if (infer.batchMax() > 1) {
            String wait = batchWait.isZero() ? "" : ", wait: " + batchWait.toMillis() + "ms";
            keys.add("batch: {max: " + infer.batchMax() + wait + "}");
        }
        return keys;
    }

    /** A {@code models} section with nothing else in it. */
    static String alone(String name, List<String> remarks, List<String> keys) {
        StringBuilder text = new StringBuilder("models:\n  " + name + ":\n");
        remarks.forEach(remark -> text.append("    # ").append(remark).append('\n'));
        keys.forEach(key -> text.append("    ").append(key).append('\n'));
        return text.toString();
    }

    /**
     * A configuration with the section of one model changed, or added where there is no section {@code models}.
     *
     * @return null where the section is not written in lines of their own: then it must be changed by hand
     */
    static String changed(String configuration, String name, List<String> remarks, List<String> keys) {
        List<String> lines = new ArrayList<>(configuration.lines().toList());
        int models = find(lines, MODELS);
        if (models < 0) {
            boolean otherForm = lines.stream().anyMatch(line -> line.matches("\"?models\"?\\s*:.*"));
            return otherForm ? null : configuration + "\n" + alone(name, remarks, keys);
        }
        int modelsEnd = end(lines, models + 1, 0);
        for (int at = models + 1; at < modelsEnd; at++) {
            var key = KEY.matcher(lines.get(at));
            if (key.matches() && key.group(2).replace("\"", "").equals(name) && isBare(key.group(3))) {
                replace(lines, at, end(lines, at + 1, key.group(1).length()), remarks, keys);
                return String.join("\n", lines) + "\n";
            }
        }
        return null;
    }

    private static boolean isBare(String value) {
        return value == null || value.isBlank() || value.strip().startsWith("#");
    }

    private static int find(List<String> lines, Pattern pattern) {
        for (int i = 0; i < lines.size(); i++) {
            if (pattern.matcher(lines.get(i)).matches()) {
                return i;
            }
        }
        return -1;
    }

    /** The first line from {@code from} on that says something and is no further in than {@code indent}. */
    private static int end(List<String> lines, int from, int indent) {
        int end = from;
        for (int at = from; at < lines.size(); at++) {
            String line = lines.get(at);
            if (line.isBlank() || line.strip().startsWith("#")) {
                continue; // remarks belong to what follows them
            }
            if (line.length() - line.stripLeading().length() <= indent) {
                break;
            }
            end = at + 1;
        }
        return end;
    }

    private static void replace(List<String> lines, int head, int end, List<String> remarks, List<String> keys) {
        List<String> kept = new ArrayList<>();
        String space = "    ";
        boolean first = true;
        for (int at = head + 1; at < end; ) {
            var key = KEY.matcher(lines.get(at));
            if (first && key.matches()) {
                space = key.group(1);
                first = false;
            }
            if (key.matches() && key.group(1).equals(space) && KEYS.contains(key.group(2))) {
                at = end(lines, at + 1, space.length());
            } else {
                kept.add(lines.get(at++));
            }
        }
        List<String> section = new ArrayList<>();
        for (String remark : remarks) {
            section.add(space + "# " + remark);
        }
        for (String key : keys) {
            section.add(space + key);
        }
        section.addAll(kept);
        lines.subList(head + 1, end).clear();
        lines.addAll(head + 1, section);
    }
}

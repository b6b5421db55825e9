package dev.vigil.workshop.quantize;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a processor has for sums of products of bytes, as its kernel tells: {@code flags} on x86, {@code Features} on ARM.
 *
 * @param instructions the best of them, as {@code /proc/cpuinfo} calls it; empty where it tells of none
 * @param saturates whether sums of two products of 8 bits are kept in 16, so that weights may have 7 bits only
 * @param expected what 8 bits bring here
 */
public record ByteArithmetic(String instructions, boolean saturates, String expected) {
    private static final Path CPUS = Path.of("/proc/cpuinfo");

    private static final String FAST = "products of bytes are added up in one step";
    private static final String SATURATES =
            "without VNNI, sums of two products must fit into 16 bits: weights get 7 bits,"
                    + " and the gain is smaller";

    /** In order: the first that a processor has is what ONNX Runtime makes most of. */
    private static final List<ByteArithmetic> KNOWN = List.of(
            new ByteArithmetic("avx512_vnni", false, FAST),
            new ByteArithmetic("avx_vnni", false, FAST),
            new ByteArithmetic("avx512bw", true, SATURATES),
            new ByteArithmetic("avx2", true, SATURATES),
            new ByteArithmetic("ssse3", true, SATURATES + "; without AVX2 it may well be none"),
            new ByteArithmetic("i8mm", false, FAST),
            new ByteArithmetic("asimddp", false, FAST),
            new ByteArithmetic("asimd", false, "without the dot product (asimddp) the gain is small"),
            new ByteArithmetic("neon", false, "without the dot product (asimddp) the gain is small"));

    static final ByteArithmetic UNKNOWN =
            new ByteArithmetic("", false, "this processor does not tell what it has for bytes: see the speed below");

    /** Of the box that this runs on. */
    public static ByteArithmetic ofThisBox() {
        return of(CPUS);
    }

    /**
     * Of all cores together: what one of them lacks does not count.
     *
     * @param cpuinfo in the form of {@code /proc/cpuinfo}
     */
    static ByteArithmetic of(Path cpuinfo) {
        Set<String> common = null;
        try {
            for (String line : Files.readAllLines(cpuinfo, StandardCharsets.ISO_8859_1)) {
                String key = line.substring(0, Math.max(0, line.indexOf(':'))).strip();
                if (key.equals("flags") || key.equals("Features")) {
                    Set<String> words = new HashSet<>(List.of(
                            line.substring(line.indexOf(':') + 1).strip().split("\\s+")));
                    common = common == null ? new TreeSet<>(words) : common;
                    common.retainAll(words);
                }
            }
        } catch (IOException e) {
            return UNKNOWN; // another system than Linux
        }
        Set<String> all = common == null ? Set.of() : common;
        return KNOWN.stream()
                .filter(known -> all.contains(known.instructions))
                .findFirst()
                .orElse(UNKNOWN);
    }
}

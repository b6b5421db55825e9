package dev.vigil.workshop.trial;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The energy that the box's processors take, with all that runs on them, where the kernel tells it: the packages of the
 * powercap interface (Linux kernel, Documentation/power/powercap/powercap.rst), which AMD's processors have under Intel's name
 * too. Not threadsafe.
 */
public final class EnergyMeter {
    private static final Path POWERCAP = Path.of("/sys/class/powercap");
    /** A part of the package, such as its cores, has a second colon; {@code intel-rapl-mmio} counts the same once more. */
    private static final String PACKAGE = "intel-rapl:\\d+";

    private final List<Zone> zones;
    private final String why;

    /** @param rangeUj where the counter starts again from 0 */
    private record Zone(Path counter, long rangeUj) {}

    /** What the counters stood at; {@code uj} is null where they are not told. */
    public record Reading(long ns, long[] uj) {}

    private EnergyMeter(List<Zone> zones, String why) {
        this.zones = zones;
        this.why = why;
    }

    /** That of this box. */
    public static EnergyMeter ofBox() {
        return of(POWERCAP);
    }

    /** That which a folder tells in the form of {@code /sys/class/powercap}. */
    public static EnergyMeter of(Path folder) {
        if (!Files.isDirectory(folder)) {
            return new EnergyMeter(List.of(), "this kernel tells no energy: there is no " + folder);
        }
        List<Zone> zones = new ArrayList<>();
        try (Stream<Path> entries = Files.list(folder)) {
            for (Path zone : entries.sorted().toList()) {
                // "psys" is the whole board, and would count its package twice.
                if (zone.getFileName().toString().matches(PACKAGE)
                        && Files.readString(zone.resolve("name")).startsWith("package")) {
                    Path counter = zone.resolve("energy_uj");
                    if (!Files.isReadable(counter)) {
                        return new EnergyMeter(List.of(), counter + " can not be read: it is for root only");
                    }
                    zones.add(new Zone(counter, number(zone.resolve("max_energy_range_uj"))));
                    number(counter);
                }
            }
        } catch (IOException | NumberFormatException e) {
            return new EnergyMeter(List.of(), "the energy counters can not be read: " + e);
        }
        return zones.isEmpty()
                ? new EnergyMeter(List.of(), "this box tells no energy: " + folder + " has no processor package")
                : new EnergyMeter(zones, null);
    }

    /** Why the box does not tell; null where it does. */
    public String why() {
        return why;
    }

    public Reading read() {
        long[] uj = new long[zones.size()];
        try {
            for (int i = 0; i < uj.length; i++) {
                uj[i] = number(zones.get(i).counter);
            }
        } catch (IOException | NumberFormatException e) {
            uj = new long[0]; // gone, such as with the right to read it: nothing is told of this span
        }
        return new Reading(System.nanoTime(), uj.length == 0 ? null : uj);
    }

    /** Mean power between two readings, no more than one turn of the counters apart; NaN where it is not told. */
    public double watts(Reading from, Reading to) {
        if (from.uj == null || to.uj == null) {
            return Double.NaN;
        }
        double uj = 0;
        for (int i = 0; i < zones.size(); i++) {
            long more = to.uj[i] - from.uj[i];
            uj += more >= 0 ? more : more + zones.get(i).rangeUj;
        }
        return uj / 1e6 / ((to.ns - from.ns) / 1e9);
    }

    private static long number(Path file) throws IOException {
        return Long.parseLong(Files.readString(file).strip());
    }
}

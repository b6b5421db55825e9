package dev.vigil.metrics.box;

import java.nio.file.Path;
import java.util.List;

/**
 * A thermal zone's temperature and where it begins to slow things down, in thousandths of a degree Celsius; source: the kernel's
 * sysfs-api.rst on thermal zones.
 *
 * @param limitMilliC the lowest of its trip points that does something; null where it has none
 */
record Heat(long milliC, Long limitMilliC) {
    private static final List<String> DOES_SOMETHING = List.of("passive", "hot", "critical");
    /** No chip works in it; sensors that are not there tell such numbers. */
    private static final long HOTTEST_MILLI_C = 200_000;

    /** The zone that is nearest to its limit, or the hottest where none has one; null where there is no zone. */
    static Heat hottest(KernelFiles files) {
        Heat hottest = null;
        for (Path zone : files.list(files.at("/sys/class/thermal"), "thermal_zone*")) {
            Long milliC = files.number(zone.resolve("temp"));
            if (milliC == null || milliC <= 0 || milliC > HOTTEST_MILLI_C) {
                continue;
            }
            Heat heat = new Heat(milliC, limit(files, zone));
            if (hottest == null || heat.isNearerThan(hottest)) {
                hottest = heat;
            }
        }
        return hottest;
    }

    private boolean isNearerThan(Heat other) {
        if (limitMilliC == null || other.limitMilliC == null) {
            return limitMilliC == null && other.limitMilliC == null ? milliC > other.milliC : limitMilliC != null;
        }
        return limitMilliC - milliC < other.limitMilliC - other.milliC;
    }

    private static Long limit(KernelFiles files, Path zone) {
        Long lowest = null;
        for (Path type : files.list(zone, "trip_point_*_type")) {
            String name = type.getFileName().toString();
            Long at = files.number(zone.resolve(name.replace("_type", "_temp")));
            boolean counts = DOES_SOMETHING.contains(String.valueOf(files.line(type)));
            if (counts && at != null && at > 0 && at <= HOTTEST_MILLI_C && (lowest == null || at < lowest)) {
                lowest = at;
            }
        }
        return lowest;
    }
}

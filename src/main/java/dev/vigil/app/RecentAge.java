package dev.vigil.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import dev.vigil.metrics.StepTimes;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** The ages of a camera's frames since they were last told, or as they were told then when that is less than a second ago. */
final class RecentAge {
    private long toldNs;
    private JsonNode told;

    /** @return null in JSON when no frame was published meanwhile */
    JsonNode next(StepTimes times, long nowNs) {
        if (told == null || nowNs - toldNs >= TimeUnit.SECONDS.toNanos(1)) {
            Histogram recent = times.takeRecentAge();
            told = recent.getTotalCount() == 0 ? NullNode.instance : CameraJson.quantiles(recent);
            toldNs = nowNs;
        }
        return told;
    }
}

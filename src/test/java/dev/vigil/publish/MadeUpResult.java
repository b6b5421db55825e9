package dev.vigil.publish;

import dev.vigil.detect.Detections;
import dev.vigil.frame.Capture;
import dev.vigil.frame.CaptureClock;
import dev.vigil.frame.Feed;
import dev.vigil.frame.FrameTimes;
import dev.vigil.frame.Step;

/** What a ring's last stage would get: 1280×720, every step but the last marked, captured at 22:10:04.123456 by the camera. */
record MadeUpResult(
        Feed feed, long number, int widthPx, int heightPx, FrameTimes times, int batch, Detections detections)
        implements FrameResult {
    /** 2026-11-21T22:10:04.123456Z. */
    static final long CAPTURE_UTC_US = 1_795_299_004_123_456L;

    /** When its steps up to the last were done, on the monotonic clock. */
    static final long DONE_NS = 24_740_000;

    @Override
    public String device() {
        return "cpu";
    }

    static MadeUpResult of(Feed feed, long number, Detections detections) {
        FrameTimes times = new FrameTimes();
        times.begin(0, new Capture(CAPTURE_UTC_US, CaptureClock.RTCP, 16_435, 212));
        times.mark(Step.DECODE, 6_020_000);
        times.mark(Step.WAIT, 6_330_000);
        times.mark(Step.CONVERT, 7_280_000);
        times.mark(Step.QUEUE, 7_320_000);
        times.mark(Step.INFER, 24_620_000);
        times.mark(Step.POST, DONE_NS);
        return new MadeUpResult(feed, number, 1_280, 720, times, 1, detections);
    }
}

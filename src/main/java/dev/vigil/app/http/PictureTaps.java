package dev.vigil.app.http;

import dev.vigil.frame.Feed;
import dev.vigil.publish.ResultSink;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The taps of a ring's cameras, which are shown what the ring has found. Threadsafe. */
public final class PictureTaps {
    private final Map<Feed, PictureTap> byFeed = new ConcurrentHashMap<>();

    public void add(Feed feed, PictureTap tap) {
        byFeed.put(feed, tap);
    }

    public void remove(Feed feed) {
        byFeed.remove(feed);
    }

    /** A sink that shows each result to the tap of its camera and hands it on. */
    public ResultSink before(ResultSink next) {
        return result -> {
            PictureTap tap = byFeed.get(result.feed());
            if (tap != null) {
                tap.found(result);
            }
            next.accept(result);
        };
    }
}

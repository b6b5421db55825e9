package dev.vigil.app.watch;

/** Messages as a daemon sends them. */
public final class Messages {
    private Messages() {}

    /**
     * @param dropped such as {@code "superseded":2}
     * @param detections what {@link #found} gives, with commas between
     */
    public static String detections(
            String node, String camera, long frame, long ageUs, String dropped, String detections) {
        return """
                {"v":1,"node":"%1$s","camera":"%2$s","id":"run-%3$d","frame":%3$d,"width":1280,"height":720,\
                "captured":"2026-11-21T22:10:04.123456Z","clock":"rtcp","clock_uncertainty_us":64,\
                "us":{"decode":1000,"wait":100,"convert":500,"queue":100,"infer":16000,"post":200,"cascade":0,"track":0,"encode":100,\
                "total":18000},"age_us":%4$d,"model":"m","device":"cpu","batch":1,"dropped":{%5$s},"detections":[%6$s]}""".formatted(node, camera, frame, ageUs, dropped, detections);
    }

    public static String found(String label, double score) {
        return "{\"label\":\"" + label + "\",\"class\":0,\"score\":" + score + ",\"box\":[412.0,88.5,130.2,301.7]}";
    }

    /** A detection of a model with keypoints, the last of which is not known. */
    public static String foundWithKeypoints(String label, double score) {
        String found = found(label, score);
        return found.substring(0, found.length() - 1) + ",\"keypoints\":[[450.1,100.0],[-2.5,110.0],null]}";
    }

    /** @param cause null, as {@code error}, unless it is down */
    public static String status(String node, String camera, String state, String cause, String error) {
        return """
                {"v":1,"node":"%s","camera":"%s","state":"%s","width":1280,"height":720,"codec":"h264",\
                "decoder":"software","transport":"tcp","stream":"main","fps":25.0,"age_us":null,"reconnects":0,"cause":%s,\
                "error":%s,"clock":null,"warnings":[],\
                "ledger":{"read":1,"published":1,"in_flight":0,"dropped":{}},
                "model":{"name":"m","device":"cpu","building":null,"fault":null},
                "cascade":{"crops":0,"left_out":0,"failed":0}}""".formatted(
                        node,
                        camera,
                        state,
                        cause == null ? "null" : "\"" + cause + "\"",
                        error == null ? "null" : "\"" + error.replace("\n", "\\n") + "\"");
    }
}

package dev.vigil.config;

/**
 * Where messages go. Topics are patterns in which {@code {prefix}}, {@code {node}} and {@code {camera}} stand for names.
 *
 * @param prefix what {@code {prefix}} stands for
 * @param detections pattern for the detections of a camera
 * @param status pattern for the state of a camera
 * @param settings pattern for what is set for a camera
 * @param objects pattern for how many objects a camera sees
 * @param set pattern for commands to a camera; the name of a setting follows as one more level
 * @param setNode pattern for commands to all cameras; the name of a setting follows as one more level
 * @param availability pattern for the daemon's own presence
 * @param stats pattern for the daemon's figures
 * @param qos of detections: 0 at most once, 1 at least once, 2 exactly once
 */
public record TopicConfig(
        String prefix,
        String detections,
        String status,
        String settings,
        String objects,
        String set,
        String setNode,
        String availability,
        String stats,
        int qos) {
    public static final TopicConfig DEFAULT = new TopicConfig(
            "vigil",
            "{prefix}/{node}/{camera}/detections",
            "{prefix}/{node}/{camera}/status",
            "{prefix}/{node}/{camera}/settings",
            "{prefix}/{node}/{camera}/objects",
            "{prefix}/{node}/{camera}/set",
            "{prefix}/{node}/set",
            "{prefix}/{node}/availability",
            "{prefix}/{node}/stats",
            0);

    public String detections(String node, String camera) {
        return filled(detections, node, camera);
    }

    public String status(String node, String camera) {
        return filled(status, node, camera);
    }

    public String settings(String node, String camera) {
        return filled(settings, node, camera);
    }

    public String objects(String node, String camera) {
        return filled(objects, node, camera);
    }

    /** Without the setting's name, which follows as one more level. */
    public String set(String node, String camera) {
        return filled(set, node, camera);
    }

    /** Without the setting's name, which follows as one more level. */
    public String setNode(String node) {
        return filled(setNode, node, "");
    }

    public String availability(String node) {
        return filled(availability, node, "");
    }

    public String stats(String node) {
        return filled(stats, node, "");
    }

    /** The same with another quality of service. */
    public TopicConfig withQos(int newQos) {
        return new TopicConfig(
                prefix, detections, status, settings, objects, set, setNode, availability, stats, newQos);
    }

    /** In an order in which no name can bring a placeholder of its own: names hold no braces, the prefix may not either. */
    private String filled(String pattern, String node, String camera) {
        return pattern.replace("{prefix}", prefix).replace("{node}", node).replace("{camera}", camera);
    }
}

package dev.vigil.mqtt;

import java.util.HashMap;
import java.util.Map;

/**
 * Numbers that stand for topics on one connection (MQTT 5, section 3.3.2.3.4), so that a topic that is published to again and
 * again is sent once. A number goes to the first that asks; one that was not used for long passes on. So topics that are used
 * once do not keep those out that are used always, and topics in turn do not push each other out. Confined to the event loop.
 */
final class TopicAliases {
    /** More than anybody publishes to all the time, so that a broker's generous maximum costs nothing here. */
    private static final int MAX = 256;
    /** A number passes on when it was not used for so many messages for each number that there is. */
    private static final int IDLE_MESSAGES = 32;

    /** An alias takes three bytes as a property: for names shorter than that it saves nothing. */
    private static final int TOPIC_MIN_BYTES = 2 + 4;

    private final Map<MqttTopic, Integer> aliases = new HashMap<>();
    private final MqttTopic[] topics;
    private final long[] usedAt;
    private final long idleMessages;
    private int given;
    private long messages;
    /** Before so many messages no number can have become idle. */
    private long noneIdleBefore;

    /** @param max highest number that the broker takes; 0 for none */
    TopicAliases(int max) {
        int size = Math.min(max, MAX);
        topics = new MqttTopic[size];
        usedAt = new long[size];
        idleMessages = (long) IDLE_MESSAGES * size;
    }

    /** The number that the broker knows the topic by, for its next message; 0 when it knows none. */
    int known(MqttTopic topic) {
        if (topics.length == 0) {
            return 0;
        }
        messages++;
        Integer alias = aliases.get(topic);
        if (alias == null) {
            return 0;
        }
        usedAt[alias - 1] = messages;
        return alias;
    }

    /** A number for a topic without one, to be told to the broker with the topic's name; 0 when there is none to give. */
    int assign(MqttTopic topic) {
        if (topics.length == 0 || topic.encoded().length < TOPIC_MIN_BYTES) {
            return 0;
        }
        int index = given < topics.length ? given++ : idle();
        if (index < 0) {
            return 0;
        }
        if (topics[index] != null) {
            aliases.remove(topics[index]);
        }
        topics[index] = topic;
        usedAt[index] = messages;
        aliases.put(topic, index + 1);
        return index + 1;
    }

    /** Index of the number that was idle longest; below zero when all are in use. */
    private int idle() {
        if (messages < noneIdleBefore) {
            return -1;
        }
        int oldest = 0;
        for (int i = 1; i < usedAt.length; i++) {
            oldest = usedAt[i] < usedAt[oldest] ? i : oldest;
        }
        noneIdleBefore = usedAt[oldest] + idleMessages;
        return messages < noneIdleBefore ? -1 : oldest;
    }
}

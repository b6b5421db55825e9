package dev.vigil.app.control;

import dev.vigil.mqtt.InboundMessage;
import dev.vigil.mqtt.MqttTopic;
import dev.vigil.mqtt.PublishProperties;
import io.netty.buffer.ByteBuf;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * A command as it came, copied as far as it can be of use, so that what waits is small. Immutable.
 *
 * @param target whom it is for, and which setting
 * @param text its payload; empty where there is a fault
 * @param fault what is wrong with it, whatever it is for; null when nothing is
 * @param qos with which it came, and its answer goes
 * @param responseTopic where its answer is expected; null for the usual place
 * @param correlationData what the answer repeats; null for nothing
 */
record Command(
        CommandTopics.Target target, String text, String fault, int qos, String responseTopic, byte[] correlationData) {
    /** More than any value needs. */
    private static final int PAYLOAD_BYTES_MAX = 64;

    private static final int RESPONSE_BYTES_MAX = 1_024;

    /** On the event loop, while the message is valid. */
    static Command of(CommandTopics.Target target, InboundMessage message) {
        PublishProperties properties = message.properties();
        String responseTopic = properties.responseTopic();
        byte[] correlationData = properties.correlationData();
        String fault = null;
        if (responseTopic != null
                && (responseTopic.length() > RESPONSE_BYTES_MAX || MqttTopic.problemOfName(responseTopic) != null)) {
            fault = "the response topic is none, or longer than " + RESPONSE_BYTES_MAX + " characters";
            responseTopic = null;
            correlationData = null;
        }
        if (correlationData != null && correlationData.length > RESPONSE_BYTES_MAX) {
            fault = "the correlation data is " + correlationData.length + " bytes long: at most " + RESPONSE_BYTES_MAX
                    + " are allowed";
            correlationData = null;
        }
        String text = "";
        int bytes = message.payload().readableBytes();
        if (bytes > PAYLOAD_BYTES_MAX) {
            fault = "the payload is " + bytes + " bytes long: at most " + PAYLOAD_BYTES_MAX + " are allowed";
        } else {
            try {
                text = utf8(message.payload());
            } catch (CharacterCodingException e) {
                fault = "the payload is not text (UTF-8)";
            }
        }
        return new Command(target, text, fault, Math.min(1, message.qos()), responseTopic, correlationData);
    }

    private static String utf8(ByteBuf payload) throws CharacterCodingException {
        return StandardCharsets.UTF_8.newDecoder().decode(payload.nioBuffer()).toString();
    }
}

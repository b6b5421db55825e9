package dev.vigil.mqtt;

import io.netty.buffer.ByteBuf;

/**
 * A message that came from the broker.
 *
 * @param payload valid only while the listener is being told
 * @param qos 0, 1 or 2
 * @param retain the broker had kept it from before the subscription
 * @param properties what MQTT 5 said about it; {@link PublishProperties#NONE} with MQTT 3.1.1
 */
public record InboundMessage(String topic, ByteBuf payload, int qos, boolean retain, PublishProperties properties) {}

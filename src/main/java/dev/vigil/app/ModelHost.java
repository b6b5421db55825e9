package dev.vigil.app;

import dev.vigil.base.Clock;
import dev.vigil.config.TopicConfig;
import dev.vigil.metrics.health.Pulses;
import dev.vigil.mqtt.MqttClient;
import dev.vigil.publish.ObjectPublisher;

/**
 * What every model of a daemon works with, and where its results go.
 *
 * @param opener loads a model
 * @param node this daemon's name in messages
 * @param pulses of all that must move
 */
record ModelHost(
        RunningModel.Opener opener,
        MqttClient client,
        ObjectPublisher objects,
        String node,
        TopicConfig topics,
        Clock clock,
        Pulses pulses) {}

/**
 * Home Assistant's MQTT discovery: a device for the node and one for each camera, with sensors for what the daemon tells and
 * controls for what it can be told. It knows topics and messages only by name; what they hold is the business of others.
 *
 * <pre>
 *  Site (names, topics, labels) ──► NodeEntities, CameraEntities ──► Entity: topic and payload ──► Discovery ──► MqttClient
 *                                                                        what earlier runs left there ◄──┘
 * </pre>
 */
package dev.vigil.homeassistant;

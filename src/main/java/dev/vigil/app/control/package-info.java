/**
 * Commands over MQTT, which change what runs without a restart, and the telling of what is set.
 *
 * <pre>
 *  MQTT event loop          │  thread "commands"
 *  Commands ──► CommandQueue ──► Commands ──┬──► CameraSettings ──► reader, pipeline
 *  reads it,    bounded     │   paced       ├──► answer
 *  never waits              │               └──► settings, retained
 * </pre>
 */
package dev.vigil.app.control;

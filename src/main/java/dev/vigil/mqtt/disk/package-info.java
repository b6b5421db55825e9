/**
 * A log of messages on disk that survives the process and the machine: what waits for a broker that is away. One thread owns all
 * of it.
 *
 * <pre>
 *  folder/ lock                    held by the process that uses the folder
 *          done                    up to which message all are done
 *          0000000000000001.log    records; deleted as soon as all in it are done
 *          00000000000004d2.log    … the last one is written to
 * </pre>
 */
package dev.vigil.mqtt.disk;

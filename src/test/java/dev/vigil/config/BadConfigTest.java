package dev.vigil.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class BadConfigTest {
    private static final String CAMERA = "cameras:\n  gate:\n    url: rtsp://10.0.0.7/main\n";

    @TempDir
    private Path folder;

    static Stream<Arguments> wrongKeysOfCamera() {
        return Stream.of(
                arguments("fps: -3", "cameras.gate.fps: -3 is not allowed: 0 (all) to 1000"),
                arguments("fps: fast", "cameras.gate.fps: fast is not a number: 0 (all) to 1000 is allowed"),
                arguments("fps: [5]", "cameras.gate.fps: a list is not allowed here: 0 (all) to 1000 is allowed"),
                arguments(
                        "fps: {max: 5}", "cameras.gate.fps: a mapping is not allowed here: 0 (all) to 1000 is allowed"),
                arguments("fps:", "cameras.gate.fps: has no value: 0 (all) to 1000 is allowed"),
                arguments("fps: ''", "cameras.gate.fps: is empty: 0 (all) to 1000 is allowed"),
                arguments("fps: .nan", "cameras.gate.fps: .nan is not a number: 0 (all) to 1000 is allowed"),
                arguments("fps: !!binary NQ==", "cameras.gate.fps: NQ== is not a number: 0 (all) to 1000 is allowed"),
                arguments("fps: !fast 5", "cameras.gate.fps: a value must not begin with !: put it in quotes"),
                arguments("score: 1.01", "cameras.gate.score: 1.01 is not allowed: 0 to 1"),
                arguments("score: -0.1", "cameras.gate.score: -0.1 is not allowed: 0 to 1"),
                arguments("score: 40%", "cameras.gate.score: 40% is not a number: 0 to 1 is allowed"),
                arguments(
                        "decoder_threads: 1.5",
                        "cameras.gate.decoder_threads: 1.5 is not a whole number: 1 to 64 is allowed"),
                arguments(
                        "decoder_threads: 99999999999",
                        "cameras.gate.decoder_threads: 99999999999 is not allowed: 1 to 64"),
                arguments("enabled: on", "cameras.gate.enabled: on is not allowed: true or false"),
                arguments("loop: yes", "cameras.gate.loop: yes is not allowed: true or false"),
                arguments("transport: sctp", "cameras.gate.transport: sctp is not allowed: tcp or udp"),
                arguments(
                        "transport: UDP", "cameras.gate.transport: UDP is not allowed: tcp or udp (did you mean udp?)"),
                arguments(
                        "hardware: cdua",
                        "cameras.gate.hardware: cdua is not allowed: auto, cuda, vaapi or none (did you mean cuda?)"),
                arguments(
                        "read_timeout: 5",
                        "cameras.gate.read_timeout: 5 has no unit: write ms, s, m, h or d after it; 100ms to 5m is allowed"),
                arguments(
                        "read_timeout: 5 parsecs",
                        "cameras.gate.read_timeout: '5 parsecs' is not a duration such as 500ms, 5s or 2m: 100ms to 5m is allowed"),
                arguments("read_timeout: 5ms", "cameras.gate.read_timeout: 5ms is not allowed: 100ms to 5m"),
                arguments(
                        "read_timeout: -5s",
                        "cameras.gate.read_timeout: -5s is not a duration such as 500ms, 5s or 2m: 100ms to 5m is allowed"),
                arguments("model: yolox", "cameras.gate.model: there is no model yolox: default is allowed"),
                arguments(
                        "model: defualt",
                        "cameras.gate.model: there is no model defualt (did you mean default?): default is allowed"),
                arguments(
                        "retry: 5s",
                        "cameras.gate.retry: a single value is not allowed: keys with their values are expected under it"),
                arguments(
                        "fsp: 5",
                        "cameras.gate.fsp: unknown key (did you mean fps?); allowed are url, detect_stream, model, enabled, transport, hardware, fps, loop, "
                                + "realtime, open_timeout, first_frame_timeout, read_timeout, retry, decoder_threads, clock, damaged, max_pixels, rotate, tls_verify, tls, v4l2, score, filters, tiles, publish, homeassistant, lens"),
                arguments(
                        "device: cpu",
                        "cameras.gate.device: unknown key (did you mean models.NAME.device?); allowed are url, detect_stream, model, enabled, "
                                + "transport, hardware, fps, loop, realtime, open_timeout, first_frame_timeout, read_timeout, retry, decoder_threads, clock, damaged, max_pixels, rotate, tls_verify, tls, v4l2, score, filters, tiles, publish, homeassistant, lens"),
                arguments("url: rtsp://10.0.0.8/sub", "cameras.gate.url: is there twice: the first is in line 3"),
                arguments(
                        "fps: ${FPS}",
                        "cameras.gate.fps: the environment has no variable FPS: set it, or write ${FPS:-default}"),
                arguments(
                        "fps: ${FPS",
                        "cameras.gate.fps: '${' begins no variable: ${NAME}, ${NAME:-default} or ${credential:NAME} is allowed, and $${ for ${ itself"),
                arguments("fps: ${WORD}", "cameras.gate.fps: ${WORD} is not a number: 0 (all) to 1000 is allowed"),
                arguments("fps: ${FPS:-many}", "cameras.gate.fps: ${FPS} is not a number: 0 (all) to 1000 is allowed"),
                arguments(
                        "fps: \"5\\n\\e[31m6\"",
                        "cameras.gate.fps: 5\\n\\u001b[31m6 is not a number: 0 (all) to 1000 is allowed"),
                arguments("<<: 5", "cameras.gate: << takes a mapping, such as <<: *mark"));
    }

    @ParameterizedTest
    @MethodSource("wrongKeysOfCamera")
    void shouldTellKeyAndWhatIsAllowedWhenKeyIsWrong(String line, String expected) throws IOException {
        ConfigFolder config = new ConfigFolder(folder);
        config.environment.put("WORD", "s3cret");
        assertThat(config.problems(CAMERA + "    " + line + "\n")).containsExactly("vigil.yml:4:5  " + expected);
    }

    static Stream<Arguments> wrongAddresses() {
        String allowed = "an rtsp, rtsps, http or https address, a file or a device such as /dev/video0";
        return Stream.of(
                arguments("rtmp://h/x", "rtmp://h/x is not allowed: " + allowed),
                arguments("rtsp:/h/x", "rtsp:/h/x is not allowed: // must follow the colon"),
                arguments("rtsp:///x", "rtsp:///x has no valid host: HOST or HOST:PORT is expected after // and user@"),
                arguments("rtsp://h:0/x", "rtsp://h:0/x has a port that is not allowed: 1 to 65535"),
                arguments("rtsp://h:70000/x", "rtsp://h:70000/x has a port that is not allowed: 1 to 65535"),
                arguments(
                        "rtsp://u:s3cret@h:x/main",
                        "rtsp://***@h:x/main has no valid host: HOST or HOST:PORT is expected after // and user@"),
                arguments("rtsp://h/a b", "'rtsp://h/a b' is not an address: " + allowed + " is allowed"),
                arguments(
                        "rtsp://u:s3@cret/x@h/main",
                        "rtsp://***@h/main has an @ that is not clear: write %40 for one in the password or the path"),
                arguments("v4l2:video0", "v4l2:video0 is not allowed: a device such as /dev/video0"),
                arguments("file:", "file: names no file"));
    }

    @ParameterizedTest
    @MethodSource("wrongAddresses")
    void shouldTellWhatIsAllowedWhenAddressOfCameraIsWrong(String url, String expected) throws IOException {
        assertThat(new ConfigFolder(folder).problems("cameras:\n  gate:\n    url: '" + url + "'\n"))
                .containsExactly("vigil.yml:3:5  cameras.gate.url: " + expected);
    }

    static Stream<Arguments> wrongFiles() {
        return Stream.of(
                arguments("", "vigil.yml: is empty: keys with their values are expected"),
                arguments("# nothing yet\n", "vigil.yml: is empty: keys with their values are expected"),
                arguments("- gate\n", "vigil.yml:1:1  is a list: keys with their values are expected"),
                arguments(
                        "node: box\n",
                        "vigil.yml: cameras: is missing: at least one camera, with a name and a url, is expected"),
                arguments(
                        "cameras:\n",
                        "vigil.yml:1:1  cameras: has no camera: at least one, with a name and a url, is expected"),
                arguments(
                        "cameras:\n  gate:\n",
                        "vigil.yml:2:3  cameras.gate.url: is missing: an rtsp, rtsps, http or https address, "
                                + "a file or a device such as /dev/video0 is expected"),
                arguments(
                        CAMERA + "  gate:\n    url: rtsp://10.0.0.8/\n",
                        "vigil.yml:4:3  cameras.gate: is there twice: the first is in line 2"),
                arguments(
                        CAMERA + "  front door:\n    url: rtsp://10.0.0.8/\n",
                        "vigil.yml:4:3  cameras.front door: 'front door' is not allowed "
                                + "as a name: 1 to 64 letters, digits, - and _"),
                arguments(
                        CAMERA + "  a/b: {url: rtsp://10.0.0.8/}\n",
                        "vigil.yml:4:3  cameras.a/b: a/b is not allowed as a name: 1 to 64 letters, digits, - and _"),
                arguments(
                        CAMERA + "camera: 5\n",
                        "vigil.yml:4:1  camera: unknown key (did you mean cameras?); allowed are node, mqtt, models, lens, cameras, homeassistant, http, stats, status, log, memory, cache_dir"),
                arguments(
                        CAMERA + "fps: 5\n",
                        "vigil.yml:4:1  fps: unknown key (did you mean cameras.NAME.fps?); allowed are node, mqtt, models, lens, cameras, homeassistant, http, stats, status, log, memory, cache_dir"),
                arguments(
                        CAMERA + "node: box 7\n",
                        "vigil.yml:4:1  node: 'box 7' is not allowed: 1 to 64 letters, digits, -, _ and ."),
                arguments(
                        CAMERA + "stats: {interval: 1ms}\n",
                        "vigil.yml:4:9  stats.interval: 1ms is not allowed: 1s to 24h"),
                arguments(
                        CAMERA + "    publish: {when: change}\n",
                        "vigil.yml:4:15  cameras.gate.publish.when: change is not allowed: always, detections or changes (did you mean changes?)"),
                arguments(
                        CAMERA + "    publish: {max_rate: -1}\n",
                        "vigil.yml:4:15  cameras.gate.publish.max_rate: -1 is not allowed: 0 (no limit) to 1000"),
                arguments(
                        CAMERA + "models:\n",
                        "vigil.yml:4:1  models: has no model: leave it out for the default model"),
                arguments(
                        CAMERA + "models:\n  a:\n    file: a.onnx\n",
                        "vigil.yml:6:5  models.a.file: DIR/a.onnx: there is no such file"),
                arguments(
                        CAMERA + "models:\n  a:\n    file: .\n",
                        "vigil.yml:6:5  models.a.file: DIR: is a folder, not a file"),
                arguments(
                        CAMERA + "models:\n  a:\n    labels: ${WORD}.txt\n",
                        "vigil.yml:6:5  models.a.labels: ${WORD}.txt: there is no such file"),
                arguments(
                        CAMERA + "models:\n  a:\n    score: 40\n",
                        "vigil.yml:6:5  models.a.score: 40 is not allowed: 0 to 1"),
                arguments(
                        CAMERA + "models:\n  a:\n    iou: -1\n",
                        "vigil.yml:6:5  models.a.iou: -1 is not allowed: 0 to 1"),
                arguments(
                        CAMERA + "models:\n  a:\n    batch: {wait: 2s}\n",
                        "vigil.yml:6:13  models.a.batch.wait: 2s is not allowed: 0s to 1s"),
                arguments(
                        CAMERA + "models:\n  a:\n    device: gpu\n",
                        "vigil.yml:6:5  models.a.device: gpu is not allowed: auto, cpu, cuda or tensorrt (did you mean cpu?)"),
                arguments("cameras:\n\tgate:\n", "vigil.yml:2:1  is not YAML: there is a tab: indent with spaces"),
                arguments(CAMERA + "? [fps]\n: 5\n", "vigil.yml:4:3  a key must be a word"),
                arguments(
                        "node: a\nfps\n",
                        "vigil.yml:2:1  is not YAML: a key, a colon and a space are expected, such as fps: 5"),
                arguments("node: 'box\n", "vigil.yml:1:7  is not YAML: the quote that opens here is not closed"),
                arguments(
                        "node: @box\n",
                        "vigil.yml:1:7  is not YAML: a value must not begin with this character: put it in quotes"),
                arguments(
                        "node: a: b\n",
                        "vigil.yml:1:8  is not YAML: a second ': ' in the line, or the indentation does not fit; put a value that holds ': ' in quotes"),
                arguments(
                        "node: *box\n",
                        "vigil.yml:1:7  is not YAML: a value that begins with * repeats what & marks, and nothing is marked so: put it in quotes"),
                arguments(
                        "node: \"\\q\"\n",
                        "vigil.yml:1:9  is not YAML: an unknown escape in double quotes: write \\\\ for a backslash, or use single quotes"),
                arguments(
                        "node: {a: ${X}}\n",
                        "vigil.yml:1:12  is not YAML: a comma or } is expected; between brackets, put a value with ${NAME} in quotes"),
                arguments(
                        "node: a\n---\nnode: b\n",
                        "vigil.yml:2:1  is not YAML: a second document begins here (---): one is expected"),
                arguments(
                        "node: a\n stats: b\n",
                        "vigil.yml:2:7  is not YAML: a second ': ' in the line, or the indentation does not fit; put a value that holds ': ' in quotes"),
                arguments(
                        "mqtt:\n    qos: 1\n  protocol: 5\n",
                        "vigil.yml:3:3  is not YAML: the indentation does not fit the lines above"),
                arguments("node: a\u0007b\n", "vigil.yml:1:8  a control character (U+0007) is not text"));
    }

    @ParameterizedTest
    @MethodSource("wrongFiles")
    void shouldTellPlaceAndWhatIsAllowedWhenFileIsWrong(String yaml, String expected) throws IOException {
        ConfigFolder config = new ConfigFolder(folder);
        config.environment.put("WORD", "s3cret");
        assertThat(config.problems(yaml)).containsExactly(expected);
    }

    @Test
    void shouldListAllProblemsByLineWhenThereAreSeveral() throws IOException {
        assertThat(new ConfigFolder(folder).problems("""
                        cameras:
                          gate:
                            url: rtsp://10.0.0.7/main
                            fps: -3
                            model: none
                          gate:
                            url: rtsp://10.0.0.8/main
                          yard:
                            transport: http
                        mqtt:
                          qos: 7
                        modles: {}
                        """))
                .containsExactly(
                        "vigil.yml:4:5  cameras.gate.fps: -3 is not allowed: 0 (all) to 1000",
                        "vigil.yml:5:5  cameras.gate.model: there is no model none: default is allowed",
                        "vigil.yml:6:3  cameras.gate: is there twice: the first is in line 2",
                        "vigil.yml:8:3  cameras.yard.url: is missing: " + CameraAddress.ALLOWED + " is expected",
                        "vigil.yml:9:5  cameras.yard.transport: http is not allowed: tcp or udp",
                        "vigil.yml:11:3  mqtt.qos: 7 is not allowed: 0 to 2",
                        "vigil.yml:12:1  modles: unknown key (did you mean models?); allowed are node, mqtt, models, lens, cameras, homeassistant, "
                                + "http, stats, status, log, memory, cache_dir");
    }
}

package dev.vigil.app.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.vigil.base.Secret;
import dev.vigil.config.LogConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacpp.PointerPointer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;

class LogTest {
    private final ByteArrayOutputStream stderr = new ByteArrayOutputStream();
    private final LoggerContext context = new LoggerContext();
    private Log log;

    @BeforeEach
    void open() {
        LogbackMDCAdapter mdc = new LogbackMDCAdapter();
        context.setMDCAdapter(mdc);
        mdc.put("camera", "gate");
        log = Log.open(context, stderr, false);
    }

    @AfterEach
    void close() {
        context.stop();
        avutil.av_log_set_level(avutil.AV_LOG_PANIC);
    }

    private List<String> lines() {
        assertThat(log.flush(Duration.ofSeconds(10))).isTrue();
        return stderr.toString(StandardCharsets.UTF_8).lines().toList();
    }

    @Test
    void shouldBeOneObjectALineThatTheSchemaAllowsWhenJsonIsAskedFor() throws IOException {
        log.show(Level.TRACE, Map.of(), true);
        Logger logger = context.getLogger("dev.vigil.source.CameraReader");
        logger.info("up, \"{}\"\nfor long \u001b[31m", "h264");
        logger.error("it failed", new IOException("no\nroute", new IllegalStateException()));
        context.getLogger("io.netty.channel.Channel").warn("theirs");
        Schema schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(Files.readString(Path.of("config/schema/log.schema.json")));
        List<JsonNode> told = new ArrayList<>();
        for (String line : lines()) {
            JsonNode json = new ObjectMapper().readTree(line);
            assertThat(schema.validate(line, InputFormat.JSON)).isEmpty();
            told.add(json);
        }
        assertThat(told).hasSize(3);
        assertThat(told.get(0).get("message").textValue()).isEqualTo("up, \"h264\"\\nfor long \\u001b[31m");
        assertThat(told.get(0).get("part").textValue()).isEqualTo("source");
        assertThat(told.get(0).get("camera").textValue()).isEqualTo("gate");
        assertThat(told.get(1).get("cause").textValue()).isEqualTo("IOException: no\\nroute <- IllegalStateException");
        assertThat(told.get(1).get("at").textValue()).contains("LogTest.should");
        assertThat(told.get(2).get("part").textValue()).isEqualTo("io.netty.channel.Channel");
    }

    @Test
    void shouldTellModelWhenOneOfItsThreadsTells() throws Exception {
        log.show(Level.INFO, Map.of(), true);
        Thread thread = new Thread(() -> context.getLogger("x").warn("late"), "yolo-n-infer-2");
        thread.start();
        thread.join();
        assertThat(lines()).singleElement().asString().contains("\"model\":\"yolo-n\"");
    }

    @Test
    void shouldShowWhatIsSaidOfPartsAndTakeItBackWhenItIsSaidNoMore() {
        Logger mqtt = context.getLogger("dev.vigil.mqtt.MqttClient");
        Logger netty = context.getLogger("io.netty.channel.Channel");
        log.show(Level.WARN, Map.of("mqtt", Level.DEBUG, "io.netty", Level.INFO), false);
        mqtt.debug("a");
        netty.info("b");
        context.getLogger("dev.vigil.source.X").info("not this");
        log.show(Level.INFO, Map.of(), false);
        mqtt.debug("nor this");
        netty.info("nor that");
        mqtt.info("c");
        assertThat(lines())
                .extracting(line -> line.substring(line.length() - 1))
                .containsExactly("a", "b", "c");
    }

    @Test
    void shouldTellNoSecretWhenSomebodyElseSaysIt() {
        log.show(Level.INFO, Map.of(), true);
        new Secret("cam-pass-\"quoted\\99");
        context.getLogger("x").warn("401 cam-pass-\"quoted\\99 is wrong", new IOException("cam-pass-\"quoted\\99"));
        context.getLogger("x").warn("at rtsp://joe:unknown-one@host/path");
        assertThat(lines()).hasSize(2).noneMatch(line -> line.contains("cam-pass") || line.contains("unknown-one"));
    }

    @Test
    void shouldCutALineWhenSomebodySendsALongOne() {
        log.show(Level.INFO, Map.of(), false);
        context.getLogger("x").warn("a".repeat(1 << 20));
        assertThat(lines())
                .singleElement()
                .satisfies(line -> assertThat(line).hasSizeLessThan(5000).endsWith(" …"));
    }

    @Test
    void shouldTellFfmpegsLinesWhenTheyAreAskedFor() {
        log.show(Level.INFO, Map.of(), false);
        openWithoutData();
        assertThat(lines()).isEmpty();
        log.show(Level.INFO, Map.of("ffmpeg", Level.WARN), false);
        openWithoutData();
        assertThat(lines()).isNotEmpty().allMatch(line -> line.contains(" WARN  ffmpeg: "));
    }

    /** A codec that says why it does not open. */
    private static void openWithoutData() {
        AVCodecContext codec = avcodec.avcodec_alloc_context3(avcodec.avcodec_find_encoder(avcodec.AV_CODEC_ID_MJPEG));
        assertThat(avcodec.avcodec_open2(codec, codec.codec(), (PointerPointer<?>) null))
                .isNegative();
        avcodec.avcodec_free_context(codec);
    }

    @Test
    void shouldKnowEveryPackageAsAPartWhenLevelsAreSaid() throws IOException {
        try (Stream<Path> packages = Files.list(Path.of("src/main/java/dev/vigil"))) {
            assertThat(packages.filter(Files::isDirectory)
                            .map(p -> p.getFileName().toString()))
                    .isSubsetOf(LogConfig.PARTS);
        }
    }
}

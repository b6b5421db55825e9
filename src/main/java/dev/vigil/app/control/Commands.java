package dev.vigil.app.control;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vigil.base.Clock;
import dev.vigil.base.FaultLog;
import dev.vigil.base.FullHeap;
import dev.vigil.config.TopicConfig;
import dev.vigil.mqtt.InboundMessage;
import dev.vigil.mqtt.MqttClient;
import dev.vigil.mqtt.MqttListener;
import dev.vigil.mqtt.MqttTopic;
import dev.vigil.mqtt.PublishCallback;
import dev.vigil.mqtt.PublishProperties;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes commands from the broker, has them applied, answers them, and tells what is set. The event loop only reads them; the
 * work is done on a thread of its own and at a bounded pace, so that a flood of commands costs little.
 */
public final class Commands implements MqttListener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Commands.class);
    private static final int BATCH_MAX = 20;
    /** For each command that was applied, so long nothing more is done: at most 200 a second. */
    private static final long PAUSE_MS = 5;

    /** Nobody waits for an answer for longer. */
    private static final Duration ANSWER_EXPIRY = Duration.ofMinutes(1);

    private final String node;
    private final TopicConfig topics;
    private final CommandQueue queue;
    private final FaultLog faults;
    private final FaultLog changes;
    /** All settings are to be told. */
    private final AtomicBoolean tellAll = new AtomicBoolean();
    /** The thread works, or is about to. */
    private final AtomicBoolean awake = new AtomicBoolean();

    private final ScheduledThreadPoolExecutor thread;
    private volatile MqttClient client;
    private volatile CommandTopics commandTopics;

    /** Changed by the thread of the commands alone. */
    private volatile List<CameraSettings> cameras;

    /** @param cameras in the order in which they are told */
    public Commands(String node, TopicConfig topics, List<CameraSettings> cameras, Clock clock) {
        this.node = node;
        this.topics = topics;
        this.cameras = List.copyOf(cameras);
        this.commandTopics = new CommandTopics(topics, node, names(cameras));
        this.queue = new CommandQueue(commandTopics.count());
        this.faults = new FaultLog(LOG, clock);
        this.changes = new FaultLog(LOG, clock);
        this.thread = new ScheduledThreadPoolExecutor(1, task -> {
            Thread commands = new Thread(task, "commands");
            commands.setDaemon(true);
            commands.setUncaughtExceptionHandler(FullHeap.WATCHED); // its pool has another in its place
            return commands;
        });
    }

    private static List<String> names(List<CameraSettings> cameras) {
        return cameras.stream().map(CameraSettings::camera).toList();
    }

    /** Commands other cameras from here on; tells what is set for each, and takes back what was told of those that are gone. */
    public void change(List<CameraSettings> newCameras) {
        try {
            thread.execute(() -> {
                List<String> gone = new ArrayList<>(names(cameras));
                List<String> before = commandTopics.filters();
                gone.removeAll(names(newCameras));
                cameras = List.copyOf(newCameras);
                commandTopics = new CommandTopics(topics, node, names(newCameras));
                queue.topics(commandTopics.count());
                List<String> now = commandTopics.filters();
                before.stream().filter(filter -> !now.contains(filter)).forEach(client::unsubscribe);
                now.stream().filter(filter -> !before.contains(filter)).forEach(filter -> client.subscribe(filter, 1));
                gone.forEach(camera -> client.forget(MqttTopic.of(topics.settings(node, camera))));
                tell();
            });
        } catch (RejectedExecutionException e) {
            LOG.debug("closed", e);
        }
    }

    /** Begins to take commands, before or after the client is started. */
    public void start(MqttClient newClient) {
        client = newClient;
        commandTopics.filters().forEach(filter -> newClient.subscribe(filter, 1));
        tell();
    }

    @Override
    public void onConnected(boolean sessionPresent) {
        tell();
    }

    private void tell() {
        tellAll.set(true);
        wake();
    }

    @Override
    public void onSubscribeRefused(String filter, String reason) {
        if (commandTopics.filters().contains(filter)) {
            faults.warn("no commands come, the broker takes no subscription to " + filter + ": " + reason);
        }
    }

    @Override
    public void onMessage(InboundMessage message) {
        commandTopics.target(message.topic()).ifPresent(target -> {
            if (!queue.offer(Command.of(target, message))) {
                faults.warn("a command for " + target.base()
                        + " was left out without an answer: more come than can be applied");
            }
            wake();
        });
    }

    private void wake() {
        if (awake.compareAndSet(false, true)) {
            if (!schedule(0)) {
                awake.set(false);
            }
        }
    }

    private boolean schedule(long delayMs) {
        try {
            var unused = thread.schedule(this::work, delayMs, TimeUnit.MILLISECONDS); // it guards itself
            return true;
        } catch (RejectedExecutionException e) {
            LOG.debug("closed", e);
        } catch (OutOfMemoryError e) {
            FullHeap.unmet(); // the next command wakes it
        }
        return false;
    }

    private void work() {
        int worked = BATCH_MAX;
        try {
            worked = workOnce();
        } catch (RuntimeException | Error e) {
            faults.error("commands could not be applied", e);
        }
        if (worked > 0 && schedule(worked * PAUSE_MS)) {
            return;
        }
        awake.set(false);
        if (!queue.isEmpty() || tellAll.get()) {
            wake();
        }
    }

    /** How much there was to do; each camera's settings are told once, however many commands there were. */
    private int workOnce() {
        boolean all = tellAll.getAndSet(false);
        Set<CameraSettings> changed = new LinkedHashSet<>(all ? cameras : List.of());
        List<Command> commands = queue.take(BATCH_MAX);
        try {
            for (Command command : commands) {
                answer(command, apply(command, changed));
            }
        } finally {
            changed.forEach(this::tellSettings);
        }
        return commands.size() + (all ? 1 : 0);
    }

    /** What is wrong with a command; null when it was applied. */
    private String apply(Command command, Set<CameraSettings> changed) {
        CommandTopics.Target target = command.target();
        // A camera may have gone or come since the command came.
        if (target.camera() != null && !names(cameras).contains(target.camera())) {
            return "there is no camera " + Words.shown(target.camera()) + ": " + cameraNames();
        }
        Setting setting = Setting.of(target.setting()).orElse(null);
        if (setting == null) {
            return "there is no setting " + Words.shown(target.setting()) + ": " + Setting.NAMES + " is allowed";
        }
        if (command.fault() != null) {
            return command.fault() + "; allowed for " + setting.label() + ": " + setting.allowed();
        }
        try {
            for (CameraSettings camera : cameras) {
                if (target.camera() == null || target.camera().equals(camera.camera())) {
                    apply(camera, setting, command.text(), changed);
                }
            }
            return null;
        } catch (IllegalArgumentException wrong) {
            return wrong.getMessage();
        }
    }

    private void apply(CameraSettings camera, Setting setting, String text, Set<CameraSettings> changed) {
        if (camera.set(setting, text)) {
            changed.add(camera);
            changes.info(
                    camera.camera() + ": a command set " + setting.label() + " to " + text.strip()); // checked by now
        }
    }

    private String cameraNames() {
        List<String> names = names(cameras);
        boolean few = names.size() <= 10;
        return String.join(", ", few ? names : names.subList(0, 10)) + (few ? "" : ", …") + " are there";
    }

    private void answer(Command command, String error) {
        PublishProperties.Builder properties =
                PublishProperties.builder().contentType("application/json").messageExpiry(ANSWER_EXPIRY);
        if (command.correlationData() != null) {
            properties.correlationData(command.correlationData());
        }
        String topic = command.responseTopic() != null
                ? command.responseTopic()
                : command.target().resultTopic();
        client.publishInMemory(
                MqttTopic.of(topic),
                Unpooled.wrappedBuffer(bytes(result(command.target(), error))),
                command.qos(),
                false,
                properties.build(),
                PublishCallback.NONE);
    }

    /** The answer to a command ({@code config/schema/result.schema.json}). */
    private ObjectNode result(CommandTopics.Target target, String error) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("v", 1).put("node", node).put("camera", target.camera()).put("setting", target.setting());
        json.put("ok", error == null);
        if (error == null) {
            // What was asked of all of a node's cameras is the same for each.
            CameraSettings any = cameras.stream()
                    .filter(camera -> target.camera() == null || target.camera().equals(camera.camera()))
                    .findFirst()
                    .orElseThrow();
            any.values().put(json, "value", Setting.of(target.setting()).orElseThrow());
        } else {
            json.putNull("value");
        }
        return json.put("error", error);
    }

    private void tellSettings(CameraSettings camera) {
        // Told again with the next connection: nothing of it needs to wait for a broker that is away.
        if (client != null && client.status().connected()) {
            client.publishInMemory(
                    MqttTopic.of(topics.settings(node, camera.camera())),
                    Unpooled.wrappedBuffer(bytes(camera.message(node))),
                    1,
                    true,
                    PublishProperties.NONE,
                    PublishCallback.NONE);
        }
    }

    private static byte[] bytes(ObjectNode json) {
        return json.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Takes no more commands. */
    @Override
    public void close() {
        thread.shutdownNow();
        try {
            if (!thread.awaitTermination(2, TimeUnit.SECONDS)) {
                LOG.warn("the commands' thread did not stop in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

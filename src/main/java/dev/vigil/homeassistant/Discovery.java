package dev.vigil.homeassistant;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vigil.base.Clock;
import dev.vigil.base.FaultLog;
import dev.vigil.base.FullHeap;
import dev.vigil.mqtt.InboundMessage;
import dev.vigil.mqtt.MqttClient;
import dev.vigil.mqtt.MqttListener;
import dev.vigil.mqtt.MqttTopic;
import dev.vigil.mqtt.PublishCallback;
import dev.vigil.mqtt.PublishProperties;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells Home Assistant what there is, retained, with each connection to the broker and whenever Home Assistant announces that it
 * is there; and removes what an earlier run of this node told and this one does not. What earlier runs told is not remembered
 * here: the broker has it, and is asked for it once, for some seconds.
 *
 * <p>Threadsafe; a thread of its own does the work, a few messages at a time, so that frames find room beside them.
 */
public final class Discovery implements MqttListener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Discovery.class);
    private static final int AT_ONCE = 20;
    private static final long PAUSE_MS = 50;
    private static final byte[] NOTHING = {};

    /** How long each kind of waiting takes. */
    record Waits(Duration afterBirthMax, Duration forLeftovers) {
        /** Home Assistant asks devices not to answer its birth all at once; a broker sends retained messages at once. */
        static final Waits DEFAULT = new Waits(Duration.ofSeconds(2), Duration.ofSeconds(5));
    }

    private record Message(MqttTopic topic, byte[] payload) {}

    private final HomeAssistantOptions options;
    private final MqttClient client;
    private final String node;
    private final Map<MqttTopic, byte[]> configs;
    private final String ownFilter;
    private final RandomGenerator random;
    private final Waits waits;
    private final ObjectMapper json = new ObjectMapper();
    private final FaultLog faults = new FaultLog(LOG, Clock.SYSTEM);
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread telling = new Thread(task, "homeassistant");
        telling.setDaemon(true);
        telling.setUncaughtExceptionHandler(FullHeap.WATCHED); // its pool has another in its place
        return telling;
    });

    // owned by the thread
    private final Deque<Message> toTell = new ArrayDeque<>();
    /** What was told before and is not configured any more, until the client has taken it back. */
    private final Set<MqttTopic> gone;

    private boolean telling;
    private boolean leaving;
    private int removed;

    /**
     * @param options not with {@link HomeAssistantOptions.Mode#OFF}
     * @param client must tell this of what happens to it
     * @param random spreads the answers of many boxes to Home Assistant's birth
     */
    public Discovery(HomeAssistantOptions options, Site site, MqttClient client, RandomGenerator random) {
        this(options, site, client, random, Waits.DEFAULT, Set.of());
    }

    Discovery(
            HomeAssistantOptions options,
            Site site,
            MqttClient client,
            RandomGenerator random,
            Waits waits,
            Set<MqttTopic> toldBefore) {
        this.options = options;
        this.client = client;
        this.node = site.node();
        boolean on = options.mode() == HomeAssistantOptions.Mode.ON;
        this.configs = on ? Configs.of(site, options.prefix()) : Map.of();
        this.ownFilter = Configs.filter(options.prefix(), site.node());
        this.random = random;
        this.waits = waits;
        this.gone = ConcurrentHashMap.newKeySet();
        gone.addAll(toldBefore);
        gone.removeAll(configs.keySet());
    }

    /**
     * One that takes this one's place, where something else is to be told from here on: it takes back what is not. This one is
     * closed.
     */
    public Discovery next(HomeAssistantOptions newOptions, Site newSite) {
        close();
        try {
            if (!thread.awaitTermination(1, TimeUnit.SECONDS)) {
                LOG.warn("Home Assistant is being told for too long");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        client.unsubscribe(ownFilter);
        client.unsubscribe(options.birthTopic());
        Set<MqttTopic> told = new HashSet<>(configs.keySet());
        told.addAll(gone);
        return new Discovery(newOptions, newSite, client, random, waits, told);
    }

    /** Begins. */
    public void start() {
        client.subscribe(ownFilter, 1);
        if (options.mode() == HomeAssistantOptions.Mode.ON) {
            client.subscribe(options.birthTopic(), 1);
        }
        after(Duration.ZERO, this::tellAll);
    }

    @Override
    public void onConnected(boolean sessionPresent) {
        after(Duration.ZERO, this::tellAll);
    }

    @Override
    public void onSubscribed(String filter, int grantedQos) {
        if (filter.equals(ownFilter)) {
            after(waits.forLeftovers, this::leave);
        }
    }

    @Override
    public void onMessage(InboundMessage message) {
        if (message.topic().equals(options.birthTopic())) {
            // One that the broker had kept tells of nothing new: all has just been told with the connection.
            if (!message.retain()
                    && message.payload().toString(StandardCharsets.UTF_8).equals("online")) {
                after(waits.afterBirthMax.multipliedBy(random.nextInt(1_000)).dividedBy(1_000), this::tellAll);
            }
        } else if (isOwnTopic(message.topic()) && message.payload().isReadable()) {
            byte[] payload = ByteBufUtil.getBytes(message.payload());
            after(Duration.ZERO, () -> found(MqttTopic.of(message.topic()), payload));
        }
    }

    /** By the levels of {@link Configs#filter}. */
    private boolean isOwnTopic(String topic) {
        String[] levels = ownFilter.split("/", -1);
        String[] names = topic.split("/", -1);
        boolean same = levels.length == names.length;
        for (int i = 0; same && i < levels.length; i++) {
            same = levels[i].equals("+") || levels[i].equals(names[i]);
        }
        return same;
    }

    /** What stands on a topic of this node, and may be of an earlier run. */
    private void found(MqttTopic topic, byte[] payload) {
        if (configs.containsKey(topic)) {
            return;
        }
        if (isOurs(payload)) {
            removed++;
            tell(new Message(topic, NOTHING));
        } else {
            LOG.debug("{} is somebody else's, and left alone", topic);
        }
    }

    private boolean isOurs(byte[] payload) {
        try {
            return Entity.isOf(node, json.readTree(payload));
        } catch (IOException e) {
            LOG.trace("no JSON", e);
            return false;
        }
    }

    /** The broker has sent all that it had of earlier runs. */
    private void leave() {
        if (!leaving) {
            leaving = true;
            client.unsubscribe(ownFilter);
            if (removed > 0) {
                LOG.info("Home Assistant: removed {} entities that are not configured any more", removed);
            }
        }
    }

    private void tellAll() {
        toTell.removeIf(message -> configs.containsKey(message.topic) || gone.contains(message.topic));
        gone.forEach(topic -> toTell.add(new Message(topic, NOTHING)));
        configs.forEach((topic, payload) -> toTell.add(new Message(topic, payload)));
        if (!telling) {
            tellSome();
        }
    }

    private void tell(Message message) {
        toTell.add(message);
        if (!telling) {
            tellSome();
        }
    }

    private void tellSome() {
        telling = false;
        if (!client.status().connected()) {
            // All is told with the next connection, and what is to be removed is found again.
            toTell.clear();
            return;
        }
        for (int i = 0; i < AT_ONCE && !toTell.isEmpty(); i++) {
            Message next = toTell.peek();
            if (!client.publishInMemory(
                    next.topic,
                    Unpooled.wrappedBuffer(next.payload),
                    1,
                    true,
                    PublishProperties.NONE,
                    PublishCallback.NONE)) {
                break; // no room: tried again after the pause
            }
            toTell.remove();
            gone.remove(next.topic);
        }
        if (!toTell.isEmpty()) {
            telling = true;
            after(Duration.ofMillis(PAUSE_MS), this::tellSome);
        }
    }

    private void after(Duration wait, Runnable task) {
        try {
            // Ends with the thread; what fails in it is logged by the guard.
            var unused = thread.schedule(() -> guarded(task), wait.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            LOG.trace("closed", e);
        }
    }

    private void guarded(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            telling = false; // all is told again with the next connection
            faults.error("Home Assistant could not be told", e);
        }
    }

    /** Stops telling. What was told stays: the daemon's availability says that it is gone. */
    @Override
    public void close() {
        thread.shutdownNow();
    }
}

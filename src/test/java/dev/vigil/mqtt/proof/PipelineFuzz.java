package dev.vigil.mqtt.proof;

import dev.vigil.mqtt.EmbeddedClient;
import dev.vigil.mqtt.InboundMessage;
import dev.vigil.mqtt.MqttListener;
import dev.vigil.mqtt.MqttOptions.Protocol;
import dev.vigil.mqtt.ProofClient;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.Random;

/**
 * Feeds the client's pipeline without a network, on one thread. After each connection not one byte of buffers may be left;
 * after a few dozen of them the same client must deliver what it has, and give back every packet id.
 */
final class PipelineFuzz {
    private static final int QUEUE_MESSAGES = 64;
    private static final int CONNECTIONS = 40;
    /** A packet of the largest size, what was read beyond it, and as much again for the bytes' growing buffer. */
    private static final long BUFFERED_MAX = 4 << 20;
    /** Portions of packets that well-behaved brokers send after a connection stands again. */
    private static final int ROUNDS_MAX = 300;

    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);
    private final Random random;
    private final Findings findings;
    private final Mutator mutator3;
    private final Mutator mutator5;
    private long cases;
    private long received;

    PipelineFuzz(long seed, Findings findings) {
        this.random = new Random(seed);
        this.findings = findings;
        this.mutator3 = new Mutator(random, false);
        this.mutator5 = new Mutator(random, true);
    }

    long cases() {
        return cases;
    }

    /** Messages that got through to the listener: what is fed is not all refused at the door. */
    long received() {
        return received;
    }

    /** One client's life. */
    void client() {
        boolean v5 = random.nextInt(3) > 0;
        Protocol protocol = v5 ? Protocol.MQTT_5 : Protocol.MQTT_3_1_1;
        EmbeddedClient client =
                new EmbeddedClient(ProofClient.patient(1883, protocol, QUEUE_MESSAGES), allocator, new MqttListener() {
                    @Override
                    public void onMessage(InboundMessage message) {
                        received += ByteBufUtil.hexDump(message.payload()).isEmpty() ? 0 : 1;
                    }
                });
        try {
            for (int i = 0; i < CONNECTIONS && !findings.any(); i++) {
                connection(client, v5 ? mutator5 : mutator3);
            }
            deliver(client, v5);
            client.close();
        } catch (RuntimeException | AssertionError e) {
            findings.found("thrown", e);
        }
    }

    private void connection(EmbeddedClient client, Mutator mutator) {
        FuzzCase fuzz = FuzzCase.of(mutator, random, random.nextInt(10) > 0);
        findings.feeding(fuzz);
        cases++;
        client.connect();
        int at = 0;
        for (int split : fuzz.splits()) {
            client.feed(fuzz.bytes(), at, split);
            at = split;
            act(client);
            long buffered = buffered();
            if (buffered > BUFFERED_MAX) {
                findings.found("holds " + buffered + " bytes of buffers", null);
            }
        }
        client.disconnect();
        if (!client.isEnded()) {
            findings.found("the connection's end was not told", null);
        }
        if (client.unexpected() != null) {
            findings.found("no fault of the connection's", client.unexpected());
        }
        if (buffered() != 0) {
            findings.found("leaked " + buffered() + " bytes of buffers", null);
        }
    }

    /** What an application does meanwhile. */
    private void act(EmbeddedClient client) {
        switch (random.nextInt(6)) {
            case 0, 1, 2 -> client.publish("fuzz/out/" + random.nextInt(3), random.nextInt(3), random.nextInt(3) > 0);
            case 3 -> client.subscribe("fuzz/" + random.nextInt(4), random.nextInt(3));
            case 4 -> client.unsubscribe("fuzz/" + random.nextInt(4));
            default -> {}
        }
    }

    private long buffered() {
        return allocator.metric().usedHeapMemory() + allocator.metric().usedDirectMemory();
    }

    /** A broker that answers everything: all messages must be acknowledged. */
    private void deliver(EmbeddedClient client, boolean v5) {
        findings.feeding("a well-behaved broker's answers after " + findings.fed());
        client.connect();
        byte[] connAck = Packets.accepting(v5).get(0).bytes();
        client.feed(connAck, 0, connAck.length);
        client.publish("fuzz/out/0", 1, true);
        client.publish("fuzz/out/0", 2, true);
        for (int i = 0; i < ROUNDS_MAX; i++) {
            var written = new java.io.ByteArrayOutputStream();
            client.drainWritten(bytes -> written.writeBytes(ByteBufUtil.getBytes(bytes)));
            if (written.size() == 0) {
                break;
            }
            for (byte[] answer : GoodBroker.answers(written.toByteArray(), v5)) {
                client.feed(answer, 0, answer.length);
            }
        }
        if (client.status().waiting() != 0 || !client.isAccepted()) {
            findings.found("does not work any more: " + client.status() + ", " + client.end(), null);
        }
        client.disconnect();
    }
}

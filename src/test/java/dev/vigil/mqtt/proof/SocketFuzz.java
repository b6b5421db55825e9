package dev.vigil.mqtt.proof;

import dev.vigil.mqtt.MqttClient;
import dev.vigil.mqtt.MqttListener;
import dev.vigil.mqtt.MqttOptions.Protocol;
import dev.vigil.mqtt.MqttStatus;
import dev.vigil.mqtt.MqttTopic;
import dev.vigil.mqtt.ProofClient;
import dev.vigil.mqtt.PublishCallback;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/**
 * A broker on a real socket that feeds a whole client; the client must come back after each connection, and every hundredth
 * time deliver what it has.
 */
final class SocketFuzz implements AutoCloseable {
    private static final int DEADLINE_MS = 10_000;
    private static final int GOOD_EVERY = 100;
    private static final MqttTopic TOPIC = MqttTopic.of("fuzz/out");

    private final Random random;
    private final Findings findings;
    private final boolean v5;
    private final Mutator mutator;
    private final ServerSocket server;
    private final MqttClient client;
    private long cases;

    SocketFuzz(long seed, Protocol protocol, Findings findings) throws IOException {
        this.random = new Random(seed);
        this.findings = findings;
        this.v5 = protocol == Protocol.MQTT_5;
        this.mutator = new Mutator(random, v5);
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        server.setSoTimeout(DEADLINE_MS);
        client = new MqttClient(ProofClient.hasty(server.getLocalPort(), protocol), new MqttListener() {});
        client.subscribe("fuzz/#", 1);
        client.start();
    }

    long cases() {
        return cases;
    }

    /** One connection. */
    void connection() throws IOException {
        cases++;
        publish();
        if (cases % GOOD_EVERY == 0) {
            deliver();
            return;
        }
        FuzzCase fuzz = FuzzCase.of(mutator, random, random.nextInt(10) > 0);
        try (Socket socket = server.accept()) {
            findings.feeding(fuzz);
            socket.setSoTimeout(1 + random.nextInt(20));
            socket.setTcpNoDelay(true);
            int at = 0;
            for (int split : fuzz.splits()) {
                socket.getOutputStream().write(fuzz.bytes(), at, split - at);
                at = split;
                socket.getInputStream().read(new byte[4_096]);
            }
            if (random.nextBoolean()) {
                socket.setSoLinger(true, 0);
            }
        } catch (SocketTimeoutException e) {
            if (!isOurs(e)) {
                throw e;
            }
        } catch (java.net.SocketException hungUp) {
            // The client may hang up on what it is sent at any byte.
        }
    }

    private static boolean isOurs(SocketTimeoutException e) {
        return e.getMessage().startsWith("Read");
    }

    private void publish() {
        client.publish(
                TOPIC,
                PooledByteBufAllocator.DEFAULT.directBuffer(16).writeLong(cases),
                random.nextInt(3),
                false,
                PublishCallback.NONE);
    }

    /** Serves one connection well, until everything is acknowledged. */
    private void deliver() throws IOException {
        findings.feeding("a well-behaved broker's answers after " + findings.fed());
        client.publish(
                TOPIC,
                PooledByteBufAllocator.DEFAULT.directBuffer(16).writeLong(cases),
                1,
                false,
                PublishCallback.NONE);
        long endNs = System.nanoTime() + DEADLINE_MS * 1_000_000L;
        // A connection that a fuzzed one left behind in the backlog may be dead already.
        while (client.status().waiting() > 0) {
            if (System.nanoTime() - endNs > 0) {
                findings.found("does not work any more: " + client.status(), null);
                return;
            }
            try (Socket socket = server.accept()) {
                socket.setSoTimeout(DEADLINE_MS);
                serve(socket, endNs);
            }
        }
    }

    private void serve(Socket socket, long endNs) throws IOException {
        DataInputStream in = new DataInputStream(socket.getInputStream());
        try {
            packet(in); // CONNECT
            socket.getOutputStream().write(Packets.accepting(v5).get(0).bytes());
            while (client.status().waiting() > 0 && System.nanoTime() - endNs < 0) {
                if (in.available() == 0) {
                    LockSupport.parkNanos(100_000);
                    continue;
                }
                for (byte[] answer : GoodBroker.answers(packet(in), v5)) {
                    socket.getOutputStream().write(answer);
                }
            }
        } catch (IOException hungUp) {
            MqttStatus status = client.status();
            findings.found("hung up on a well-behaved broker: " + hungUp + ", " + status, hungUp);
        }
    }

    private static byte[] packet(DataInputStream in) throws IOException {
        byte[] start = new byte[5];
        int length = 1;
        start[0] = in.readByte();
        int remaining = 0;
        do {
            start[length] = in.readByte();
            remaining |= (start[length] & 0x7F) << 7 * (length - 1);
        } while (start[length++] < 0);
        byte[] packet = Arrays.copyOf(start, length + remaining);
        in.readFully(packet, length, remaining);
        return packet;
    }

    @Override
    public void close() throws IOException {
        server.close();
        client.close();
    }
}

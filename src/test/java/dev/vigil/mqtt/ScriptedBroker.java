package dev.vigil.mqtt;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.HexFormat;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * A server that does what a test says, byte by byte, to each connection in turn: for what no good broker does, and for looking
 * at packets as they are. Packets are written in hexadecimal, with blanks as wished.
 */
final class ScriptedBroker implements AutoCloseable {
    /** CONNACK of MQTT 5: new session, success, no properties. */
    static final String CONNACK_5 = "20 03 00 00 00";
    /** CONNACK of MQTT 3.1.1: new session, success. */
    static final String CONNACK_311 = "20 02 00 00";
    /** CONNACK of MQTT 5: session present, success, no properties. */
    static final String CONNACK_5_RESUMED = "20 03 01 00 00";

    /** What is done to one connection; it stays open until the broker is closed, or the script closes it. */
    interface Script {
        void run(Connection connection) throws Exception;
    }

    private final ServerSocket server;
    private final Thread thread;
    private final BlockingQueue<Throwable> faults = new LinkedBlockingQueue<>();
    private final BlockingQueue<Connection> connections = new LinkedBlockingQueue<>();

    private ScriptedBroker(int port, Script[] scripts) throws IOException {
        server = new ServerSocket(port, 50, InetAddress.getLoopbackAddress());
        thread = new Thread(() -> serve(scripts), "scripted-broker");
        thread.setDaemon(true);
        thread.start();
    }

    /** @param scripts one for each connection that comes; further ones are accepted and left alone */
    static ScriptedBroker start(Script... scripts) throws IOException {
        return new ScriptedBroker(0, scripts);
    }

    /** As {@link #start}, on a port that a script must know before. */
    static ScriptedBroker startAt(int port, Script... scripts) throws IOException {
        return new ScriptedBroker(port, scripts);
    }

    /**
     * A script of steps, the first of which answers CONNECT: {@code >} keeps the client's next packet, {@code cut} hangs up,
     * all else is sent.
     *
     * @param kept takes the packets, in hexadecimal
     */
    static Script steps(Queue<String> kept, String... steps) {
        return connection -> {
            connection.accept(steps[0]);
            for (int i = 1; i < steps.length; i++) {
                switch (steps[i]) {
                    case ">" -> kept.add(connection.receive());
                    case "cut" -> connection.close();
                    default -> connection.send(steps[i]);
                }
            }
        };
    }

    int port() {
        return server.getLocalPort();
    }

    private void serve(Script[] scripts) {
        try {
            for (int i = 0; ; i++) {
                Connection connection = new Connection(server.accept());
                connections.add(connection);
                if (i < scripts.length) {
                    scripts[i].run(connection);
                }
            }
        } catch (SocketException closed) {
            if (!server.isClosed()) {
                faults.add(closed);
            }
        } catch (Exception | AssertionError e) {
            faults.add(e);
        }
    }

    /** Ends it; throws what a script threw. */
    @Override
    public void close() throws Exception {
        server.close();
        thread.join(Await.DEADLINE.toMillis());
        for (Connection connection : connections) {
            connection.close();
        }
        if (!faults.isEmpty()) {
            throw new AssertionError("the broker's script failed", faults.poll());
        }
    }

    /** One client's connection, seen from the broker. */
    static final class Connection {
        private static final HexFormat HEX = HexFormat.ofDelimiter(" ");
        private final Socket socket;
        private final DataInputStream in;

        private Connection(Socket socket) throws IOException {
            this.socket = socket;
            socket.setSoTimeout((int) Await.DEADLINE.toMillis());
            in = new DataInputStream(socket.getInputStream());
        }

        void send(String hex) throws IOException {
            send(HexFormat.of().parseHex(hex.replace(" ", "")));
        }

        void send(byte[] bytes) throws IOException {
            socket.getOutputStream().write(bytes);
        }

        /** The next packet, in hexadecimal with single blanks. */
        String receive() throws IOException {
            byte[] start = new byte[5];
            int length = 1;
            start[0] = in.readByte();
            int remaining = 0;
            do {
                start[length] = in.readByte();
                remaining |= (start[length] & 0x7F) << 7 * (length - 1);
            } while (start[length++] < 0);
            byte[] packet = java.util.Arrays.copyOf(start, length + remaining);
            in.readFully(packet, length, remaining);
            return HEX.formatHex(packet);
        }

        /** The lines of an HTTP request, up to and with the empty one. */
        String receiveHttp() throws IOException {
            StringBuilder request = new StringBuilder();
            while (request.indexOf("\r\n\r\n") < 0) {
                request.append((char) in.readUnsignedByte());
            }
            return request.toString();
        }

        /** A WebSocket frame of a client, of at most 125 bytes: its first byte and what it holds, unmasked, in hexadecimal. */
        String receiveFrame() throws IOException {
            byte[] frame = new byte[1 + 125];
            frame[0] = in.readByte();
            int length = in.readUnsignedByte() - 0x80; // the bit that says that it is masked
            byte[] mask = new byte[4];
            in.readFully(mask);
            for (int i = 0; i < length; i++) {
                frame[1 + i] = (byte) (in.readByte() ^ mask[i % 4]);
            }
            return HEX.formatHex(frame, 0, 1 + length);
        }

        /** Takes CONNECT and answers. */
        void accept(String connAck) throws IOException {
            String connect = receive();
            if (!connect.startsWith("10 ")) {
                throw new AssertionError("expected CONNECT, got " + connect);
            }
            send(connAck);
        }

        void close() throws IOException {
            socket.close();
        }
    }
}

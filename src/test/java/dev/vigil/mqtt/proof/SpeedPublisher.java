package dev.vigil.mqtt.proof;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import dev.vigil.app.Logging;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.LockSupport;

/**
 * The process that publishes with one library. Does what lines on standard input say, {@code <qos> <messages> <rate>} with a
 * rate of messages a second or 0 for as many as go, and answers {@code <first> <last> <heap> <cpu>}: when the first message was handed
 * over and the last one written or acknowledged, by {@link System#nanoTime()}, and what all
 * threads allocated and took of the processors meanwhile, in nanoseconds.
 */
final class SpeedPublisher {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static final OperatingSystemMXBean SYSTEM =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private final Sender sender;

    private SpeedPublisher(Sender sender) {
        this.sender = sender;
    }

    /** @param args name of the {@link Library}, port */
    public static void main(String[] args) throws Exception {
        Logging.setUp(false, true);
        try (Sender sender = Library.valueOf(args[0]).sender()) {
            sender.connect(Integer.parseInt(args[1]));
            new SpeedPublisher(sender).run();
        }
    }

    private void run() throws Exception {
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            String[] words = line.split(" ", -1);
            publish(Integer.parseInt(words[0]), Long.parseLong(words[1]), Long.parseLong(words[2]));
        }
    }

    private void publish(int qos, long messages, long ratePerS) throws Exception {
        long heapBefore = allocatedBytes();
        long cpuBeforeNs = SYSTEM.getProcessCpuTime();
        long firstNs = System.nanoTime();
        for (long i = 0; i < messages; i++) {
            long timeNs = System.nanoTime();
            if (ratePerS > 0) {
                // The time when it was due, so that a message that had to wait counts with its waiting.
                long dueNs = firstNs + i * 1_000_000_000L / ratePerS;
                while (timeNs - dueNs < 0) {
                    LockSupport.parkNanos(dueNs - timeNs);
                    timeNs = System.nanoTime();
                }
                timeNs = dueNs;
            }
            sender.send(qos, timeNs);
        }
        sender.drain();
        System.out.println(firstNs + " " + System.nanoTime() + " " + (allocatedBytes() - heapBefore) + " "
                + (SYSTEM.getProcessCpuTime() - cpuBeforeNs));
    }

    /** By all threads that live; none of those that matter ends. */
    private static long allocatedBytes() {
        long sum = 0;
        for (long bytes : THREADS.getThreadAllocatedBytes(THREADS.getAllThreadIds())) {
            sum += Math.max(0, bytes);
        }
        return sum;
    }
}

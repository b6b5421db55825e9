package dev.vigil.app.repair;

import java.lang.management.ManagementFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.management.JMException;
import javax.management.ObjectName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The C library's heap, in which models and decoders live. It keeps what is freed: after forty models that came and went, some
 * 230 MiB, and after cameras that changed or connected again a few hundred times, some 70 MiB, which the next ones fit into only in
 * part.
 */
public final class NativeHeap {
    private static final Logger LOG = LoggerFactory.getLogger(NativeHeap.class);
    private static final String[] SIGNATURE = {String[].class.getName()};

    private static final AtomicBoolean changed = new AtomicBoolean();
    private static final AtomicBoolean replaced = new AtomicBoolean();

    private NativeHeap() {}

    /** Decoders or pictures of another size may have come in the place of others. */
    public static void noteChange() {
        changed.set(true);
    }

    /** Tensors of a ring are of no more use, and are freed with their buffers' objects. */
    static void noteReplaced() {
        replaced.set(true);
    }

    /** As {@link #trim}, if something has changed since; called now and then. */
    public static void trimAfterChange() {
        boolean hasChanged = changed.getAndSet(false);
        if (replaced.getAndSet(false)) {
            trim();
        } else if (hasChanged) {
            giveBack();
        }
    }

    /** Gives what is free back to the system, where this Java can (17.0.9 and later, with glibc). */
    public static void trim() {
        System.gc(); // tensors of a model that is gone, and files that were mapped, are freed with their buffers'
        // objects
        giveBack();
    }

    private static void giveBack() {
        try {
            Object done = ManagementFactory.getPlatformMBeanServer()
                    .invoke(
                            new ObjectName("com.sun.management:type=DiagnosticCommand"),
                            "systemTrimNativeHeap",
                            new Object[] {new String[0]},
                            SIGNATURE);
            LOG.debug("{}", done);
        } catch (JMException e) {
            LOG.debug("what models leave behind is kept: this Java can not give it back", e);
        }
    }
}

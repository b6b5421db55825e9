package dev.vigil.app;

import java.lang.management.ManagementFactory;
import javax.management.JMException;
import javax.management.ObjectName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The C library's heap, in which models live. It keeps what is freed: after forty models that came and went, some 230 MiB, which
 * the next ones fit into only in part.
 */
final class NativeHeap {
    private static final Logger LOG = LoggerFactory.getLogger(NativeHeap.class);
    private static final String[] SIGNATURE = {String[].class.getName()};

    private NativeHeap() {}

    /** Gives what is free back to the system, where this Java can (17.0.9 and later, with glibc). */
    static void trim() {
        System.gc(); // the tensors of a model that is gone are freed with their buffers' objects
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

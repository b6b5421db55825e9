package dev.vigil.app.soak;

import java.io.IOException;

/** What goes wrong between the daemon and its broker for a while. */
public enum BrokerFault {
    /** The broker ends, and starts again later. */
    RESTART(true, true) {
        @Override
        public void begin(SoakBroker broker) throws IOException {
            broker.end();
        }

        @Override
        public void end(SoakBroker broker) throws IOException, InterruptedException {
            broker.restart();
        }
    },
    /** Connections are open and nothing passes. */
    STALL(false, true) {
        @Override
        public void begin(SoakBroker broker) {
            broker.proxy().hold(true);
        }

        @Override
        public void end(SoakBroker broker) {
            broker.proxy().hold(false);
        }
    },
    /** Connections are reset. */
    RESET(false, false) {
        @Override
        public void begin(SoakBroker broker) {
            broker.proxy().reset();
        }
    },
    /** Connections are reset, new ones too. */
    UNREACHABLE(false, true) {
        @Override
        public void begin(SoakBroker broker) {
            broker.proxy().refuse(true);
            broker.proxy().reset();
        }

        @Override
        public void end(SoakBroker broker) {
            broker.proxy().refuse(false);
        }
    };

    /** Only with a broker that can be started again. */
    public final boolean needsRestart;

    /** Whether it has a length; otherwise it is over as it begins. */
    public final boolean lasts;

    BrokerFault(boolean needsRestart, boolean lasts) {
        this.needsRestart = needsRestart;
        this.lasts = lasts;
    }

    public abstract void begin(SoakBroker broker) throws IOException;

    public void end(SoakBroker broker) throws IOException, InterruptedException {}
}

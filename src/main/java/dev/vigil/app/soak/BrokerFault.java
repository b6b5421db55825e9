package dev.vigil.app.soak;

import java.io.IOException;

/** What goes wrong between the daemon and its broker for a while. */
enum BrokerFault {
    /** The broker ends, and starts again later. */
    RESTART(true, true) {
        @Override
        void begin(SoakBroker broker) throws IOException {
            broker.mosquitto().close();
        }

        @Override
        void end(SoakBroker broker) throws IOException, InterruptedException {
            broker.mosquitto().restart();
        }
    },
    /** Connections are open and nothing passes. */
    STALL(false, true) {
        @Override
        void begin(SoakBroker broker) {
            broker.proxy().hold(true);
        }

        @Override
        void end(SoakBroker broker) {
            broker.proxy().hold(false);
        }
    },
    /** Connections are reset. */
    RESET(false, false) {
        @Override
        void begin(SoakBroker broker) {
            broker.proxy().reset();
        }
    },
    /** Connections are reset, new ones too. */
    UNREACHABLE(false, true) {
        @Override
        void begin(SoakBroker broker) {
            broker.proxy().refuse(true);
            broker.proxy().reset();
        }

        @Override
        void end(SoakBroker broker) {
            broker.proxy().refuse(false);
        }
    };

    /** Only with a broker that can be started again. */
    final boolean needsRestart;

    /** Whether it has a length; otherwise it is over as it begins. */
    final boolean lasts;

    BrokerFault(boolean needsRestart, boolean lasts) {
        this.needsRestart = needsRestart;
        this.lasts = lasts;
    }

    abstract void begin(SoakBroker broker) throws IOException;

    void end(SoakBroker broker) throws IOException, InterruptedException {}
}

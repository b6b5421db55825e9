package dev.vigil.mqtt.proof;

/** The libraries that are compared. */
enum Library {
    VIGIL {
        @Override
        Sender sender() {
            return new VigilSender();
        }
    },
    HIVEMQ {
        @Override
        Sender sender() {
            return new HiveMqSender();
        }
    };

    abstract Sender sender();
}

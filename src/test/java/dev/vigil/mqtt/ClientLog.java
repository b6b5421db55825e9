package dev.vigil.mqtt;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/** What the clients of this process have logged since this was made; those of tests that run meanwhile too. */
final class ClientLog extends AppenderBase<ILoggingEvent> implements AutoCloseable {
    private final Logger logger = (Logger) LoggerFactory.getLogger(MqttClient.class);
    private final List<String> lines = new CopyOnWriteArrayList<>();

    ClientLog() {
        start();
        logger.addAppender(this);
    }

    @Override
    protected void append(ILoggingEvent event) {
        lines.add(event.getFormattedMessage());
    }

    /** Those that begin with one of these brokers, by their ports. */
    List<String> of(int... ports) {
        return lines.stream()
                .filter(line -> {
                    for (int port : ports) {
                        if (line.matches("[^ ]+:" + port + "\\b.*")) {
                            return true;
                        }
                    }
                    return false;
                })
                .toList();
    }

    @Override
    public void close() {
        logger.detachAppender(this);
        stop();
    }
}

package dev.vigil.mqtt;

import dev.vigil.base.FullHeap;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslContext;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;

/**
 * What a try to connect needs and what may block: the host's addresses, and the files of TLS. It runs on a thread of its own,
 * because a name server that does not answer would otherwise stop the event loop. Confined to the event loop.
 */
final class Lookup {
    /** @param tls null without TLS */
    record Found(InetAddress[] addresses, SslContext tls) {}

    /** Takes the result on the event loop. */
    interface Result {
        void found(Found found);

        void failed(MqttFault fault);
    }

    private final MqttOptions options;
    private final EventLoop loop;
    /** Lookups that run; nothing can end one before the system's own deadline, so no second one of the same host joins it. */
    private final Set<BrokerAddress> busy = new HashSet<>();

    Lookup(MqttOptions options, EventLoop loop) {
        this.options = options;
        this.loop = loop;
    }

    void start(BrokerAddress address, Result result) {
        if (!busy.add(address)) {
            result.failed(MqttFault.passing("has a name that the system's resolver is still looking up"));
            return;
        }
        Thread thread = new Thread(() -> look(address, result), "mqtt-lookup");
        thread.setDaemon(true);
        thread.start();
    }

    private void look(BrokerAddress address, Result result) {
        Runnable outcome;
        try {
            SslContext tls = address.tls() ? TlsSetup.context(options.tls()) : null;
            Found found = new Found(InetAddress.getAllByName(address.host()), tls);
            outcome = () -> result.found(found);
        } catch (MqttFault fault) {
            outcome = () -> result.failed(fault);
        } catch (UnknownHostException e) {
            outcome = () -> result.failed(Causes.fault(e));
        } catch (RuntimeException | Error e) {
            // Of a library, for a file or a name that it can make nothing of; without an answer there would be no next
            // try.
            outcome = () -> result.failed(MqttFault.passing("can not be connected to: " + e));
        }
        Runnable told = outcome;
        try {
            loop.execute(FullHeap.orEnd(() -> {
                busy.remove(address);
                told.run();
            }));
        } catch (RejectedExecutionException closed) {
            // The client was closed meanwhile; nobody waits for the result.
        }
    }
}

package dev.vigil.http;

import dev.vigil.base.FaultLog;
import io.netty.channel.Channel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;

/**
 * The connections that are open: not too many, and of one address not so many that the others find no place. Owned by the event
 * loop, but for {@link #close}.
 */
final class Connections {
    /** Each costs some 10 KB. */
    static final int MAX = 64;
    /** Of one address; loopback is one address for all. */
    static final int OF_ADDRESS_MAX = 16;

    private final HttpFigures figures;
    private final FaultLog faults;
    private final ChannelGroup all = new DefaultChannelGroup("http", GlobalEventExecutor.INSTANCE);
    private final Map<InetAddress, Integer> byAddress = new HashMap<>();
    private int open;

    Connections(HttpFigures figures, FaultLog faults) {
        this.figures = figures;
        this.faults = faults;
    }

    /** @return false for one that has no place, which is closed */
    boolean admit(Channel channel) {
        InetAddress address = ((InetSocketAddress) channel.remoteAddress()).getAddress();
        int ofAddress = byAddress.getOrDefault(address, 0);
        boolean crowded = !address.isLoopbackAddress() && ofAddress >= OF_ADDRESS_MAX;
        if (open >= MAX || crowded) {
            figures.turnedAway();
            faults.warn("a connection of " + address.getHostAddress() + " to the HTTP port was closed: "
                    + (crowded ? ofAddress + " of it" : open) + " are open already");
            var unused = channel.close();
            return false;
        }
        open++;
        byAddress.put(address, ofAddress + 1);
        all.add(channel);
        channel.closeFuture().addListener(closed -> {
            open--;
            byAddress.computeIfPresent(address, (key, count) -> count == 1 ? null : count - 1);
        });
        return true;
    }

    /** Closes all; from any thread. */
    void close() {
        var unused = all.close();
    }
}

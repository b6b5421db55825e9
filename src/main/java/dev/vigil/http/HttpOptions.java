package dev.vigil.http;

import dev.vigil.base.Secret;
import java.net.InetSocketAddress;

/**
 * Where the port is, and who may ask.
 *
 * @param listen null for no port at all; port 0 is any that is free
 * @param token what a request must know; null where whoever reaches the port may ask, which is for loopback only
 */
public record HttpOptions(InetSocketAddress listen, Secret token) {
    /** No port. */
    public static final HttpOptions OFF = new HttpOptions(null, null);

    /** @throws IllegalArgumentException for a port that others reach too, without a token */
    public HttpOptions {
        if (listen != null && token == null && !listen.getAddress().isLoopbackAddress()) {
            throw new IllegalArgumentException("a port that is not on loopback needs a token");
        }
    }

    public boolean isOn() {
        return listen != null;
    }
}

package dev.vigil.config;

import dev.vigil.base.Secret;
import dev.vigil.http.HttpOptions;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** Reads the section {@code http}, which may be a word. */
final class HttpReader {
    /** In nobody's list of well-known ports. */
    private static final String LISTEN = "127.0.0.1:8745";

    private static final String LISTEN_ALLOWED =
            "ADDRESS:PORT, with an address of this box or localhost: 127.0.0.1:8745, 0.0.0.0:8745, [::1]:8745";
    private static final Pattern ADDRESS = Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[0-9.]+|localhost):(\\d{1,5})");
    private static final int PORT_MAX = 65_535;
    /** Any longer one takes for ever to guess, if it is random. */
    private static final Pattern TOKEN = Pattern.compile("[\\x21-\\x7e]{16,256}");

    private static final String KEY = "http";

    private HttpReader() {}

    static HttpOptions read(Section root) {
        boolean isWord = root.node(KEY)
                .filter(node -> node instanceof ScalarNode && !Entries.isNull(node))
                .isPresent();
        if (isWord) {
            return root.flag(KEY, true) ? new HttpOptions(address(LISTEN), null) : HttpOptions.OFF;
        }
        Section http = root.section(KEY);
        boolean enabled = http.flag("enabled", true);
        InetSocketAddress listen = listen(http);
        Secret token = token(http);
        http.finish();
        if (!enabled) {
            return HttpOptions.OFF;
        }
        boolean closed = token == null && !listen.getAddress().isLoopbackAddress();
        if (closed && !http.has("token") && !http.has("token_file") && !http.has("token_credential")) {
            http.problem(
                    "listen",
                    http.shown("listen", LISTEN) + " is reached by other machines: token, token_file or"
                            + " token_credential must be given, or 127.0.0.1 as the address");
        }
        return closed ? HttpOptions.OFF : new HttpOptions(listen, token);
    }

    private static InetSocketAddress listen(Section http) {
        http.known("listen", "address", LISTEN, true, LISTEN_ALLOWED);
        Section.Scalar said = http.scalar("listen", LISTEN_ALLOWED);
        InetSocketAddress address = said == null ? null : address(said.value());
        if (said != null && address == null) {
            http.problem("listen", said.shown() + " is not allowed: " + LISTEN_ALLOWED);
        }
        return address == null ? address(LISTEN) : address;
    }

    /** Asks no name server. @return null for none */
    private static InetSocketAddress address(String text) {
        Matcher parts = ADDRESS.matcher(text);
        if (!parts.matches() || Integer.parseInt(parts.group(2)) > PORT_MAX) {
            return null;
        }
        String host = parts.group(1).equals("localhost") ? "127.0.0.1" : parts.group(1);
        byte[] address = NetUtil.createByteArrayFromIpAddressString(host);
        try {
            return address == null
                    ? null
                    : new InetSocketAddress(InetAddress.getByAddress(address), Integer.parseInt(parts.group(2)));
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address has 4 or 16 bytes", e);
        }
    }

    private static Secret token(Section http) {
        Secret token = Passwords.ofHttp(http);
        if (token == null || TOKEN.matcher(token.reveal()).matches()) {
            return token;
        }
        String key = http.has("token") ? "token" : http.has("token_file") ? "token_file" : "token_credential";
        http.problem(
                key,
                "is no token: 16 to 256 letters, digits and signs without a space, as openssl rand -hex 20 makes them");
        return null;
    }
}

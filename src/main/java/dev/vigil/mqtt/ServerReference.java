package dev.vigil.mqtt;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a broker sends its clients (MQTT 5, section 4.11): names with or without a port, IPv6 addresses in brackets,
 * several of them with blanks between.
 */
final class ServerReference {
    private static final int SERVERS_MAX = 8;
    private static final Pattern SERVER = Pattern.compile(
            "(?:\\[(?<v6>[0-9A-Fa-f:.]{2,45})\\]|(?<name>[A-Za-z0-9._-]{1,253}))(?::(?<port>\\d{1,5}))?");

    private ServerReference() {}

    /**
     * @param from the broker that said it: scheme and path stay as they are, and its scheme's port holds where none is said
     * @return what of it can be read, at most eight, in its order; empty when nothing can
     */
    static List<BrokerAddress> read(String reference, BrokerAddress from) {
        List<BrokerAddress> servers = new ArrayList<>();
        for (String part : reference.strip().split("\\s+")) {
            Matcher server = SERVER.matcher(part);
            if (!server.matches()) {
                continue;
            }
            String digits = server.group("port");
            int port = digits == null ? from.standardPort() : Integer.parseInt(digits);
            String host = server.group("v6") != null ? server.group("v6") : server.group("name");
            BrokerAddress address = from.at(host, port);
            if (port > 0
                    && port <= BrokerAddress.PORT_MAX
                    && !servers.contains(address)
                    && servers.size() < SERVERS_MAX) {
                servers.add(address);
            }
        }
        return servers;
    }
}

package dev.vigil.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Addresses of cameras as people write them. */
public final class CameraAddress {
    static final String ALLOWED = "an rtsp, rtsps, http or https address, a file or a device such as /dev/video0";

    private static final Pattern SCHEME = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]+):.*", Pattern.DOTALL);
    private static final Pattern HOST_PORT =
            Pattern.compile("(?:\\[[0-9A-Fa-f:.%]+\\]|[A-Za-z0-9._-]+)(?::(?<port>\\d{1,5}))?");
    private static final int PORT_MAX = 65_535;

    private CameraAddress() {}

    /**
     * Replaces {@code ${NAME}} by variables of the environment, as in the configuration, so that no password stands in a
     * process's command.
     *
     * @throws IllegalArgumentException with what is wrong and allowed, free of secrets
     */
    public static String substituted(String text, Map<String, String> environment) {
        return Substitution.apply(text, environment, problem -> {
            throw new IllegalArgumentException(problem);
        });
    }

    /**
     * @param text an address, a path or a device
     * @param folder where relative paths start
     * @return {@code rtsp:}, {@code rtsps:}, {@code http:}, {@code https:}, {@code file:} or {@code v4l2:}; characters of the
     *     user and the password that may not stand in an address are percent-encoded
     * @throws IllegalArgumentException with what is wrong and allowed, to be read after the address; it does not repeat it
     */
    public static URI parse(String text, Path folder) {
        try {
            if (text.startsWith("/dev/video")) {
                return new URI("v4l2", text, null);
            }
            Matcher scheme = SCHEME.matcher(text);
            if (!scheme.matches()) {
                return folder.resolve(text).normalize().toUri();
            }
            return switch (scheme.group(1).toLowerCase(Locale.ROOT)) {
                case "rtsp", "rtsps", "http", "https" -> network(scheme.group(1), text);
                case "v4l2" -> v4l2(text);
                case "file" -> file(text, folder);
                default -> throw new IllegalArgumentException("is not allowed: " + ALLOWED);
            };
        } catch (URISyntaxException | InvalidPathException wrong) {
            throw new IllegalArgumentException("is not an address: " + ALLOWED + " is allowed");
        }
    }

    private static URI file(String text, Path folder) throws URISyntaxException {
        String path =
                text.startsWith("file://") ? text.substring("file://".length()) : text.substring("file:".length());
        if (path.isEmpty()) {
            throw new IllegalArgumentException("names no file");
        }
        String decoded = path.indexOf('%') < 0
                ? path
                : new URI("file", null, "/", null).resolve(new URI(path)).getPath();
        return folder.resolve(decoded).normalize().toUri();
    }

    private static URI v4l2(String text) throws URISyntaxException {
        String device = text.substring("v4l2:".length()).replaceFirst("^//(?=/)", "");
        if (!device.startsWith("/dev/")) {
            throw new IllegalArgumentException("is not allowed: a device such as /dev/video0");
        }
        return new URI("v4l2", device, null);
    }

    private static URI network(String scheme, String text) throws URISyntaxException {
        if (!text.startsWith("//", scheme.length() + 1)) {
            throw new IllegalArgumentException("is not allowed: // must follow the colon");
        }
        String afterSlashes = text.substring(scheme.length() + 3);
        int at = endOfUser(afterSlashes);
        String rest = afterSlashes.substring(at + 1);
        Matcher host = HOST_PORT.matcher(authority(rest));
        if (!host.matches()) {
            throw new IllegalArgumentException("has no valid host: HOST or HOST:PORT is expected after // and user@");
        }
        String port = host.group("port");
        if (port != null && (Integer.parseInt(port) == 0 || Integer.parseInt(port) > PORT_MAX)) {
            throw new IllegalArgumentException("has a port that is not allowed: 1 to " + PORT_MAX);
        }
        String user = at < 0 ? "" : userInfo(afterSlashes.substring(0, at)) + "@";
        return new URI(scheme.toLowerCase(Locale.ROOT) + "://" + user + rest);
    }

    /**
     * @return where the {@code @} is that ends user and password, or -1. By the rules they end before the first slash; where
     *     what is left of it is no host, a slash must be part of the password
     * @throws IllegalArgumentException where both can be, and the wrong guess would tell a part of the password as a host
     */
    private static int endOfUser(String afterSlashes) {
        String authority = authority(afterSlashes);
        int at = authority.lastIndexOf('@');
        boolean byTheRules = HOST_PORT.matcher(authority.substring(at + 1)).matches();
        boolean another = afterSlashes.indexOf('@', authority.length()) >= 0;
        if (byTheRules && another && (at >= 0 || authority.indexOf(':') >= 0)) {
            throw new IllegalArgumentException(
                    "has an @ that is not clear: write %40 for one in the password or the path");
        }
        return byTheRules ? at : afterSlashes.lastIndexOf('@');
    }

    private static String authority(String afterSlashes) {
        return afterSlashes.split("[/?#]", 2)[0];
    }

    /** Encodes what may not stand in RFC 3986's userinfo; what is encoded already stays. */
    private static String userInfo(String user) {
        StringBuilder encoded = new StringBuilder();
        byte[] bytes = user.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < bytes.length; i++) {
            char c = (char) (bytes[i] & 0xff);
            boolean escape = c == '%' && i + 2 < bytes.length && isHex(bytes[i + 1]) && isHex(bytes[i + 2]);
            boolean plain = c < 0x80 && (Character.isLetterOrDigit(c) || "-._~!$&'()*+,;=:".indexOf(c) >= 0);
            encoded.append(escape || plain ? String.valueOf(c) : String.format("%%%02X", (int) c));
        }
        return encoded.toString();
    }

    private static boolean isHex(byte b) {
        return Character.digit(b, 16) >= 0;
    }
}

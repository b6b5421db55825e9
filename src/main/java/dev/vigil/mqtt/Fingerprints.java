package dev.vigil.mqtt;

import java.net.Socket;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Trusts a broker by its certificate's SHA-256, whoever signed it, whichever host it names and whatever its dates. An extended
 * trust manager, because the JDK adds checks of its own to others.
 */
final class Fingerprints extends X509ExtendedTrustManager {
    static final String FORM = "SHA-256 fingerprint: 64 hexadecimal digits, colons between pairs or not,"
            + " as openssl x509 -noout -fingerprint -sha256 prints it";

    private static final HexFormat PRINTED = HexFormat.ofDelimiter(":").withUpperCase();
    private static final Pattern PREFIX = Pattern.compile("(?i)^sha-?256(?: fingerprint)?=");
    private static final Pattern ONE = Pattern.compile("(?:[0-9a-f]{2}:){31}[0-9a-f]{2}|[0-9a-f]{64}");

    private final Set<String> trusted;

    /** @param trusted each {@link #isOne} */
    Fingerprints(List<String> trusted) {
        this.trusted = trusted.stream().map(text -> bare(text).replace(":", "")).collect(Collectors.toSet());
    }

    static boolean isOne(String text) {
        return ONE.matcher(bare(text)).matches();
    }

    private static String bare(String text) {
        return PREFIX.matcher(text.strip()).replaceFirst("").toLowerCase(Locale.ROOT);
    }

    private void check(X509Certificate[] chain) throws CertificateException {
        byte[] digest;
        try {
            digest = MessageDigest.getInstance("SHA-256").digest(chain[0].getEncoded());
        } catch (NoSuchAlgorithmException e) {
            throw new CertificateException("this Java has no SHA-256", e);
        }
        if (!trusted.contains(HexFormat.of().formatHex(digest))) {
            throw new CertificateException(
                    "the certificate that came is not the pinned one; its SHA-256 fingerprint is "
                            + PRINTED.formatHex(digest));
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String keyExchange) throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String keyExchange, Socket socket)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String keyExchange, SSLEngine engine)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String keyType) throws CertificateException {
        throw notAServer();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String keyType, Socket socket) throws CertificateException {
        throw notAServer();
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String keyType, SSLEngine engine)
            throws CertificateException {
        throw notAServer();
    }

    private static CertificateException notAServer() {
        return new CertificateException("a client judges no clients");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}

package dev.vigil.base;

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

/**
 * Trusts a server by its certificate's SHA-256, whoever signed it, whichever host it names and whatever its dates. An extended
 * trust manager, because the JDK adds checks of its own to others.
 */
public final class Fingerprints extends ServerTrust {
    public static final String FORM = "SHA-256 fingerprint: 64 hexadecimal digits, colons between pairs or not,"
            + " as openssl x509 -noout -fingerprint -sha256 prints it";

    private static final HexFormat PRINTED = HexFormat.ofDelimiter(":").withUpperCase();
    private static final Pattern PREFIX = Pattern.compile("(?i)^sha-?256(?: fingerprint)?=");
    private static final Pattern ONE = Pattern.compile("(?:[0-9a-f]{2}:){31}[0-9a-f]{2}|[0-9a-f]{64}");

    private final Set<String> trusted;

    /** @param trusted each {@link #isOne} */
    public Fingerprints(List<String> trusted) {
        this.trusted = trusted.stream().map(text -> bare(text).replace(":", "")).collect(Collectors.toSet());
    }

    public static boolean isOne(String text) {
        return ONE.matcher(bare(text)).matches();
    }

    private static String bare(String text) {
        return PREFIX.matcher(text.strip()).replaceFirst("").toLowerCase(Locale.ROOT);
    }

    private void check(X509Certificate[] chain) throws CertificateException {
        String printed = of(chain[0]);
        if (!trusted.contains(bare(printed).replace(":", ""))) {
            throw new CertificateException(
                    "the certificate that came is not the pinned one; its SHA-256 fingerprint is " + printed);
        }
    }

    /** A certificate's, as {@code openssl} prints it. */
    public static String of(X509Certificate certificate) {
        try {
            return PRINTED.formatHex(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
        } catch (NoSuchAlgorithmException | CertificateException e) {
            throw new IllegalStateException("every Java has SHA-256, and what was read can be written", e);
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
}

package dev.vigil.source.rtsp;

import dev.vigil.base.Fingerprints;
import dev.vigil.base.ServerTrust;
import dev.vigil.source.SourceOptions.Tls;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collection;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Judges a camera's certificate as the configuration says, and remembers it, so that a refusal can tell its fingerprint. An
 * extended manager, because the JVM adds checks of its own to a plain one. One for each connection.
 */
final class CameraTrust extends ServerTrust {
    /** Null trusts any. */
    private final X509ExtendedTrustManager judge;

    private X509Certificate seen;

    private CameraTrust(X509ExtendedTrustManager judge) {
        this.judge = judge;
    }

    /** @throws IOException when the file of authorities can not be read, or this JVM has no TLS; says what is wrong */
    static CameraTrust of(Tls tls) throws IOException {
        if (!tls.verify()) {
            return new CameraTrust(null);
        }
        if (!tls.fingerprints().isEmpty()) {
            return new CameraTrust(new Fingerprints(tls.fingerprints()));
        }
        try {
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(tls.caFile() == null ? null : authorities(tls));
            for (TrustManager each : factory.getTrustManagers()) {
                if (each instanceof X509ExtendedTrustManager judge) {
                    return new CameraTrust(judge);
                }
            }
            throw new IOException("this Java has no trust manager");
        } catch (GeneralSecurityException e) {
            throw new IOException("no certificates can be trusted: " + e.getMessage(), e);
        }
    }

    private static KeyStore authorities(Tls tls) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        Collection<? extends Certificate> found;
        try (InputStream in = Files.newInputStream(tls.caFile())) {
            found = CertificateFactory.getInstance("X.509").generateCertificates(in);
        } catch (CertificateException e) {
            throw new IOException("tls.ca_file " + tls.caFile() + " holds no certificates that can be read", e);
        } catch (IOException e) {
            throw new IOException("tls.ca_file " + tls.caFile() + " can not be read", e);
        }
        if (found.isEmpty()) {
            throw new IOException("tls.ca_file " + tls.caFile() + " holds no certificate");
        }
        int number = 0;
        for (Certificate each : found) {
            store.setCertificateEntry("ca" + number++, each);
        }
        return store;
    }

    /** The camera's certificate; null before it came. */
    X509Certificate seen() {
        return seen;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        seen = chain[0];
        if (judge != null) {
            judge.checkServerTrusted(chain, type, socket);
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        seen = chain[0];
        if (judge != null) {
            judge.checkServerTrusted(chain, type, engine);
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
        throw new CertificateException("judged only with its connection");
    }
}

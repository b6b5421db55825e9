package dev.vigil.base;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/** What a client trusts: it judges servers only. */
public abstract class ServerTrust extends X509ExtendedTrustManager {
    @Override
    public final void checkClientTrusted(X509Certificate[] chain, String keyType) throws CertificateException {
        throw notAServer();
    }

    @Override
    public final void checkClientTrusted(X509Certificate[] chain, String keyType, Socket socket)
            throws CertificateException {
        throw notAServer();
    }

    @Override
    public final void checkClientTrusted(X509Certificate[] chain, String keyType, SSLEngine engine)
            throws CertificateException {
        throw notAServer();
    }

    private static CertificateException notAServer() {
        return new CertificateException("a client judges no clients");
    }

    @Override
    public final X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}

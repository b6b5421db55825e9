package dev.vigil.source.rtsp;

import dev.vigil.base.Fingerprints;
import dev.vigil.source.SourceOptions;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;

/** TLS on a connected socket: the certificate and the host's name are checked as the configuration says. */
final class Tls {
    private Tls() {}

    /** @throws SSLException with words on what is wrong with the camera's certificate */
    static SSLSocket over(Socket connected, RtspAddress to, SourceOptions.Tls tls) throws IOException {
        CameraTrust trust = CameraTrust.of(tls);
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {trust}, null);
            SSLSocket socket =
                    (SSLSocket) context.getSocketFactory().createSocket(connected, to.host(), to.port(), true);
            if (tls.verify() && tls.fingerprints().isEmpty()) { // a pinned certificate may name any host
                SSLParameters parameters = socket.getSSLParameters();
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
                socket.setSSLParameters(parameters);
            }
            socket.startHandshake();
            return socket;
        } catch (GeneralSecurityException e) {
            throw new IOException("no TLS in this JVM", e);
        } catch (SocketTimeoutException e) {
            throw e;
        } catch (SSLException e) {
            throw trust.seen() == null ? e : new SSLException(words(e, trust.seen()), e);
        }
    }

    private static String words(SSLException e, X509Certificate certificate) {
        Throwable root = e;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        String message = String.valueOf(root.getMessage());
        if (root instanceof CertificateExpiredException) {
            return "its certificate has expired (" + message + ")";
        }
        if (root instanceof CertificateNotYetValidException) {
            return "its certificate is not valid yet (" + message + "): is this box's clock right?";
        }
        if (message.startsWith("No subject alternative") || message.startsWith("No name matching")) {
            return "its certificate is for another host (" + message + ")";
        }
        if (String.valueOf(e.getMessage()).contains("PKIX")) {
            return "its certificate is signed by no authority that is trusted (" + message
                    + "): name the authority (tls.ca_file), or trust the certificate itself (tls.fingerprint: "
                    + Fingerprints.of(certificate) + ")";
        }
        return message;
    }
}

package dev.vigil.mqtt;

import dev.vigil.base.Fingerprints;
import dev.vigil.mqtt.MqttOptions.Tls;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLException;

/** Makes of the options what TLS needs. Reads files, so not for the event loop. */
final class TlsSetup {
    private TlsSetup() {}

    static SslContext context(Tls tls) throws MqttFault {
        try {
            SslContextBuilder builder = SslContextBuilder.forClient();
            trust(builder, tls);
            if (tls.certFile() != null) {
                identify(builder, tls);
            }
            return builder.build();
        } catch (SSLException e) {
            throw MqttFault.passing("can not be connected to: TLS can not be set up: " + Causes.root(e));
        }
    }

    private static void trust(SslContextBuilder builder, Tls tls) throws MqttFault {
        // What verifies the host name; of no use where it is not the name that is trusted.
        boolean byName = !tls.insecure() && tls.fingerprints().isEmpty();
        builder.endpointIdentificationAlgorithm(byName ? "HTTPS" : null);
        if (tls.insecure()) {
            builder.trustManager(InsecureTrustManagerFactory.INSTANCE);
        } else if (!tls.fingerprints().isEmpty()) {
            builder.trustManager(new Fingerprints(tls.fingerprints()));
        } else if (tls.caFile() != null) {
            builder.trustManager(Pem.certificates("caFile", tls.caFile()));
        }
    }

    private static void identify(SslContextBuilder builder, Tls tls) throws MqttFault {
        X509Certificate[] chain = Pem.certificates("certFile", tls.certFile());
        PrivateKey key = Pem.privateKey("keyFile", tls.keyFile(), tls.keyPassword());
        if (!belongTogether(key, chain[0].getPublicKey())) {
            throw Pem.unusable(
                    "keyFile", tls.keyFile(), "is not the key of the first certificate in " + tls.certFile());
        }
        builder.keyManager(key, chain);
    }

    /** Tried by signing: otherwise the broker refuses the pair, and says little of why. */
    private static boolean belongTogether(PrivateKey key, PublicKey certified) {
        String algorithm =
                switch (key.getAlgorithm()) {
                    case "RSA" -> "SHA256withRSA";
                    case "EC" -> "SHA256withECDSA";
                    default -> key.getAlgorithm();
                };
        byte[] text = "vigil".getBytes(StandardCharsets.US_ASCII);
        try {
            Signature signer = Signature.getInstance(algorithm);
            signer.initSign(key);
            signer.update(text);
            byte[] signature = signer.sign();
            Signature verifier = Signature.getInstance(algorithm);
            verifier.initVerify(certified);
            verifier.update(text);
            return verifier.verify(signature);
        } catch (GeneralSecurityException otherKindOfKey) {
            return false;
        }
    }
}

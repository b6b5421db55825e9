package dev.vigil.mqtt;

import dev.vigil.base.Secret;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/**
 * Certificates and private keys from PEM files (RFC 7468). A fault's words are to be read after the broker's name; they name
 * the option and the file, and hold nothing of what is in it.
 */
final class Pem {
    private static final long BYTES_MAX = 1 << 20;
    private static final Pattern KEY = Pattern.compile(
            "-----BEGIN ((?:[A-Z0-9]+ )*)PRIVATE KEY-----(.*?)-----END ((?:[A-Z0-9]+ )*)PRIVATE KEY-----",
            Pattern.DOTALL);
    private static final List<String> KINDS = List.of("RSA", "EC", "EdDSA");

    private Pem() {}

    /** @param option the file's name among the options */
    static X509Certificate[] certificates(String option, Path file) throws MqttFault {
        try {
            Collection<? extends Certificate> found = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(bytes(option, file)));
            if (found.isEmpty()) {
                throw unusable(option, file, "there is no certificate in it");
            }
            return found.toArray(X509Certificate[]::new);
        } catch (CertificateException e) {
            throw unusable(option, file, "no certificates that can be read: " + Causes.root(e));
        }
    }

    /** @param password null where the key is not encrypted */
    static PrivateKey privateKey(String option, Path file, Secret password) throws MqttFault {
        Matcher key = KEY.matcher(new String(bytes(option, file), StandardCharsets.US_ASCII));
        if (!key.find()) {
            throw unusable(option, file, "there is no private key in it");
        }
        String kind = key.group(1).strip();
        if (!kind.isEmpty() && !kind.equals("ENCRYPTED")) {
            // PKCS#1, SEC 1 and OpenSSL's own, which the JDK has no reader for.
            throw unusable(
                    option,
                    file,
                    "the key is in the older form '" + kind + " PRIVATE KEY'; PKCS#8 is needed, which"
                            + " openssl pkcs8 -topk8 -nocrypt -in OLD -out NEW writes");
        }
        try {
            byte[] der = Base64.getMimeDecoder().decode(key.group(2));
            if (kind.isEmpty()) {
                return decoded(new PKCS8EncodedKeySpec(der));
            }
            if (password == null) {
                throw unusable(option, file, "the key is encrypted, and there is no keyPassword");
            }
            return decoded(decrypted(der, password));
        } catch (NoSuchAlgorithmException | IOException e) {
            throw unusable(
                    option,
                    file,
                    "the key is encrypted in a way that this Java does not know (" + Causes.root(e)
                            + "); openssl pkcs8 -topk8 -v2 aes-256-cbc -in OLD -out NEW writes one that it does");
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw unusable(
                    option,
                    file,
                    kind.isEmpty()
                            ? "the key can not be read: " + Causes.root(e)
                            : "the key can not be decrypted (is keyPassword right?): " + Causes.root(e));
        }
    }

    private static PrivateKey decoded(PKCS8EncodedKeySpec spec) throws GeneralSecurityException {
        for (String kind : KINDS) {
            try {
                return KeyFactory.getInstance(kind).generatePrivate(spec);
            } catch (InvalidKeySpecException otherKind) {
                continue;
            }
        }
        throw new InvalidKeySpecException("it is none of " + KINDS);
    }

    private static PKCS8EncodedKeySpec decrypted(byte[] der, Secret password)
            throws GeneralSecurityException, IOException {
        EncryptedPrivateKeyInfo info = new EncryptedPrivateKeyInfo(der);
        AlgorithmParameters parameters = info.getAlgParameters();
        // Of PBES2, only the parameters tell which algorithm it is.
        String algorithm = parameters == null ? info.getAlgName() : parameters.toString();
        PBEKeySpec spec = new PBEKeySpec(password.reveal().toCharArray());
        try {
            SecretKey secret = SecretKeyFactory.getInstance(algorithm).generateSecret(spec);
            Cipher cipher = Cipher.getInstance(algorithm);
            cipher.init(Cipher.DECRYPT_MODE, secret, parameters);
            return info.getKeySpec(cipher);
        } finally {
            spec.clearPassword();
        }
    }

    private static byte[] bytes(String option, Path file) throws MqttFault {
        try {
            if (!Files.isRegularFile(file) && Files.exists(file)) {
                throw unusable(option, file, "is not a regular file");
            }
            if (Files.size(file) > BYTES_MAX) {
                throw unusable(option, file, "is larger than 1 MiB");
            }
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw unusable(option, file, "there is no such file");
        } catch (AccessDeniedException e) {
            throw unusable(option, file, "can not be read: permission denied");
        } catch (IOException e) {
            throw unusable(option, file, "can not be read: " + Causes.root(e));
        }
    }

    static MqttFault unusable(String option, Path file, String why) {
        return MqttFault.passing("can not be connected to: " + option + " " + file + ": " + why);
    }
}

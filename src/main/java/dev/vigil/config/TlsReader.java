package dev.vigil.config;

import dev.vigil.base.Fingerprints;
import dev.vigil.base.Secret;
import dev.vigil.mqtt.MqttOptions.Tls;
import dev.vigil.source.SourceOptions;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads the sections {@code mqtt.tls} and {@code cameras.NAME.tls}. */
final class TlsReader {
    private static final String FINGERPRINT_ALLOWED = "SHA-256 of the %s's certificate, as openssl x509 -noout"
            + " -fingerprint -sha256 prints it, or a list of them";

    private TlsReader() {}

    static Tls tls(Section tls) {
        Path caFile = file(tls, "ca_file", "the system's certificates");
        List<String> fingerprints = fingerprints(tls, "broker");
        Path certFile = file(tls, "cert_file", "none");
        Path keyFile = file(tls, "key_file", "none");
        Secret keyPassword = Passwords.ofKey(tls);
        boolean insecure = tls.flag("insecure", Tls.DEFAULT.insecure());
        if (insecure && tls.has("fingerprint")) {
            tls.problem("insecure", "true accepts any certificate, so that fingerprint would not count: choose one");
        } else if (insecure && tls.has("ca_file")) {
            tls.problem("insecure", "true accepts any certificate, so that ca_file would not count: choose one");
        }
        if (tls.has("fingerprint") && tls.has("ca_file")) {
            tls.problem(
                    "fingerprint", "is trusted instead of an authority, so that ca_file would not count: choose one");
        }
        if (tls.has("cert_file") != tls.has("key_file")) {
            String given = tls.has("cert_file") ? "cert_file" : "key_file";
            String missing = tls.has("cert_file") ? "key_file" : "cert_file";
            tls.problem(given, "is of use only together with " + missing);
        }
        for (String key : List.of("key_password", "key_password_file")) {
            if (tls.has(key) && !tls.has("key_file")) {
                tls.problem(key, "there is no key_file that it could be for");
            }
        }
        tls.finish();
        return new Tls(caFile, fingerprints, certFile, keyFile, keyPassword, insecure);
    }

    /** {@code tls_verify} and {@code tls} of a camera. */
    static SourceOptions.Tls ofCamera(Section camera, URI uri, URI detectUri) {
        boolean verify = camera.flag("tls_verify", SourceOptions.Tls.DEFAULT.verify());
        Section tls = camera.section("tls");
        Path caFile = file(tls, "ca_file", "the system's certificates");
        List<String> fingerprints = fingerprints(tls, "camera");
        for (String key : List.of("ca_file", "fingerprint")) {
            if (!verify && tls.has(key)) {
                tls.problem(key, "would not count: tls_verify is false, which accepts any certificate");
            }
        }
        if (tls.has("fingerprint") && tls.has("ca_file")) {
            tls.problem(
                    "fingerprint", "is trusted instead of an authority, so that ca_file would not count: choose one");
        }
        if (tls.has("fingerprint") && (isHttps(uri) || isHttps(detectUri))) {
            tls.problem("fingerprint", "is for rtsps only: for https name the certificate in ca_file");
        }
        tls.finish();
        return new SourceOptions.Tls(verify, caFile, fingerprints);
    }

    private static boolean isHttps(URI uri) {
        return uri != null && "https".equalsIgnoreCase(uri.getScheme());
    }

    private static Path file(Section tls, String key, String fallbackWords) {
        Path file = tls.path(key, "file", fallbackWords, false);
        if (file != null) {
            TextFile.problem(file).ifPresent(message -> tls.problem(key, tls.shown(key, file) + ": " + message));
        }
        return file;
    }

    private static List<String> fingerprints(Section tls, String whose) {
        String allowed = String.format(FINGERPRINT_ALLOWED, whose);
        List<String> fingerprints = new ArrayList<>();
        for (Section.Scalar one : Lists.oneOrMore(tls, "fingerprint", "text or list", "none", false, allowed)) {
            if (Fingerprints.isOne(one.value())) {
                fingerprints.add(one.value());
            } else {
                tls.problem("fingerprint", one.shown() + " is not allowed: " + allowed);
            }
        }
        return fingerprints;
    }
}

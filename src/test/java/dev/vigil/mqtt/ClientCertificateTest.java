package dev.vigil.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.Peers;
import dev.vigil.base.Secret;
import dev.vigil.mqtt.MqttOptions.Tls;
import io.netty.handler.codec.DecoderException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who the client is and whom it trusts: a Mosquitto that asks for certificates, and files as OpenSSL writes them. */
class ClientCertificateTest {
    private static final String OPENSSL = "/usr/bin/openssl";

    @TempDir
    private static Path folder;

    private static Certificates certificates;
    private static Certificates strangers;
    private static Mosquitto broker;

    private final Recorder recorder = new Recorder();

    @BeforeAll
    static void startBroker() throws Exception {
        Mosquitto.require();
        Peers.require(OPENSSL, "openssl");
        certificates = new Certificates(folder);
        certificates.server("broker", "dns:elsewhere.example");
        certificates.server("client", "dns:client.example");
        strangers = new Certificates(Files.createDirectory(folder.resolve("strangers")));
        strangers.server("client", "dns:client.example");
        String conf = "allow_anonymous true\ncafile " + certificates.authority() + "\ncertfile "
                + certificates.certificate("broker") + "\nkeyfile " + certificates.key("broker")
                + "\nrequire_certificate true\n";
        broker = Mosquitto.start(Files.createDirectory(folder.resolve("mosquitto")), conf);
    }

    @AfterAll
    static void stopBroker() throws InterruptedException {
        if (broker != null) {
            broker.close();
        }
    }

    private static String openssl(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(OPENSSL));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(Await.DEADLINE.toSeconds(), TimeUnit.SECONDS))
                .isTrue();
        assertThat(process.exitValue()).as(said).isZero();
        return said;
    }

    private static String fingerprint() throws Exception {
        return openssl(
                        "x509",
                        "-noout",
                        "-fingerprint",
                        "-sha256",
                        "-in",
                        certificates.certificate("broker").toString())
                .strip();
    }

    private static Path file(String name) {
        return folder.resolve(name);
    }

    private Tls trusting;

    @BeforeEach
    void trustTheBroker() throws Exception {
        trusting = Tls.DEFAULT.withFingerprints(List.of(fingerprint()));
    }

    private Tls as(Path certificate, Path key, String password) {
        return trusting.withClientCertificate(certificate, key, password == null ? null : new Secret(password));
    }

    private static TestOptions options(Tls tls) {
        TestOptions options = TestOptions.of("mqtts://localhost:" + broker.port());
        options.retryMin = options.retryMax = Duration.ofMinutes(1);
        options.tls = tls;
        return options;
    }

    private void connects(Tls tls) throws InterruptedException {
        try (MqttClient client = new MqttClient(options(tls).build(), recorder)) {
            client.start();
            Await.next("the connection", recorder.sessionsPresent);
        }
    }

    private String refusal(Tls tls) throws InterruptedException {
        try (MqttClient client = new MqttClient(options(tls).build(), recorder)) {
            client.start();
            String reason = Await.next("the refusal", recorder.away);
            assertThat(client.status().connects()).isZero();
            return reason.substring(reason.indexOf(' ') + 1);
        }
    }

    @Test
    void shouldConnectWhenCertificateIsPinnedWhateverHostItNames() throws Exception {
        String printed = fingerprint();
        assertThat(printed).startsWith("sha256 Fingerprint=");
        String bare = printed.substring(printed.indexOf('=') + 1);
        for (String form : List.of(printed, bare, bare.replace(":", "").toLowerCase(Locale.ROOT))) {
            trusting = Tls.DEFAULT.withFingerprints(List.of("00".repeat(32), form));
            connects(as(certificates.certificate("client"), certificates.key("client"), null));
        }
    }

    @Test
    void shouldTellFingerprintThatCameWhenItIsAnother() throws Exception {
        trusting = Tls.DEFAULT.withFingerprints(List.of("00".repeat(32)));
        String printed = fingerprint();
        assertThat(refusal(as(certificates.certificate("client"), certificates.key("client"), null)))
                .isEqualTo("failed the TLS handshake: the certificate that came is not the pinned one; its SHA-256"
                        + " fingerprint is " + printed.substring(printed.indexOf('=') + 1));
    }

    @Test
    void shouldSayWhatIsWantedWhenThereIsNoClientCertificate() throws Exception {
        assertThat(refusal(trusting)).contains("want").contains(" a client certificate");
    }

    @Test
    void shouldSayItIsNotAcceptedWhenAStrangerSignedTheClientCertificate() throws Exception {
        // Both authorities have one name, or the JDK would offer no certificate to begin with.
        assertThat(refusal(as(strangers.certificate("client"), strangers.key("client"), null)))
                .contains("accept the client's certificate");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "certificate_required | it wants a client certificate, and got none (alert certificate_required)",
                "bad_certificate | it does not accept the client's certificate (alert bad_certificate)",
                "unknown_ca | it does not accept the client's certificate (alert unknown_ca)",
                "handshake_failure | it found no common ground, which is also how TLS 1.2 asks for a client certificate"
                        + " (alert handshake_failure)",
                "internal_error | Received fatal alert: internal_error",
            })
    void shouldSayWhatAnAlertMeansWhenBrokerSendsIt(String alert, String words) {
        assertThat(Causes.words(new DecoderException(new SSLHandshakeException("Received fatal alert: " + alert))))
                .isEqualTo("failed the TLS handshake: " + words);
        // As later versions of Java write it.
        assertThat(Causes.words(new SSLHandshakeException("(" + alert + ") Received fatal alert: " + alert)))
                .endsWith(words);
    }

    @Test
    void shouldTakeRenewedFilesWhenTryingAgain() throws Exception {
        Path certificate = Files.copy(strangers.certificate("client"), file("renewed.pem"));
        Path key = Files.copy(strangers.key("client"), file("renewed.key"));
        TestOptions options = options(as(certificate, key, null));
        options.retryMin = options.retryMax = Duration.ofMillis(20);
        try (MqttClient client = new MqttClient(options.build(), recorder)) {
            client.start();
            Await.next("the refusal", recorder.away);
            Files.copy(certificates.certificate("client"), certificate, StandardCopyOption.REPLACE_EXISTING);
            Files.copy(certificates.key("client"), key, StandardCopyOption.REPLACE_EXISTING);
            Await.next("the connection", recorder.sessionsPresent);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-aes-256-cbc", "-aes-128-cbc"})
    void shouldReadKeyWhenItIsEncrypted(String cipher) throws Exception {
        Path key = file("encrypted" + cipher + ".key");
        openssl(
                "pkcs8",
                "-topk8",
                "-v2",
                cipher.substring(1),
                "-passout",
                "pass:open sesame",
                "-in",
                certificates.key("client").toString(),
                "-out",
                key.toString());
        assertThat(Files.readString(key)).startsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----");
        Path certificate = certificates.certificate("client");
        connects(as(certificate, key, "open sesame"));
        assertThat(refusal(as(certificate, key, null)))
                .isEqualTo("can not be connected to: keyFile " + key
                        + ": the key is encrypted, and there is no keyPassword");
        assertThat(refusal(as(certificate, key, "s3same")))
                .startsWith("can not be connected to: keyFile " + key
                        + ": the key can not be decrypted (is keyPassword right?): ")
                .doesNotContain("s3same");
    }

    @Test
    void shouldNameTheCommandWhenEncryptionIsUnknown() throws Exception {
        Path key = file("des3.key");
        openssl(
                "pkcs8",
                "-topk8",
                "-v2",
                "des3",
                "-passout",
                "pass:x",
                "-in",
                certificates.key("client").toString(),
                "-out",
                key.toString());
        assertThat(refusal(as(certificates.certificate("client"), key, "x")))
                .startsWith("can not be connected to: keyFile " + key
                        + ": the key is encrypted in a way that this Java does not know (")
                .endsWith("openssl pkcs8 -topk8 -v2 aes-256-cbc -in OLD -out NEW writes one that it does");
    }

    @ParameterizedTest
    @CsvSource({
        "rsa, RSA PRIVATE KEY",
        "ec, EC PRIVATE KEY",
    })
    void shouldNameTheCommandWhenKeyIsInAnOlderForm(String kind, String label) throws Exception {
        Path modern = file("modern-" + label + ".key");
        Path old = file("old-" + label + ".key");
        Path converted = file("converted-" + label + ".key");
        if (kind.equals("ec")) {
            openssl("ecparam", "-genkey", "-name", "prime256v1", "-out", old.toString());
        } else {
            openssl("genrsa", "-out", modern.toString(), "2048");
            openssl("rsa", "-traditional", "-in", modern.toString(), "-out", old.toString());
        }
        assertThat(refusal(as(certificates.certificate("client"), old, null)))
                .isEqualTo("can not be connected to: keyFile " + old + ": the key is in the older form '" + label
                        + "'; PKCS#8 is needed, which openssl pkcs8 -topk8 -nocrypt -in OLD -out NEW writes");
        // The command does what is said: what is wrong now is only that it is another's key.
        openssl("pkcs8", "-topk8", "-nocrypt", "-in", old.toString(), "-out", converted.toString());
        assertThat(refusal(as(certificates.certificate("client"), converted, null)))
                .isEqualTo("can not be connected to: keyFile " + converted
                        + ": is not the key of the first certificate in " + certificates.certificate("client"));
    }

    @Test
    void shouldSayWhatIsWrongWhenFilesCanNotBeUsed() throws Exception {
        Path certificate = certificates.certificate("client");
        Path key = certificates.key("client");
        Path nothing = Files.writeString(file("nothing.pem"), "nothing\n");
        Path garbage = Files.writeString(
                file("garbage.key"), "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
        String start = "can not be connected to: ";
        assertThat(refusal(as(certificate, file("none.key"), null)))
                .isEqualTo(start + "keyFile " + file("none.key") + ": there is no such file");
        assertThat(refusal(as(certificate, folder, null)))
                .isEqualTo(start + "keyFile " + folder + ": is not a regular file");
        assertThat(refusal(as(certificate, nothing, null)))
                .isEqualTo(start + "keyFile " + nothing + ": there is no private key in it");
        assertThat(refusal(as(certificate, garbage, null)))
                .isEqualTo(start + "keyFile " + garbage + ": the key can not be read: it is none of [RSA, EC, EdDSA]");
        assertThat(refusal(as(nothing, key, null))).startsWith(start + "certFile " + nothing + ": ");
        assertThat(refusal(as(key, key, null))).startsWith(start + "certFile " + key + ": ");
    }
}

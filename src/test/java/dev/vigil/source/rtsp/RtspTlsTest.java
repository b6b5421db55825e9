package dev.vigil.source.rtsp;

import static dev.vigil.source.rtsp.Packets.IDR;
import static dev.vigil.source.rtsp.Packets.rtp;
import static dev.vigil.source.rtsp.StreamProbe.PATIENCE;
import static dev.vigil.source.rtsp.StreamProbe.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.base.Fingerprints;
import dev.vigil.source.SourceException.Cause;
import dev.vigil.source.SourceOptions;
import dev.vigil.source.SourceOptions.Tls;
import dev.vigil.source.SourceOptions.Transport;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RtspTlsTest {
    private static final char[] PASSWORD = "changeit".toCharArray();

    @TempDir
    Path folder;

    private X509Certificate certificate;

    @Test
    void shouldPlayWhenAuthorityIsTrustedAndCertificateNamesHost() throws Exception {
        SSLContext context = context("ip:127.0.0.1");
        assertPlays(context, trusting(pem(), List.of()));
    }

    @Test
    void shouldSaySoWhenCertificateIsForAnotherHost() throws Exception {
        SSLContext context = context("dns:another.host");
        assertRefused(context, trusting(pem(), List.of()), "is for another host", "127.0.0.1");
    }

    @Test
    void shouldTellFingerprintWhenNoTrustedAuthoritySigned() throws Exception {
        SSLContext context = context("ip:127.0.0.1");
        assertRefused(
                context,
                Tls.DEFAULT,
                "no authority that is trusted",
                "tls.fingerprint: " + Fingerprints.of(certificate));
    }

    @Test
    void shouldPlayWhenFingerprintIsPinnedWhateverHostItNames() throws Exception {
        SSLContext context = context("dns:another.host");
        assertPlays(context, trusting(null, List.of("00".repeat(32), Fingerprints.of(certificate))));
    }

    @Test
    void shouldRefuseWhenAnotherCertificateIsPinned() throws Exception {
        SSLContext context = context("ip:127.0.0.1");
        assertRefused(
                context,
                trusting(null, List.of("00".repeat(32))),
                "is not the pinned one",
                Fingerprints.of(certificate));
    }

    @Test
    void shouldSaySoWhenCertificateHasExpired() throws Exception {
        keytool("-alias", "ca", "-dname", "CN=authority", "-ext", "bc:c"); // of a trusted certificate no date counts
        SSLContext context = context("ip:127.0.0.1", "-signer", "ca", "-startdate", "-3d", "-validity", "1");
        assertRefused(context, trusting(pem(), List.of()), "has expired");
    }

    @Test
    void shouldNameTheFileWhenItHoldsNoCertificate() throws Exception {
        SSLContext context = context("ip:127.0.0.1");
        Path empty = Files.writeString(folder.resolve("empty.pem"), "nothing of use");
        assertRefused(context, trusting(empty, List.of()), "tls.ca_file " + empty);
    }

    @Test
    void shouldPlayWhenVerificationIsOff() throws Exception {
        assertPlays(context("dns:another.host"), new Tls(false, null, List.of()));
    }

    @Test
    void shouldKeepDeadlineWhenHandshakeIsNeverAnswered() throws Exception {
        try (ScriptedCamera camera = ScriptedCamera.start(ScriptedCamera.Conversation::untilClosed)) {
            Duration brief = Duration.ofMillis(400);
            assertFails(
                    () -> StreamProbe.open(StreamProbe.options(uri(camera), Transport.TCP, brief, brief)),
                    Cause.UNREACHABLE,
                    "TLS");
        }
    }

    @Test
    void shouldRefuseUdpWhenAddressIsTls() throws Exception {
        try (ScriptedCamera camera = camera(context("ip:127.0.0.1"))) {
            assertFails(
                    () -> StreamProbe.open(options(camera, new Tls(false, null, List.of())).toBuilder()
                            .transport(Transport.UDP)
                            .build()),
                    Cause.UNSUPPORTED,
                    "TCP only");
        }
    }

    private static Tls trusting(Path caFile, List<String> fingerprints) {
        return new Tls(true, caFile, fingerprints);
    }

    private static SourceOptions options(ScriptedCamera camera, Tls tls) {
        return StreamProbe.options(uri(camera), Transport.TCP, PATIENCE, PATIENCE).toBuilder()
                .tls(tls)
                .build();
    }

    private static void assertPlays(SSLContext context, Tls tls) throws Exception {
        try (ScriptedCamera camera = camera(context);
                StreamProbe probe = StreamProbe.open(options(camera, tls))) {
            assertThat(probe.read().key()).isTrue();
        }
    }

    private static void assertRefused(SSLContext context, Tls tls, String... words) throws Exception {
        try (ScriptedCamera camera = camera(context)) {
            assertFails(() -> StreamProbe.open(options(camera, tls)), Cause.REFUSED, words);
        }
    }

    private Path pem() throws Exception {
        String body = Base64.getMimeEncoder().encodeToString(certificate.getEncoded());
        return Files.writeString(
                folder.resolve("camera.pem"), "-----BEGIN CERTIFICATE-----\n" + body + "\n-----END CERTIFICATE-----\n");
    }

    private static ScriptedCamera camera(SSLContext context) throws Exception {
        ServerSocket listening =
                context.getServerSocketFactory().createServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
        return ScriptedCamera.over(listening, with -> {
            with.agree();
            with.frame(0, rtp(1, 0, true, IDR));
            with.untilClosed();
        });
    }

    private static URI uri(ScriptedCamera camera) {
        return URI.create("rtsps://127.0.0.1:" + camera.port() + "/cam");
    }

    /** A context that shows a self-signed certificate for that name. */
    private SSLContext context(String subjectAlternativeName, String... more) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("-alias", "camera", "-dname", "CN=camera"));
        arguments.addAll(List.of("-ext", "san=" + subjectAlternativeName));
        arguments.addAll(List.of(more));
        keytool(arguments.toArray(String[]::new));
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(folder.resolve("camera.p12"))) {
            store.load(in, PASSWORD);
        }
        boolean signed = store.containsAlias("ca");
        certificate = (X509Certificate) store.getCertificate(signed ? "ca" : "camera");
        if (signed) {
            store.deleteEntry("ca"); // its key is not the camera's to show
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }

    private void keytool(String... arguments) throws Exception {
        Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
        List<String> command = new ArrayList<>(List.of(keytool.toString(), "-genkeypair", "-keyalg", "EC"));
        command.addAll(List.of("-keystore", folder.resolve("camera.p12").toString()));
        command.addAll(List.of("-storepass", new String(PASSWORD)));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
    }
}

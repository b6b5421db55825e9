package dev.vigil.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.source.sim.SimulatedCameraOptions;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.concurrent.TimeUnit;

/** A self-signed certificate for 127.0.0.1, made with the JDK's own tool. */
final class TestCertificate {
    private static final char[] PASSWORD = "changeit".toCharArray();

    private TestCertificate() {}

    static SimulatedCameraOptions.Tls make(Path folder) throws Exception {
        Path store = folder.resolve("camera.p12");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        new String(PASSWORD),
                        "-alias",
                        "camera",
                        "-dname",
                        "CN=camera",
                        "-keyalg",
                        "EC",
                        "-ext",
                        "san=ip:127.0.0.1")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        KeyStore keys = KeyStore.getInstance(store.toFile(), PASSWORD);
        return new SimulatedCameraOptions.Tls(
                pem(
                        folder.resolve("camera.crt"),
                        "CERTIFICATE",
                        keys.getCertificate("camera").getEncoded()),
                pem(
                        folder.resolve("camera.key"),
                        "PRIVATE KEY",
                        keys.getKey("camera", PASSWORD).getEncoded()));
    }

    private static Path pem(Path file, String what, byte[] bytes) throws Exception {
        String text = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                .encodeToString(bytes);
        return Files.writeString(file, "-----BEGIN " + what + "-----\n" + text + "\n-----END " + what + "-----\n");
    }
}

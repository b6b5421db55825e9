package dev.vigil.mqtt;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Certificates for a test, made with the JDK's keytool: an authority of our own, and servers that it vouches for. */
final class Certificates {
    static final String PASSWORD = "changeit";

    private final Path folder;

    Certificates(Path folder) throws Exception {
        this.folder = folder;
        generate("ca", "CN=Vigil test authority", "bc:c");
        keytool("ca", "-exportcert", "-rfc", "-alias", "ca", "-file", pem("ca"));
    }

    /** The authority's certificate, PEM. */
    Path authority() {
        return folder.resolve("ca.pem");
    }

    /**
     * Makes {@code NAME.pem} and {@code NAME.key} in the folder.
     *
     * @param subjectNames as in {@code dns:localhost,ip:127.0.0.1}
     */
    void server(String name, String subjectNames) throws Exception {
        generate(name, "CN=" + name, "san=" + subjectNames);
        keytool(
                name,
                "-certreq",
                "-alias",
                name,
                "-file",
                folder.resolve(name + ".csr").toString());
        keytool(
                "ca",
                "-gencert",
                "-rfc",
                "-alias",
                "ca",
                "-ext",
                "san=" + subjectNames,
                "-infile",
                folder.resolve(name + ".csr").toString(),
                "-outfile",
                pem(name));
        // With the signed certificate in place of the self-signed one.
        keytool(name, "-importcert", "-noprompt", "-alias", "ca", "-file", pem("ca"));
        keytool(name, "-importcert", "-noprompt", "-alias", name, "-file", pem(name));
        Files.writeString(folder.resolve(name + ".key"), privateKey(name));
    }

    /** A key store of a server and its authority, as Java brokers want it; protected by {@link #PASSWORD}. */
    Path keyStore(String name) {
        return folder.resolve(name + ".p12");
    }

    /** A store in which the authority is trusted, made by this. */
    Path trustStore() throws Exception {
        keytool("trust", "-importcert", "-noprompt", "-alias", "ca", "-file", pem("ca"));
        return folder.resolve("trust.p12");
    }

    Path certificate(String name) {
        return folder.resolve(name + ".pem");
    }

    Path key(String name) {
        return folder.resolve(name + ".key");
    }

    private String pem(String name) {
        return folder.resolve(name + ".pem").toString();
    }

    private void generate(String name, String subject, String extension) throws Exception {
        keytool(
                name,
                "-genkeypair",
                "-alias",
                name,
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-dname",
                subject,
                "-ext",
                extension,
                "-validity",
                "2");
    }

    private String privateKey(String name) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(folder.resolve(name + ".p12"))) {
            store.load(in, PASSWORD.toCharArray());
        }
        byte[] key = store.getKey(name, PASSWORD.toCharArray()).getEncoded();
        return "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key)
                + "\n-----END PRIVATE KEY-----\n";
    }

    private void keytool(String store, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(arguments));
        command.addAll(List.of("-keystore", folder.resolve(store + ".p12").toString()));
        command.addAll(List.of("-storetype", "PKCS12", "-storepass", PASSWORD));
        Path log = folder.resolve("keytool.log");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        if (!process.waitFor(Await.DEADLINE.toSeconds(), TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new IOException("keytool failed: " + Files.readString(log));
        }
    }
}

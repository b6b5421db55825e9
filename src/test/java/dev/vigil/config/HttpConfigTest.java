package dev.vigil.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vigil.http.HttpOptions;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HttpConfigTest {
    private static final String CAMERA = "cameras: {gate: {url: 'rtsp://192.168.1.20/s'}}\n";
    private static final String TOKEN = "a-token-of-many-letters";

    @TempDir
    private Path folder;

    private ConfigFolder config;

    @BeforeEach
    void open() throws Exception {
        config = new ConfigFolder(folder);
    }

    private HttpOptions http(String yaml) throws Exception {
        return config.read(CAMERA + yaml).http();
    }

    private static InetSocketAddress at(String address, int port) throws Exception {
        return new InetSocketAddress(InetAddress.getByName(address), port);
    }

    @Test
    void shouldListenOnLoopbackWhenNothingIsSaid() throws Exception {
        assertThat(http("")).isEqualTo(new HttpOptions(at("127.0.0.1", 8745), null));
        assertThat(http("http: true")).isEqualTo(http(""));
        assertThat(http("http:")).isEqualTo(http(""));
    }

    @Test
    void shouldBeOffWhenItIsSaidInEitherWay() throws Exception {
        assertThat(http("http: false")).isEqualTo(HttpOptions.OFF);
        assertThat(http("http: {enabled: false, listen: '127.0.0.1:1'}")).isEqualTo(HttpOptions.OFF);
    }

    @Test
    void shouldTakeAddressAndTokenWhenBothAreGiven() throws Exception {
        config.environment.put("T", TOKEN);
        HttpOptions open = http("http: {listen: '0.0.0.0:80', token: '${T}'}");
        assertThat(open.listen()).isEqualTo(at("0.0.0.0", 80));
        assertThat(open.token().reveal()).isEqualTo(TOKEN);
        assertThat(open.toString()).doesNotContain(TOKEN);
        Files.writeString(folder.resolve("token"), TOKEN + "\n");
        assertThat(http("http: {listen: '[::]:80', token_file: token}").token().reveal())
                .isEqualTo(TOKEN);
        config.environment.put("CREDENTIALS_DIRECTORY", folder.toString());
        assertThat(http("http: {listen: '192.168.1.5:80', token_credential: token}")
                        .token()
                        .reveal())
                .isEqualTo(TOKEN);
        assertThat(http("http: {listen: '[::1]:9'}").listen()).isEqualTo(at("::1", 9));
        assertThat(http("http: {listen: 'localhost:0'}").listen()).isEqualTo(at("127.0.0.1", 0));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{listen: '0.0.0.0:8745'} | http.listen: 0.0.0.0:8745 is reached by other machines: token, token_file",
                "{listen: '[::]:8745'} | is reached by other machines",
                "{listen: '192.168.1.5:8745'} | is reached by other machines",
                "{listen: '8745'} | http.listen: 8745 is not allowed: ADDRESS:PORT",
                "{listen: 'box.example:8745'} | http.listen: box.example:8745 is not allowed: ADDRESS:PORT",
                "{listen: '127.0.0.1:99999'} | is not allowed: ADDRESS:PORT",
                "{listen: '127.0.0.1.5:9'} | is not allowed: ADDRESS:PORT",
                "{token: 'short-secret'} | http.token: is no token: 16 to 256 letters",
                "{token: 'with a space in its midst'} | http.token: is no token: 16 to 256 letters",
                "{token: 'a-token-of-many-letters', token_file: x} | http.token_file: is given besides token",
                "{token_file: nowhere} | http.token_file: the file is not there",
                "{port: 80} | http.port",
                "yes | http: yes is not allowed: true or false",
            })
    void shouldSayWhatIsWrongWhenItIsWritten(String http, String message) {
        assertThatThrownBy(() -> http("http: " + http))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(message)
                .hasMessageNotContaining("short-secret")
                .hasMessageNotContaining("with a space in its midst")
                .hasMessageNotContaining(TOKEN);
    }
}

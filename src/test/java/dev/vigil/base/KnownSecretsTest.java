package dev.vigil.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KnownSecretsTest {
    @ParameterizedTest
    @ValueSource(strings = {"p%40ss%2Fw%3ard-1", "p@ss/w:rd-1", "p%40ss/w:rd-1"})
    void shouldMaskEveryFormOfAPasswordWhenAnAddressHasIt(String echoed) {
        KnownSecrets.addAddress(URI.create("rtsp://admin:p%40ss%2Fw%3Ard-1@10.0.0.1/"));
        assertThat(KnownSecrets.masked("401 no '" + echoed + "' here"))
                .doesNotContain("ss/w:rd-1", "ss%2Fw")
                .startsWith("401 no '")
                .endsWith("' here");
    }

    @Test
    void shouldMaskBasicLoginAndTokensWhenACameraEchoesThem() {
        KnownSecrets.addAddress(URI.create("http://joe:tops%20ecret@10.0.0.1/live?token=abcdef99&channel=main"));
        String basic = Base64.getEncoder().encodeToString("joe:tops ecret".getBytes(StandardCharsets.UTF_8));
        assertThat(KnownSecrets.masked("Basic " + basic + ", abcdef99 on main")).isEqualTo("Basic ***, *** on main");
    }

    @Test
    void shouldLeaveTextAloneWhenSecretIsTooShortToBeToldFromWords() {
        KnownSecrets.add("cat");
        assertThat(KnownSecrets.masked("a category")).isEqualTo("a category");
    }

    @Test
    void shouldMaskWhatASecretHoldsWhenSomeoneElseTellsIt() {
        Secret secret = new Secret("hold-me-back");
        assertThat(KnownSecrets.masked("it is " + secret.reveal())).isEqualTo("it is ***");
    }
}

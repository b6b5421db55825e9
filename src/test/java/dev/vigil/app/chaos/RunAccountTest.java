package dev.vigil.app.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;

class RunAccountTest {
    private final RunAccount account = new RunAccount();

    private static JsonNode json(String text) throws Exception {
        return new ObjectMapper().readTree(text);
    }

    private void ledger(long read, long published, long dropped) throws Exception {
        account.ledger(json("{\"read\": %d, \"published\": %d, \"in_flight\": %d, \"dropped\": {\"superseded\": %d}}"
                .formatted(read, published, read - published - dropped, dropped)));
    }

    @Test
    void shouldLoseNothingWhenMessagesAndTheirDropsAreAllFrames() throws Exception {
        account.message(1, json("{}"));
        account.message(4, json("{\"superseded\": 2}"));
        ledger(4, 2, 2);
        assertThat(account.sum("cam1", "a", false).lost()).isZero();
        assertThat(account.message(4, json("{\"superseded\": 2}"))).isFalse();
        assertThat(account.sum("cam1", "a", false).lost()).isZero();
        assertThat(account.sum("cam1", "a", false).duplicates()).isEqualTo(1);
    }

    @Test
    void shouldLoseAFrameWhenNoMessageTellsOfIt() throws Exception {
        account.message(1, json("{}"));
        account.message(4, json("{\"superseded\": 1}"));
        ledger(4, 3, 1);
        assertThat(account.sum("cam1", "a", false).lost()).isEqualTo(1);
    }

    @Test
    void shouldLoseWhatWasPublishedAndDidNotComeWhenTheProcessWasKilled() throws Exception {
        account.message(1, json("{}"));
        account.message(2, json("{}"));
        ledger(6, 4, 0);
        RunAccount.Sum sum = account.sum("cam1", "a", true);
        assertThat(sum.lost()).isEqualTo(2);
        assertThat(sum.inFlightAtKill()).isEqualTo(4);
    }

    @Test
    void shouldBeAnotherProcessWhenLessWasReadThanBefore() throws Exception {
        ledger(6, 4, 0);
        assertThat(account.canHaveRead(5)).isFalse();
        assertThat(account.canHaveRead(6)).isTrue();
    }
}

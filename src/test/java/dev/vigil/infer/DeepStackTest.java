package dev.vigil.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class DeepStackTest {
    private static int depth(int wanted) {
        return wanted == 0 ? 0 : 1 + depth(wanted - 1);
    }

    @Test
    void shouldRecurseDeeplyAndPassOnWhatIsThrown() throws Exception {
        assertThat(DeepStack.<Integer>call("deep", () -> depth(200_000))).isEqualTo(200_000);
        InferException expected = new InferException("expected");
        assertThatThrownBy(() -> DeepStack.call("throws", () -> {
                    throw expected;
                }))
                .isSameAs(expected);
        assertThatThrownBy(() -> DeepStack.call("throws", () -> {
                    throw new IllegalStateException("unchecked");
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("unchecked");
        assertThatThrownBy(() -> DeepStack.call("throws", () -> {
                    throw new AssertionError("error");
                }))
                .isInstanceOf(AssertionError.class);
    }

    @Test
    void shouldKeepTheInterruptWhenInterruptedWhileLoading() {
        CompletableFuture<Integer> loaded = new CompletableFuture<>(); // what is there at once is not waited for
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> DeepStack.call("interrupted", loaded::join))
                .isInstanceOf(InferException.class)
                .hasMessageContaining("interrupted");
        assertThat(Thread.interrupted()).isTrue();
        loaded.complete(0);
    }
}

package dev.vigil.app.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.app.control.CommandTopics.Target;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CommandQueueTest {
    private static final int CAMERAS = 50;
    private static final int TOPICS = (CAMERAS + 1) * Setting.values().length;

    private final CommandQueue queue = new CommandQueue(TOPICS);

    private static Command command(String camera, boolean isKnown, String setting, String text) {
        return new Command(new Target(camera + "/set", camera, isKnown, setting), text, null, 0, null, null);
    }

    private List<String> takeAll() {
        List<String> taken = new ArrayList<>();
        for (List<Command> some = queue.take(7); !some.isEmpty(); some = queue.take(7)) {
            some.forEach(command ->
                    taken.add(command.target().base() + "/" + command.target().setting() + "=" + command.text()));
        }
        return taken;
    }

    @Test
    void shouldKeepOrderAndEveryCommandWhenFewWait() {
        assertThat(queue.isEmpty()).isTrue();
        assertThat(queue.offer(command("a", true, "fps", "1"))).isTrue();
        assertThat(queue.offer(command("a", true, "fps", "2"))).isTrue();
        assertThat(queue.offer(command("b", false, "zoom", "3"))).isTrue();
        assertThat(takeAll()).containsExactly("a/set/fps=1", "a/set/fps=2", "b/set/zoom=3");
        assertThat(queue.isEmpty()).isTrue();
    }

    @Test
    void shouldHaveTheLastCommandOfEachTopicWhenFlooded() {
        Random random = new Random(3);
        Map<String, String> last = new HashMap<>();
        boolean leftOut = false;
        for (int i = 0; i < 20_000; i++) {
            String camera = "cam" + random.nextInt(CAMERAS);
            String setting = Setting.values()[random.nextInt(Setting.values().length)].label();
            leftOut |= !queue.offer(command(camera, true, setting, String.valueOf(i)));
            last.put(camera + "/set/" + setting, String.valueOf(i));
            queue.offer(command("nonsense" + i, false, setting, "x"));
            queue.offer(command(camera, true, "nonsense" + i, "x"));
        }
        assertThat(leftOut).isTrue();
        List<String> taken = takeAll();
        assertThat(taken).hasSizeLessThanOrEqualTo(2 * TOPICS);
        Map<String, String> lastTaken = new HashMap<>();
        taken.forEach(command -> lastTaken.put(command.split("=", 2)[0], command.split("=", 2)[1]));
        assertThat(lastTaken).containsAllEntriesOf(last);
    }
}

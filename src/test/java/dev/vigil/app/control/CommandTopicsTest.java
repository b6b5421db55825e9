package dev.vigil.app.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.app.control.CommandTopics.Target;
import dev.vigil.config.TopicConfig;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandTopicsTest {
    private static final CommandTopics STANDARD =
            new CommandTopics(TopicConfig.DEFAULT, "box", List.of("gate", "yard", "set"));

    private static CommandTopics of(String set, String setNode) {
        TopicConfig d = TopicConfig.DEFAULT;
        TopicConfig topics = new TopicConfig(
                "site/a",
                d.detections(),
                d.status(),
                d.settings(),
                d.objects(),
                set,
                setNode,
                d.availability(),
                d.stats(),
                0);
        return new CommandTopics(topics, "box", List.of("gate", "yard"));
    }

    @Test
    void shouldKnowWhomCommandIsForWhenTopicIsStandard() {
        assertThat(STANDARD.filters()).containsExactly("vigil/box/set/+", "vigil/box/+/set/+");
        assertThat(STANDARD.target("vigil/box/gate/set/fps"))
                .contains(new Target("vigil/box/gate/set", "gate", true, "fps"));
        assertThat(STANDARD.target("vigil/box/set/fps")).contains(new Target("vigil/box/set", null, true, "fps"));
        assertThat(STANDARD.target("vigil/box/set/set/fps"))
                .contains(new Target("vigil/box/set/set", "set", true, "fps"));
        assertThat(STANDARD.target("vigil/box/gate/set/zoom"))
                .contains(new Target("vigil/box/gate/set", "gate", true, "zoom"));
        assertThat(STANDARD.target("vigil/box/gaet/set/fps"))
                .contains(new Target("vigil/box/gaet/set", "gaet", false, "fps"));
        assertThat(STANDARD.target("vigil/box//set/")).contains(new Target("vigil/box//set", "", false, ""));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "vigil/box/gate/set/result",
                "vigil/box/set/result",
                "vigil/box/nowhere/set/result",
                "vigil/box/set/status", // of the camera named set
                "vigil/box/set/detections",
                "vigil/other/gate/set/fps",
                "vigil/box/gate/detections",
                "set",
                ""
            })
    void shouldPassByWhenTopicIsNoCommand(String topic) {
        assertThat(STANDARD.target(topic)).isEmpty();
    }

    @Test
    void shouldPassByWhenTopicIsTooLong() {
        assertThat(STANDARD.target("vigil/box/" + "x".repeat(600) + "/set/fps")).isEmpty();
    }

    @Test
    void shouldSubscribeToEachCameraWhenCameraIsNoLevelOfItsOwn() {
        CommandTopics topics = of("{prefix}/cam-{camera}/do", "{prefix}/{node}/do");
        assertThat(topics.filters()).containsExactly("site/a/box/do/+", "site/a/cam-gate/do/+", "site/a/cam-yard/do/+");
        assertThat(topics.target("site/a/cam-yard/do/score"))
                .contains(new Target("site/a/cam-yard/do", "yard", true, "score"));
        assertThat(topics.target("site/a/cam-x/do/score")).isEmpty();
    }

    @Test
    void shouldFindCameraWhenItStandsTwiceOrLast() {
        CommandTopics topics = of("{camera}/{node}/{camera}", "all");
        assertThat(topics.filters()).containsExactly("all/+", "+/box/+/+");
        assertThat(topics.target("gate/box/gate/fps")).contains(new Target("gate/box/gate", "gate", true, "fps"));
        assertThat(topics.target("a/box/a/fps")).contains(new Target("a/box/a", "a", false, "fps"));
        assertThat(topics.target("a/box/b/fps")).isEmpty();
    }
}

package dev.vigil.publish;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.MessageSchema;
import dev.vigil.frame.CaptureClock;
import dev.vigil.frame.DropCause;
import dev.vigil.frame.Step;
import dev.vigil.source.CameraStatus;
import dev.vigil.source.SourceException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds the enumerations in {@code config/schema} against the code's. */
class MessageSchemaTest {
    private static final List<String> CAUSES =
            Stream.of(DropCause.ALL).map(DropCause::label).toList();

    @Test
    void shouldListEveryDropCauseWhereDropsAreTold() {
        assertThat(MessageSchema.DETECTIONS.namesAt("/$defs/dropped/properties"))
                .isEqualTo(CAUSES);
        assertThat(MessageSchema.STATUS.namesAt("/properties/ledger/properties/dropped/properties"))
                .isEqualTo(CAUSES);
    }

    @Test
    void shouldListEveryStepAndTheirTotalWhereTimesAreTold() {
        List<String> steps =
                new ArrayList<>(Stream.of(Step.ALL).map(Step::label).toList());
        steps.add("total");
        assertThat(MessageSchema.DETECTIONS.namesAt("/properties/us/properties"))
                .isEqualTo(steps);
        assertThat(MessageSchema.DETECTIONS.namesAt("/properties/us/required")).isEqualTo(steps);
        assertThat(MessageSchema.STATS.namesAt("/properties/us/properties")).isEqualTo(steps);
        assertThat(MessageSchema.STATS.namesAt("/properties/us/required")).isEqualTo(steps);
    }

    @Test
    void shouldListEveryClock() {
        assertThat(MessageSchema.DETECTIONS.namesAt("/properties/clock/enum"))
                .isEqualTo(Stream.of(CaptureClock.values())
                        .map(CaptureClock::label)
                        .toList());
    }

    @Test
    void shouldListEveryStateAndCauseOfCamera() {
        assertThat(MessageSchema.STATUS.namesAt("/properties/state/enum"))
                .isEqualTo(lowerCase(Stream.of(CameraStatus.State.values())));
        List<String> causes = new ArrayList<>(List.of("null"));
        causes.addAll(lowerCase(Stream.of(SourceException.Cause.values())));
        assertThat(MessageSchema.STATUS.namesAt("/properties/cause/enum")).isEqualTo(causes);
    }

    @Test
    void shouldRequireEveryKeyOfMessage() {
        for (MessageSchema schema : MessageSchema.values()) {
            assertThat(schema.namesAt("/required")).as(schema.name()).isEqualTo(schema.namesAt("/properties"));
            assertThat(schema.at("/additionalProperties").booleanValue())
                    .as(schema.name())
                    .isFalse();
        }
    }

    private static List<String> lowerCase(Stream<? extends Enum<?>> values) {
        return values.map(value -> value.name().toLowerCase(Locale.ROOT)).toList();
    }
}

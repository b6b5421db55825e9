package dev.vigil.source.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vigil.Peers;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** {@code vigil prove ingest-fuzz} in short. */
class IngestFuzzTest {
    private static final Pattern PICTURES =
            Pattern.compile("cases +(\\d+) in .*pictures +(\\d+) got through", Pattern.DOTALL);

    @Test
    void shouldBeLeftUnharmedWhenCamerasSendAnything() {
        Peers.require(ProofClips.PROGRAM.toString(), "ffmpeg");
        StringWriter out = new StringWriter();
        int status = new CommandLine(new IngestFuzzCommand())
                .setOut(new PrintWriter(out, true))
                .execute("--for", "6s", "--seed", "20261122");
        assertThat(status).as("%s", out).isZero();
        Matcher figures = PICTURES.matcher(out.toString());
        assertThat(figures.find()).as("%s", out).isTrue();
        assertThat(Long.parseLong(figures.group(1))).as("%s", out).isGreaterThan(50);
        assertThat(Long.parseLong(figures.group(2)))
                .as("pictures: what is fed is not all refused at the door; %s", out)
                .isGreaterThan(50);
    }

    @Test
    void shouldMakeTheSameBytesWhenTheSeedIsTheSame() {
        byte[] seed = {1, 2, 3, 4, 5, 6, 7, 8};
        List<byte[]> twice = List.of(Mutation.of(seed, new Random(7)), Mutation.of(seed, new Random(7)));
        assertThat(twice.get(0)).isEqualTo(twice.get(1));
        assertThat(seed).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
    }
}

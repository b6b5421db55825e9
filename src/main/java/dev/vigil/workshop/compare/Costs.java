package dev.vigil.workshop.compare;

import dev.vigil.workshop.trial.Latency;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/**
 * What a model costs on this box, over all rounds.
 *
 * @param latency of the runs of all rounds together; one picture, one worker
 * @param p50Ms of latency, by round
 * @param postMs decoding and NMS after a run, the medians of the rounds
 * @param byBatch frames a second of one worker, by pictures of a run
 * @param framesPerSecond of all workers with one picture of a run each, inference alone
 * @param cpuMsPerFrame of all workers
 * @param residentBytes by how much the process grew while the model was loaded and run
 * @param joulesPerFrame of the processors, with all workers
 * @param batchProblem why it was run on single pictures only; null where it was not
 */
public record Costs(
        Figure loadMs,
        Latency latency,
        Figure p50Ms,
        Figure postMs,
        Map<Integer, Figure> byBatch,
        int workers,
        Figure framesPerSecond,
        Figure cpuMsPerFrame,
        Figure residentBytes,
        Figure joulesPerFrame,
        String batchProblem) {
    /** @param rounds one at least */
    static Costs of(List<Round> rounds) {
        Round first = rounds.get(0);
        Map<Integer, Figure> byBatch = new TreeMap<>();
        for (int batch : first.byBatch().keySet()) {
            byBatch.put(batch, figure(rounds, round -> round.byBatch().getOrDefault(batch, Double.NaN)));
        }
        double[] all = rounds.stream()
                .flatMapToDouble(round -> Arrays.stream(round.latencyMs()))
                .toArray();
        return new Costs(
                figure(rounds, Round::loadMs),
                Latency.of(all, 1),
                figure(rounds, round -> round.latency().p50Ms()),
                figure(rounds, round -> Latency.of(round.postMs(), 1).p50Ms()),
                byBatch,
                first.workers(),
                figure(rounds, round -> round.allWorkers().framesPerSecond()),
                figure(rounds, round -> round.allWorkers().cpuMsPerFrame()),
                figure(rounds, Round::residentBytes),
                figure(rounds, Round::joulesPerFrame),
                first.batchProblem());
    }

    private static Figure figure(List<Round> rounds, ToDoubleFunction<Round> of) {
        return Figure.of(rounds.stream().mapToDouble(of).boxed().toList());
    }
}

package dev.vigil.workshop.distill;

import dev.vigil.workshop.trial.FrameSet.Source;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Which frames are to train with and which to validate with, so that the latter are not nearly the former: whole scenes go to one
 * side or the other. A scene that is too long for that, such as that of a camera that hangs still, is cut into stretches of time,
 * and between the two sides some time is left out.
 *
 * @param train indices of candidates
 * @param val indices of candidates
 * @param between candidates of neither side: too near in time to one of {@code val}
 */
record Split(List<Integer> train, List<Integer> val, int between) {
    /** Stretches of a long scene are no longer. */
    private static final double STRETCH_S = 20;
    /** What is left out between the sides, at most. */
    private static final double GAP_S = 2;
    /** The same as a part of a source's time, for short ones. */
    private static final double GAP_SHARE = 0.05;

    private static final double NS_PER_S = 1e9;
    /** Divisions by chance of which the best is taken. */
    private static final int TRIALS = 200;

    /**
     * Divides.
     *
     * @param candidates in the order in which they came
     * @param share of {@code val}, 0 to 1; above 0 it gets a frame at least, if there are two stretches
     * @param labels how many classes there are
     */
    static Split of(List<Candidate> candidates, double share, int labels, long seed) {
        List<Integer> all = IntStream.range(0, candidates.size()).boxed().toList();
        List<int[]> blocks = blocks(candidates, share);
        if (share <= 0 || blocks.size() < 2) {
            return new Split(all, List.of(), 0);
        }
        long[] gapsNs = gapsNs(candidates);
        Random random = new Random(seed);
        Split best = null;
        double least = Double.MAX_VALUE;
        for (int trial = 0; trial < TRIALS; trial++) {
            Collections.shuffle(blocks, random);
            BitSet val = take(blocks, share * candidates.size());
            Split split = of(candidates, val, gapsNs);
            double cost = split.cost(candidates, share, labels);
            if (cost < least) {
                least = cost;
                best = split;
            }
        }
        return best;
    }

    /** Stretches of candidates that stay together: from the first index to before the second. */
    private static List<int[]> blocks(List<Candidate> candidates, double share) {
        Map<Source, long[]> spans = spans(candidates);
        double longest = Math.max(1, candidates.size() * share / 2);
        List<int[]> blocks = new ArrayList<>();
        for (int from = 0, to; from < candidates.size(); from = to) {
            to = from;
            while (to < candidates.size()
                    && candidates.get(to).scene() == candidates.get(from).scene()) {
                to++;
            }
            if (to - from <= longest) {
                blocks.add(new int[] {from, to});
            } else {
                cut(candidates, from, to, longest, share, spans, blocks);
            }
        }
        return blocks;
    }

    private static void cut(
            List<Candidate> candidates,
            int from,
            int to,
            double longest,
            double share,
            Map<Source, long[]> spans,
            List<int[]> blocks) {
        int start = from;
        for (int i = from + 1; i <= to; i++) {
            boolean ends = i == to;
            if (!ends && candidates.get(start).isSingle()) {
                ends = i - start >= longest;
            } else if (!ends) {
                long[] span = spans.get(candidates.get(start).place().source());
                double stretchNs = Math.min(STRETCH_S * NS_PER_S, (span[1] - span[0]) * share);
                ends = candidates.get(i).place().timeNs()
                                - candidates.get(start).place().timeNs()
                        >= stretchNs;
            }
            if (ends) {
                blocks.add(new int[] {start, i});
                start = i;
            }
        }
    }

    /** The first and the last time of each source. */
    private static Map<Source, long[]> spans(List<Candidate> candidates) {
        Map<Source, long[]> spans = new HashMap<>();
        for (Candidate candidate : candidates) {
            long timeNs = candidate.place().timeNs();
            long[] span = spans.computeIfAbsent(candidate.place().source(), s -> new long[] {timeNs, timeNs});
            span[0] = Math.min(span[0], timeNs);
            span[1] = Math.max(span[1], timeNs);
        }
        return spans;
    }

    private static long[] gapsNs(List<Candidate> candidates) {
        Map<Source, long[]> spans = spans(candidates);
        return candidates.stream()
                .map(candidate -> spans.get(candidate.place().source()))
                .mapToLong(span -> (long) Math.min(GAP_S * NS_PER_S, (span[1] - span[0]) * GAP_SHARE))
                .toArray();
    }

    /** So many blocks, as they come, that their candidates are about {@code wanted}. */
    private static BitSet take(List<int[]> blocks, double wanted) {
        BitSet val = new BitSet();
        int count = 0;
        for (int i = 0; i < blocks.size() - 1; i++) { // the last is left for the other side
            int more = blocks.get(i)[1] - blocks.get(i)[0];
            if (count == 0 || Math.abs(count + more - wanted) < Math.abs(count - wanted)) {
                val.set(blocks.get(i)[0], blocks.get(i)[1]);
                count += more;
            }
        }
        return val;
    }

    private static Split of(List<Candidate> candidates, BitSet val, long[] gapsNs) {
        List<Integer> train = new ArrayList<>();
        for (int i = val.nextClearBit(0); i < candidates.size(); i = val.nextClearBit(i + 1)) {
            // Candidates are in their order: the nearest ones of val are the next before and after.
            boolean near = isNear(candidates, i, val.previousSetBit(i), gapsNs)
                    || isNear(candidates, i, val.nextSetBit(i), gapsNs);
            if (!near) {
                train.add(i);
            }
        }
        int between = candidates.size() - val.cardinality() - train.size();
        return new Split(train, val.stream().boxed().toList(), between);
    }

    private static boolean isNear(List<Candidate> candidates, int i, int other, long[] gapsNs) {
        return other >= 0
                && candidates
                        .get(i)
                        .place()
                        .source()
                        .equals(candidates.get(other).place().source())
                && Math.abs(candidates.get(i).place().timeNs()
                                - candidates.get(other).place().timeNs())
                        < gapsNs[i];
    }

    /** How far {@code val} is from its share of all frames, and of each label that could be shared. */
    private double cost(List<Candidate> candidates, double share, int labels) {
        int[] inAll = new int[labels];
        int[] inVal = new int[labels];
        candidates.forEach(candidate -> candidate.labels().stream().forEach(label -> inAll[label]++));
        val.forEach(i -> candidates.get(i).labels().stream().forEach(label -> inVal[label]++));
        double ofLabels = IntStream.range(0, labels)
                .filter(label -> inAll[label] > 1)
                .mapToDouble(label -> Math.abs((double) inVal[label] / inAll[label] - share))
                .average()
                .orElse(0);
        // Of all, those between the sides too: else one long stretch, which has the least of them, would be best.
        return ofLabels + Math.abs((double) val.size() / candidates.size() - share);
    }
}

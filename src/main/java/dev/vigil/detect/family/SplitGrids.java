package dev.vigil.detect.family;

import static dev.vigil.detect.family.DistanceGrids.distances;

import dev.vigil.detect.BoxDecoder;
import dev.vigil.detect.ModelException;
import dev.vigil.detect.ModelInfo;
import dev.vigil.frame.TensorInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The outputs of a model with {@link DistanceGrids} that has two for each stride, in any order: (batch, cells, classes) and
 * (batch, cells, 4·8). Where both have as many columns, names tell which is which, or the order: the classes of all strides
 * come first.
 *
 * @param levels from the smallest stride on
 * @param named whether the names tell
 */
record SplitGrids(List<Level> levels, int classes, boolean named) {
    private static final int BINS = 8;
    private static final int[] STRIDES = {8, 16, 32, 64};
    private static final int LEVELS_MIN = 3;

    /** A stride's two outputs. */
    record Level(int stride, int scores, int distances) {}

    /**
     * Finds them.
     *
     * @param scoresName how the names of classes begin, where the exporter gives names
     * @param distancesName how the names of distances begin
     * @return null when the outputs are not those
     */
    static SplitGrids of(ModelInfo model, String scoresName, String distancesName) {
        List<TensorInfo> outputs = model.outputs();
        int count = outputs.size() / 2;
        if (outputs.size() % 2 != 0 || count < LEVELS_MIN || count > STRIDES.length) {
            return null;
        }
        if (!outputs.stream()
                .allMatch(output -> output.rank() == 3 && Shapes.isFloat(output) && Shapes.last(output) > 0)) {
            return null;
        }
        boolean named =
                outputs.stream().filter(o -> o.name().startsWith(scoresName)).count() == count
                        && outputs.stream()
                                        .filter(o -> o.name().startsWith(distancesName))
                                        .count()
                                == count;
        List<Integer> distances = IntStream.range(0, outputs.size())
                .filter(i -> named
                        ? outputs.get(i).name().startsWith(distancesName)
                        : Shapes.last(outputs.get(i)) == distances(BINS))
                .boxed()
                .toList();
        if (distances.size() == outputs.size()) {
            distances = distances.subList(count, outputs.size());
        }
        if (distances.size() != count) {
            return null;
        }
        List<Level> levels = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Level level = level(model, STRIDES[i], distances);
            if (level == null) {
                return null;
            }
            levels.add(level);
        }
        long classes = Shapes.last(outputs.get(levels.get(0).scores));
        boolean same = levels.stream()
                .allMatch(level -> Shapes.last(outputs.get(level.scores)) == classes
                        && Shapes.last(outputs.get(level.distances)) == distances(BINS));
        return same ? new SplitGrids(List.copyOf(levels), Math.toIntExact(classes), named) : null;
    }

    private static Level level(ModelInfo model, int stride, List<Integer> distances) {
        long cells = Shapes.cells(model, stride);
        int scoresOutput = -1;
        int distancesOutput = -1;
        for (int i = 0; i < model.outputs().size(); i++) {
            if (model.outputs().get(i).shape()[1] == cells) {
                if (distances.contains(i)) {
                    distancesOutput = i;
                } else {
                    scoresOutput = i;
                }
            }
        }
        return scoresOutput < 0 || distancesOutput < 0 ? null : new Level(stride, scoresOutput, distancesOutput);
    }

    BoxDecoder decoder(ModelInfo model, float cellOffset) throws ModelException {
        List<DistanceGrids.Grid> grids = new ArrayList<>();
        for (Level level : levels) {
            grids.add(new DistanceGrids.Grid(
                    level.stride,
                    Shapes.cells(model.widthPx(), level.stride),
                    Shapes.cells(model.heightPx(), level.stride),
                    level.scores,
                    0,
                    classes,
                    level.distances,
                    0,
                    distances(BINS)));
        }
        return new DistanceGrids(grids, classes, BINS, cellOffset, model.widthPx(), model.heightPx());
    }

    /** For people. */
    @Override
    public String toString() {
        return classes + " classes and 4 distances of " + BINS + " values in outputs of their own for strides "
                + levels.stream().map(level -> Integer.toString(level.stride)).collect(Collectors.joining(", "));
    }
}

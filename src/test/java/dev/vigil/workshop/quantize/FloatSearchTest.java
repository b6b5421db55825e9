package dev.vigil.workshop.quantize;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FloatSearchTest {
    /** Sixty layers, each of which costs what its number says in thousandths of a point; some cost more. */
    private static final List<String> LAYERS =
            IntStream.range(0, 60).mapToObj(i -> "layer" + i).toList();

    private final List<Set<String>> tried = new ArrayList<>();

    @Test
    void shouldLeaveNothingInFloatWhenTheBoundIsKept() throws Exception {
        FloatSearch search = search(Map.of("layer3", 0.1), 0.5);
        assertThat(search.search(LAYERS).inFloat()).isEmpty();
        assertThat(search.alone()).isEmpty();
    }

    @Test
    void shouldLeaveThoseInFloatThatCostMost() throws Exception {
        Map<String, Double> costs = Map.of("layer5", 3.0, "layer17", 2.0, "layer30", 1.0, "layer8", 0.2);
        FloatSearch.Found found = search(costs, 0.5).search(LAYERS);
        assertThat(found.inFloat()).containsExactly("layer5", "layer17", "layer30");
        assertThat(found.loss()).isLessThanOrEqualTo(0.5);
        assertThat(tried).hasSizeLessThan(10);
    }

    @Test
    void shouldGiveTheLossOfAllInFloatWhenNothingKeepsTheBound() throws Exception {
        FloatSearch.Found found = new FloatSearch(
                        new FloatSearch.Trials() {
                            @Override
                            public double loss(Set<String> inFloat) {
                                return 4;
                            }

                            @Override
                            public double error(String inBytes) {
                                return 1;
                            }
                        },
                        0.5,
                        line -> {})
                .search(LAYERS);
        assertThat(found.inFloat()).containsExactlyInAnyOrderElementsOf(LAYERS);
        assertThat(found.loss()).isEqualTo(4);
    }

    @Test
    void shouldNotTakeALossThatCanNotBeToldForAGoodOne() throws Exception {
        FloatSearch search = new FloatSearch(
                new FloatSearch.Trials() {
                    @Override
                    public double loss(Set<String> inFloat) {
                        return inFloat.contains("layer1") ? 0.1 : Double.NaN;
                    }

                    @Override
                    public double error(String inBytes) {
                        return inBytes.equals("layer1") ? 0.5 : 1;
                    }
                },
                0.5,
                line -> {});
        assertThat(search.search(List.of("layer0", "layer1", "layer2")).inFloat())
                .contains("layer1");
    }

    private FloatSearch search(Map<String, Double> costs, double lossMax) {
        FloatSearch.Trials trials = new FloatSearch.Trials() {
            @Override
            public double loss(Set<String> inFloat) {
                tried.add(inFloat);
                return costs.entrySet().stream()
                        .filter(cost -> !inFloat.contains(cost.getKey()))
                        .mapToDouble(Map.Entry::getValue)
                        .sum();
            }

            @Override
            public double error(String inBytes) {
                return costs.getOrDefault(inBytes, 0.0);
            }
        };
        return new FloatSearch(trials, lossMax, line -> {});
    }
}

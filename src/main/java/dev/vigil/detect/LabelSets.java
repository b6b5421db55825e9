package dev.vigil.detect;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The labels of well-known data sets, by name.
 *
 * <ul>
 *   <li>{@code coco-80}: COCO's classes that have a name, as most families count them
 *   <li>{@code coco-90}: COCO's own numbers less one; those that no class has are {@code unused}
 *   <li>{@code coco-91}: COCO's own numbers, from {@code background} on
 *   <li>{@code voc-20}: Pascal VOC's classes in the order of their names
 * </ul>
 */
public final class LabelSets {
    private static final String UNUSED = "unused ";

    private static final String COCO = """
            person, bicycle, car, motorcycle, airplane, bus, train, truck, boat, traffic light, fire hydrant,
            unused 12, stop sign, parking meter, bench, bird, cat, dog, horse, sheep, cow, elephant, bear,
            zebra, giraffe, unused 26, backpack, umbrella, unused 29, unused 30, handbag, tie, suitcase,
            frisbee, skis, snowboard, sports ball, kite, baseball bat, baseball glove, skateboard, surfboard,
            tennis racket, bottle, unused 45, wine glass, cup, fork, knife, spoon, bowl, banana, apple,
            sandwich, orange, broccoli, carrot, hot dog, pizza, donut, cake, chair, couch, potted plant, bed,
            unused 66, dining table, unused 68, unused 69, toilet, unused 71, tv, laptop, mouse, remote,
            keyboard, cell phone, microwave, oven, toaster, sink, refrigerator, unused 83, book, clock, vase,
            scissors, teddy bear, hair drier, toothbrush
            """;

    private static final String VOC = """
            aeroplane, bicycle, bird, boat, bottle, bus, car, cat, chair, cow, diningtable, dog, horse,
            motorbike, person, pottedplant, sheep, sofa, train, tvmonitor
            """;

    private static final Map<String, List<String>> SETS = sets();

    private LabelSets() {}

    public static Set<String> names() {
        return SETS.keySet();
    }

    public static Optional<List<String>> named(String name) {
        return Optional.ofNullable(SETS.get(name));
    }

    private static Map<String, List<String>> sets() {
        List<String> coco = split(COCO);
        List<String> withBackground = new ArrayList<>(List.of("background"));
        withBackground.addAll(coco);
        Map<String, List<String>> sets = new LinkedHashMap<>();
        sets.put(
                "coco-80",
                coco.stream().filter(label -> !label.startsWith(UNUSED)).toList());
        sets.put("coco-90", coco);
        sets.put("coco-91", List.copyOf(withBackground));
        sets.put("voc-20", split(VOC));
        return sets;
    }

    private static List<String> split(String text) {
        return List.of(text.strip().split(",\\s+"));
    }
}

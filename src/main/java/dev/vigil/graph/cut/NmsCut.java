package dev.vigil.graph.cut;

import dev.vigil.graph.Bodies;
import dev.vigil.graph.Graph;
import dev.vigil.graph.GraphException;
import dev.vigil.graph.Nodes;
import dev.vigil.graph.OnnxModel;
import dev.vigil.graph.cut.NmsNodes.Found;
import dev.vigil.graph.cut.Point.Role;
import dev.vigil.graph.shape.Fact;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import onnx.Onnx.NodeProto;

/**
 * Cuts a graph before its NMS, so that what is left gives boxes and scores of all anchors. Everything that the nodes behind did
 * is told by the {@link NmsForm}, or the graph is left alone with a reason that names the node. Stateless.
 */
public final class NmsCut {
    /** Weights that make a node a layer of a network rather than a step of packing. */
    private static final long LAYER_VALUES = 1_024;

    private final OnnxModel model;
    private final Map<String, Fact> facts;
    private final Values values;

    private NmsCut(OnnxModel model, Map<String, Fact> facts) {
        this.model = model;
        this.facts = facts;
        this.values = new Values(facts);
    }

    /**
     * Cuts it.
     *
     * @param facts of the graph for a picture of some size, which tell how many anchors there are
     * @throws GraphException when there is nothing to cut, or it is not known how; the model is as it was
     */
    public static NmsForm cut(OnnxModel model, Map<String, Fact> facts) throws GraphException {
        return new NmsCut(model, facts).cut();
    }

    /** Where to cut for one NMS node, and what that drops. */
    private record Place(Suppressor suppressor, Point boxes, Point scores, BoxTrace boxTrace, ScoreTrace scoreTrace) {}

    private NmsForm cut() throws GraphException {
        List<Found> found = NmsNodes.in(model.graph());
        if (found.isEmpty()) {
            throw new GraphException(
                    "has no NMS inside that could be cut: no node NonMaxSuppression, EfficientNMS_TRT or"
                            + " BatchedNMS_TRT");
        }
        List<Place> places = new ArrayList<>();
        for (Found each : found) {
            refuseLayersAfter(each);
            places.add(place(each));
        }
        Place first = places.get(0);
        Set<Integer> columns = new TreeSet<>();
        for (Place place : places) {
            checkSame(first, place);
            columns.add(place.scoreTrace.column);
        }
        int background = background(first, columns);
        double scoreMin = first.suppressor.scoreMin();
        int chosenMax = Integer.MAX_VALUE;
        List<String> choices = new ArrayList<>(first.boxes.chosen());
        choices.addAll(first.scoreTrace.masks);
        for (String choice : choices) {
            Choice dropped = choice(choice, first);
            scoreMin = Double.isNaN(dropped.scoreMin) ? scoreMin : Math.max(scoreMin, dropped.scoreMin);
            chosenMax = Math.min(chosenMax, dropped.most);
        }
        // One image at a time had its own nodes, and so had one class; all of them have the same limits.
        return edit(first, found, scoreMin, chosenMax, background);
    }

    private Place place(Found found) throws GraphException {
        Suppressor suppressor = Suppressor.of(found, values);
        BoxTrace boxes = new BoxTrace(values);
        boxes.walk(found.node().getInput(0), found.scope(), suppressor.boxesRoles());
        ScoreTrace scores = new ScoreTrace(values);
        scores.walk(found.node().getInput(1), found.scope(), suppressor.scoresRoles());
        for (int i = boxes.points.size() - 1; i >= 0; i--) {
            Point box = boxes.points.get(i);
            for (int j = scores.points.size() - 1; j >= 0 && isBoxes(box); j--) {
                Point score = scores.points.get(j);
                if (isScores(score) && score.chosen().equals(box.chosen()) && anchors(score) == anchors(box)) {
                    Place place = new Place(suppressor, box, score, boxes, scores);
                    refuseUnknownOffset(place);
                    return place;
                }
            }
        }
        String boxesEnd = boxes.end == null ? "an input" : Nodes.shown(boxes.end);
        String scoresEnd = scores.end == null ? "an input" : Nodes.shown(scores.end);
        throw new GraphException(found.shown() + " can not be cut away: the way back from its boxes ends at " + boxesEnd
                + " and that from its scores at " + scoresEnd
                + ", without boxes (batch, anchors, 4) and scores (batch, anchors, classes) of the same anchors");
    }

    private long anchors(Point point) {
        return values.fact(point.value(), point.scope()).extent(point.indexOf(Role.ANCHOR));
    }

    private boolean isBoxes(Point point) {
        Fact fact = values.fact(point.value(), point.scope());
        return point.inGraph()
                && point.has(Role.ANCHOR)
                && point.has(Role.CORNER)
                && !point.has(Role.CLASS)
                && fact.rank() == point.roles().size()
                && fact.extent(point.indexOf(Role.CORNER)) == 4
                && anchors(point) > 0;
    }

    /** A dimension of 1 that has no other meaning stands for the one class. */
    private boolean isScores(Point point) {
        Fact fact = values.fact(point.value(), point.scope());
        return point.inGraph()
                && point.has(Role.ANCHOR)
                && (point.has(Role.CLASS) || point.has(Role.ONE))
                && fact.rank() == point.roles().size()
                && anchors(point) > 0;
    }

    /** Where a box is of one class only, what was added to it may have been its class. */
    private void refuseUnknownOffset(Place place) throws GraphException {
        BoxTrace boxes = place.boxTrace;
        boolean sameClasses = boxes.classesOf == null || boxes.classesOf.equals(place.scoreTrace.bestOf);
        if (!sameClasses) {
            throw new GraphException(place.suppressor.found().shown()
                    + " can not be cut away: its boxes are moved apart by classes that are not those of its scores");
        }
        boolean moved = boxes.end != null
                && Nodes.is(boxes.end, "Add")
                && boxes.end.getInputList().stream()
                        .allMatch(input -> values.constant(input, place.boxes.scope()) == null
                                && !model.graph().initializers().containsKey(input));
        if (moved && boxes.classesOf == null && place.scoreTrace.bestOf != null) {
            throw new GraphException(place.suppressor.found().shown() + " can not be cut away: "
                    + Nodes.shown(boxes.end) + " adds something to its boxes, and it is not known what");
        }
    }

    private static void checkSame(Place first, Place place) throws GraphException {
        Suppressor a = first.suppressor;
        Suppressor b = place.suppressor;
        boolean same = first.boxes.value().equals(place.boxes.value())
                && first.scores.value().equals(place.scores.value())
                && first.boxes.roles().equals(place.boxes.roles())
                && Double.compare(a.iouMax(), b.iouMax()) == 0
                && Double.compare(a.scoreMin(), b.scoreMin()) == 0
                && a.perClassMax() == b.perClassMax()
                && a.allClasses() == b.allClasses()
                && Objects.equals(first.boxTrace.classesOf, place.boxTrace.classesOf)
                && Objects.equals(first.scoreTrace.bestOf, place.scoreTrace.bestOf);
        if (!same) {
            throw new GraphException(
                    b.found().shown() + " can not be cut away: it works on other boxes, or in another way," + " than "
                            + a.found().shown());
        }
    }

    /** The class that no node was for, where each had one class. */
    private int background(Place first, Set<Integer> columns) throws GraphException {
        if (columns.size() == 1 && columns.contains(-1)) {
            return first.suppressor.background();
        }
        Fact scores = values.fact(first.scores.value(), first.scores.scope());
        long classes = scores.extent(first.scores.indexOf(Role.CLASS));
        boolean all = columns.size() == classes;
        boolean allButFirst = columns.size() == classes - 1 && !columns.contains(0);
        if (columns.contains(-1) || !all && !allButFirst) {
            throw new GraphException(first.suppressor.found().shown() + " can not be cut away: of " + classes
                    + " classes only " + columns + " are looked at");
        }
        return all ? -1 : 0;
    }

    /** What a choice among the anchors was by. */
    private record Choice(double scoreMin, int most) {}

    private Choice choice(String value, Place place) throws GraphException {
        for (Point point : place.scoreTrace.points) {
            NodeProto node = point.scope().of(value).producer(value);
            if (node == null || node.getInputCount() < 2) {
                continue;
            }
            boolean ofScores =
                    place.scoreTrace.points.stream().anyMatch(p -> p.value().equals(node.getInput(0)));
            if (ofScores && Nodes.is(node, "TopK")) {
                double most = values.number(node.getInput(1), point.scope());
                return new Choice(Double.NaN, most > 0 && most < Integer.MAX_VALUE ? (int) most : Integer.MAX_VALUE);
            }
            float limit = (float) values.number(node.getInput(1), point.scope());
            if (ofScores && !Float.isNaN(limit) && Nodes.is(node, "Greater")) {
                return new Choice(limit, Integer.MAX_VALUE);
            }
            if (ofScores && !Float.isNaN(limit) && Nodes.is(node, "GreaterOrEqual")) {
                return new Choice(Math.nextDown(limit), Integer.MAX_VALUE);
            }
        }
        throw new GraphException(place.suppressor.found().shown() + " can not be cut away: its boxes are chosen by "
                + value + ", which is not a limit of their scores");
    }

    /** What comes after the last suppression of a detector only packs its boxes; after that of a two-stage one, layers come. */
    private void refuseLayersAfter(Found found) throws GraphException {
        Map<String, List<NodeProto>> consumers = model.graph().consumers();
        NodeProto start = found.node();
        for (NmsNodes.Scope at = found.scope(); at.around() != null; at = at.around()) {
            start = at.owner();
        }
        Set<String> seen = new HashSet<>();
        Deque<String> open = new ArrayDeque<>(start.getOutputList());
        while (!open.isEmpty()) {
            String value = open.poll();
            for (NodeProto node : seen.add(value) ? consumers.getOrDefault(value, List.of()) : List.<NodeProto>of()) {
                if (isLayer(node)) {
                    throw new GraphException(found.shown() + " can not be cut away: " + Nodes.shown(node)
                            + " works on the boxes that it leaves, as in a detector of two stages");
                }
                open.addAll(node.getOutputList());
            }
        }
    }

    private boolean isLayer(NodeProto node) {
        boolean takesRegions = Nodes.is(node, "RoiAlign") || Nodes.is(node, "MaxRoiPool");
        boolean multiplies = Nodes.is(node, "Conv")
                || Nodes.is(node, "ConvTranspose")
                || Nodes.is(node, "Gemm")
                || Nodes.is(node, "MatMul");
        return takesRegions
                || multiplies
                        && Bodies.reads(node).stream()
                                .anyMatch(input ->
                                        facts.getOrDefault(input, Fact.UNKNOWN).count() >= LAYER_VALUES
                                                && model.graph().initializers().containsKey(input));
    }

    private NmsForm edit(Place place, List<Found> found, double scoreMin, int chosenMax, int background) {
        Graph graph = model.graph();
        OutputShaper shaper = new OutputShaper(model, facts);
        Suppressor suppressor = place.suppressor;
        int before = graph.nodes().size();
        boolean classesFirst = place.scores.indexOf(classRole(place.scores)) < place.scores.indexOf(Role.ANCHOR);
        shaper.boxes(place.boxes);
        shaper.scores(place.scores, classRole(place.scores), suppressor.sigmoid());
        shaper.finish();
        Fact scores = values.fact(place.scores.value(), place.scores.scope());
        return new NmsForm(
                found.stream().map(Found::shown).toList(),
                classesFirst,
                scores.extent(place.scores.indexOf(classRole(place.scores))),
                place.scoreTrace.bestOf != null,
                suppressor.allClasses() || place.scoreTrace.bestOf != null && place.boxTrace.classesOf == null,
                suppressor.centered(),
                suppressor.iouMax(),
                scoreMin,
                suppressor.perClassMax() >= anchors(place.boxes) ? Integer.MAX_VALUE : suppressor.perClassMax(),
                suppressor.boxesMax(),
                chosenMax >= anchors(place.boxes) ? Integer.MAX_VALUE : chosenMax,
                background,
                before - graph.nodes().size());
    }

    private static Role classRole(Point scores) {
        return scores.has(Role.CLASS) ? Role.CLASS : Role.ONE;
    }
}

package dev.vigil.workshop;

import dev.vigil.detect.Family;
import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.ModelException;
import dev.vigil.detect.family.DetectionModel;
import dev.vigil.detect.family.Families;
import dev.vigil.frame.TensorInfo;
import dev.vigil.graph.Bodies;
import dev.vigil.graph.ExternalData;
import dev.vigil.graph.Graph;
import dev.vigil.graph.GraphException;
import dev.vigil.graph.Nodes;
import dev.vigil.graph.OnnxModel;
import dev.vigil.graph.TensorData;
import dev.vigil.graph.cut.NmsCut;
import dev.vigil.graph.cut.NmsForm;
import dev.vigil.graph.cut.NmsNodes;
import dev.vigil.graph.shape.Cost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import onnx.Onnx.GraphProto;
import onnx.Onnx.NodeProto;
import onnx.Onnx.OperatorSetIdProto;
import onnx.Onnx.TensorProto;

/**
 * All that can be told of a model without running it.
 *
 * @param fileBytes of the file itself
 * @param external bytes of each file of external data
 * @param opsets version by domain; the usual domain is {@code ai.onnx}
 * @param inputs as the file declares them
 * @param outputs with what is known for the picture
 * @param picture the size that shapes and multiply-adds are for; null where the model takes no picture
 * @param assumed whether nobody said that size
 * @param parameters values in initialisers and constants
 * @param bytesByType of parameters
 * @param multiplyAdds for one picture, as far as known
 * @param unknownCost nodes whose multiply-adds are not known
 * @param operators most expensive first, then most frequent
 * @param families what each says of the model
 * @param family the one that it is taken for; null where {@code familyProblem} says why none is
 * @param labels how many classes, and where their names are from; null where the family is not known
 * @param nms nodes that suppress boxes inside
 * @param nmsCut what cutting them away would do; null where there are none
 * @param backends what is known not to run where
 * @param foreign operators of other domains
 */
public record Inspection(
        Path file,
        long fileBytes,
        Map<String, Long> external,
        String producer,
        long irVersion,
        Map<String, Long> opsets,
        List<TensorInfo> inputs,
        List<TensorInfo> outputs,
        ModelDescription.Size picture,
        boolean assumed,
        int nodes,
        long parameters,
        Map<String, Long> bytesByType,
        double multiplyAdds,
        int unknownCost,
        List<Operator> operators,
        List<Verdict> families,
        String family,
        String familyWhy,
        String labels,
        List<String> nms,
        String nmsCut,
        List<Backend> backends,
        List<String> foreign,
        Map<String, String> metadata) {

    /** @param multiplyAdds of all its nodes, as far as known */
    public record Operator(String name, int count, double multiplyAdds) {}

    public record Verdict(String family, Family.Fit.Degree degree, String why) {}

    /** @param refused how many nodes it is known not to take, by operator */
    public record Backend(String name, Map<String, Integer> refused, String elsewhere, String source) {}

    /**
     * Looks into a file.
     *
     * @param description what its {@code .yml} says
     * @param size of the picture; null for what file or description say
     * @throws GraphException to be read after the file's name
     * @throws ModelException when the size contradicts the file
     */
    public static Inspection of(Path file, ModelDescription description, ModelDescription.Size size)
            throws GraphException, ModelException {
        OnnxModel model = OnnxModel.read(file);
        ModelDescription.Size said = size != null ? size : description.input().size();
        return of(model, description, ModelShapes.of(model, said));
    }

    private static Inspection of(OnnxModel model, ModelDescription description, ModelShapes shapes)
            throws GraphException {
        Graph graph = model.graph();
        Map<String, Operator> operators = new HashMap<>();
        double multiplyAdds = 0;
        int unknownCost = 0;
        for (NodeProto node : graph.nodes()) {
            double cost = Cost.multiplyAdds(node, shapes.facts());
            unknownCost += Double.isNaN(cost) ? 1 : 0;
            double known = Double.isNaN(cost) ? 0 : cost;
            multiplyAdds += known;
            operators.merge(
                    Nodes.operator(node),
                    new Operator(Nodes.operator(node), 1, known),
                    (a, b) -> new Operator(a.name, a.count + b.count, a.multiplyAdds + b.multiplyAdds));
        }
        Parameters parameters = new Parameters();
        parameters.add(graph.toProto());
        String family = null;
        String why;
        String labels = null;
        try {
            DetectionModel detection = DetectionModel.resolve(shapes.info(), description);
            family = detection.family().id();
            why = detection.why();
            labels = detection.labels().count() + " (" + detection.labels().source() + ")";
        } catch (ModelException e) {
            why = e.getMessage();
        }
        List<String> nms =
                NmsNodes.in(graph).stream().map(NmsNodes.Found::shown).toList();
        List<Backend> backends = BackendOperators.ALL.stream()
                .map(b -> new Backend(b.name(), b.refused(graph), b.elsewhere(), b.source()))
                .toList();
        return new Inspection(
                model.file(),
                model.fileBytes(),
                externalBytes(model, parameters.locations),
                (model.header().getProducerName() + " " + model.header().getProducerVersion()).strip(),
                model.header().getIrVersion(),
                opsets(model),
                shapes.declared().inputs(),
                shapes.info().outputs(),
                picture(shapes),
                shapes.assumed() != null,
                graph.nodes().size(),
                parameters.count,
                parameters.bytesByType,
                multiplyAdds,
                unknownCost,
                operators.values().stream()
                        .sorted(Comparator.comparingDouble(Operator::multiplyAdds)
                                .thenComparingInt(Operator::count)
                                .reversed()
                                .thenComparing(Operator::name))
                        .toList(),
                Families.candidates(shapes.info()).stream()
                        .sorted(Comparator.comparing(c -> -c.fit().degree().ordinal()))
                        .map(c -> new Verdict(
                                c.family().id(), c.fit().degree(), c.fit().why()))
                        .toList(),
                family,
                why,
                labels,
                nms,
                nms.isEmpty() ? null : cut(model, shapes),
                backends,
                BackendOperators.foreign(graph),
                new TreeMap<>(model.metadata()));
    }

    private static ModelDescription.Size picture(ModelShapes shapes) {
        try {
            return new ModelDescription.Size(
                    shapes.info().widthPx(), shapes.info().heightPx());
        } catch (ModelException e) {
            return null; // it takes no picture
        }
    }

    /** Tries it, as the last thing that is done with the graph. */
    private static String cut(OnnxModel model, ModelShapes shapes) {
        try {
            NmsForm form = NmsCut.cut(model, shapes.facts());
            return "can be cut away: " + form.removed() + " nodes less, with `vigil model split` or `nms: cpu`";
        } catch (GraphException e) {
            return e.getMessage();
        }
    }

    private static Map<String, Long> opsets(OnnxModel model) {
        Map<String, Long> opsets = new LinkedHashMap<>();
        for (OperatorSetIdProto set : model.header().getOpsetImportList()) {
            opsets.put(set.getDomain().isEmpty() ? "ai.onnx" : set.getDomain(), set.getVersion());
        }
        return opsets;
    }

    private static Map<String, Long> externalBytes(OnnxModel model, List<String> locations) throws GraphException {
        Map<String, Long> bytes = new TreeMap<>();
        for (String location : locations) {
            try {
                bytes.put(location, Files.size(model.folder().resolve(location)));
            } catch (IOException e) {
                throw new GraphException("has data in " + location + ", which can not be read: " + e, e);
            }
        }
        return bytes;
    }

    /** Weights of a graph and of the bodies in it. */
    private static final class Parameters {
        private final Map<String, Long> bytesByType = new TreeMap<>();
        private final List<String> locations = new ArrayList<>();
        private long count;

        void add(GraphProto graph) throws GraphException {
            for (TensorProto tensor : graph.getInitializerList()) {
                add(tensor);
            }
            for (NodeProto node : graph.getNodeList()) {
                if (Nodes.is(node, "Constant")) {
                    TensorProto value = Nodes.attribute(node, "value")
                            .map(attribute -> attribute.getT())
                            .orElse(TensorProto.getDefaultInstance());
                    if (value.hasDataType()) {
                        add(value);
                    }
                }
                for (GraphProto body : Bodies.of(node)) {
                    add(body);
                }
            }
        }

        private void add(TensorProto tensor) throws GraphException {
            long values = TensorData.count(tensor);
            count += values;
            bytesByType.merge(
                    TensorData.typeName(tensor.getDataType()),
                    (values * TensorData.bits(tensor.getDataType()) + 7) / 8,
                    Long::sum);
            ExternalData.locations(tensor).stream()
                    .filter(l -> !locations.contains(l))
                    .forEach(locations::add);
        }
    }
}

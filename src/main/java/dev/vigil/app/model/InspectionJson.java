package dev.vigil.app.model;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vigil.frame.TensorInfo;
import dev.vigil.workshop.Inspection;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** An inspection as one JSON object. What is not known is null. */
final class InspectionJson {
    private InspectionJson() {}

    static ObjectNode of(Inspection model) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("file", model.file().toString());
        json.put("bytes", model.fileBytes());
        numbers(json.putObject("external_bytes"), model.external());
        json.put("producer", model.producer());
        json.put("ir_version", model.irVersion());
        numbers(json.putObject("opsets"), model.opsets());
        tensors(json.putArray("inputs"), model.inputs());
        tensors(json.putArray("outputs"), model.outputs());
        if (model.picture() == null) {
            json.putNull("picture");
        } else {
            ObjectNode picture = json.putObject("picture");
            picture.put("width", model.picture().widthPx());
            picture.put("height", model.picture().heightPx());
            picture.put("assumed", model.assumed());
        }
        json.put("nodes", model.nodes());
        json.put("parameters", model.parameters());
        numbers(json.putObject("parameter_bytes"), model.bytesByType());
        json.put("multiply_adds", (long) model.multiplyAdds());
        json.put("nodes_of_unknown_cost", model.unknownCost());
        ArrayNode operators = json.putArray("operators");
        for (Inspection.Operator operator : model.operators()) {
            ObjectNode row = operators.addObject();
            row.put("operator", operator.name());
            row.put("count", operator.count());
            row.put("multiply_adds", (long) operator.multiplyAdds());
        }
        json.put("family", model.family());
        json.put("family_why", model.familyWhy());
        ArrayNode families = json.putArray("families");
        for (Inspection.Verdict verdict : model.families()) {
            ObjectNode row = families.addObject();
            row.put("family", verdict.family());
            row.put("fits", verdict.degree().name().toLowerCase(Locale.ROOT));
            row.put("why", verdict.why());
        }
        json.put("labels", model.labels());
        ArrayNode nms = json.putArray("nms");
        model.nms().forEach(nms::add);
        json.put("nms_cut", model.nmsCut());
        ArrayNode backends = json.putArray("backends");
        for (Inspection.Backend backend : model.backends()) {
            ObjectNode row = backends.addObject();
            row.put("backend", backend.name());
            ObjectNode refused = row.putObject("known_not_to_run");
            backend.refused().forEach(refused::put);
            row.put("source", backend.source());
        }
        ArrayNode foreign = json.putArray("foreign_operators");
        model.foreign().forEach(foreign::add);
        ObjectNode metadata = json.putObject("metadata");
        model.metadata().forEach(metadata::put);
        return json;
    }

    private static void numbers(ObjectNode into, Map<String, Long> numbers) {
        numbers.forEach(into::put);
    }

    private static void tensors(ArrayNode into, List<TensorInfo> tensors) {
        for (TensorInfo tensor : tensors) {
            ObjectNode row = into.addObject();
            row.put("name", tensor.name());
            row.put("type", tensor.type().name().toLowerCase(Locale.ROOT));
            ArrayNode shape = row.putArray("shape");
            for (long extent : tensor.shape()) {
                if (extent < 0) {
                    shape.addNull();
                } else {
                    shape.add(extent);
                }
            }
        }
    }
}

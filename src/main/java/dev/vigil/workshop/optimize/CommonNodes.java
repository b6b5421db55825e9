package dev.vigil.workshop.optimize;

import com.google.protobuf.ByteString;
import dev.vigil.graph.Bodies;
import dev.vigil.graph.Nodes;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import onnx.Onnx.AttributeProto;
import onnx.Onnx.NodeProto;

/** Of nodes that do the same with the same values only one stays. */
final class CommonNodes implements Pass {
    private static final Set<String> RANDOM = Set.of(
            "RandomNormal",
            "RandomNormalLike",
            "RandomUniform",
            "RandomUniformLike",
            "Multinomial",
            "Bernoulli",
            "Dropout");

    @Override
    public String name() {
        return "common-nodes";
    }

    /** Whether a node gives the same for the same, whenever it runs. */
    static boolean isPure(NodeProto node) {
        return Nodes.is(node, node.getOpType())
                && !RANDOM.contains(node.getOpType())
                && Bodies.of(node).isEmpty();
    }

    @Override
    public int apply(Draft draft) {
        Map<ByteString, Integer> first = new HashMap<>();
        int changes = 0;
        for (int slot = 0; slot < draft.size(); slot++) {
            NodeProto node = draft.node(slot);
            if (node == null || !isPure(node)) {
                continue;
            }
            ByteString key = key(node);
            Integer other = first.putIfAbsent(key, slot);
            if (other != null
                    && draft.node(other) != null
                    && key(draft.node(other)).equals(key)) {
                boolean outputs = node.getOutputList().stream().anyMatch(draft::isOutput);
                boolean merged = outputs ? merge(draft, slot, other) : merge(draft, other, slot);
                changes += merged ? 1 : 0;
                if (merged && outputs) {
                    first.put(key, slot);
                }
            }
        }
        return changes;
    }

    private static boolean merge(Draft draft, int staying, int going) {
        NodeProto to = draft.node(staying);
        NodeProto from = draft.node(going);
        if (from.getOutputList().stream().anyMatch(draft::isOutput) || to.getOutputCount() < from.getOutputCount()) {
            return false;
        }
        for (int i = 0; i < from.getOutputCount(); i++) {
            if (!from.getOutput(i).isEmpty() && to.getOutput(i).isEmpty()) {
                return false;
            }
        }
        draft.remove(going);
        for (int i = 0; i < from.getOutputCount(); i++) {
            if (!from.getOutput(i).isEmpty()) {
                draft.redirect(from.getOutput(i), to.getOutput(i));
            }
        }
        return true;
    }

    /** All of a node but what it is called and what it makes. The number of outputs belongs to it: splits go by it. */
    private static ByteString key(NodeProto node) {
        NodeProto.Builder bare =
                node.toBuilder().clearName().clearDocString().clearOutput().clearAttribute();
        node.getAttributeList().stream()
                .sorted(Comparator.comparing(AttributeProto::getName))
                .forEach(bare::addAttribute);
        return bare.setName(Integer.toString(node.getOutputCount())).build().toByteString();
    }
}

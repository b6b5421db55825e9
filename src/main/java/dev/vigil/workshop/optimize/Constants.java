package dev.vigil.workshop.optimize;

import dev.vigil.workshop.ConstantNodes;
import onnx.Onnx.TensorProto;

/** {@code Constant} nodes of numbers become initialisers, which all that reads weights understands. */
final class Constants implements Pass {
    @Override
    public String name() {
        return "constant-nodes";
    }

    @Override
    public int apply(Draft draft) {
        int changes = 0;
        for (int slot = 0; slot < draft.size(); slot++) {
            TensorProto value = ConstantNodes.initializer(draft.node(slot));
            if (value != null && !draft.isOutput(value.getName())) {
                draft.remove(slot);
                draft.putConstant(value);
                changes++;
            }
        }
        return changes;
    }
}

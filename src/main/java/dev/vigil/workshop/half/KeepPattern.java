package dev.vigil.workshop.half;

import java.util.regex.Pattern;
import onnx.Onnx.NodeProto;

/** What a user says of nodes that are to stay as they are: a node's name or an operator, with {@code *} and {@code ?}. */
public record KeepPattern(String text) {
    boolean fits(NodeProto node) {
        Pattern pattern =
                Pattern.compile(("\\Q" + text + "\\E").replace("*", "\\E.*\\Q").replace("?", "\\E.\\Q"));
        return pattern.matcher(node.getName()).matches()
                || pattern.matcher(node.getOpType()).matches();
    }
}

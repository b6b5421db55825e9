package dev.vigil.app.model;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vigil.workshop.trial.Duel;
import dev.vigil.workshop.trial.Likeness;
import java.io.PrintWriter;
import java.util.Locale;

/** How a new model compares with the one that it was made of, for people and for programs. */
final class LikenessText {
    private LikenessText() {}

    static String shown(Likeness likeness) {
        if (likeness.boxes() == null) {
            return String.format(Locale.ROOT, "outputs within %.2g of their largest value", likeness.outputs());
        }
        if (likeness.saysNothing()) {
            return "no box was found by either, which proves nothing";
        }
        return String.format(
                Locale.ROOT,
                "%d candidates%s within %.2f px of the input and %.4f of score; after NMS %d pairs of boxes, %d alone, within %.2f px of the frame and"
                        + " %.4f; %.2f points of mAP50 lost",
                likeness.candidates().count() / 2,
                likeness.candidates().alone() == 0
                        ? ""
                        : " (" + likeness.candidates().alone() + " alone)",
                likeness.candidates().cornerPx(),
                likeness.candidates().score(),
                likeness.boxes().pairs(),
                likeness.boxes().alone(),
                likeness.boxes().cornerPx(),
                likeness.boxes().score(),
                likeness.lossPoints());
    }

    static ObjectNode json(Likeness likeness) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        if (likeness.boxes() == null) {
            json.put("outputs", likeness.outputs());
            return json;
        }
        json.put("pairs", likeness.boxes().pairs());
        json.put("alone", likeness.boxes().alone());
        json.put("corner_px", likeness.boxes().cornerPx());
        json.put("score", likeness.boxes().score());
        ObjectNode candidates = json.putObject("candidates");
        candidates.put("count", likeness.candidates().count());
        candidates.put("alone", likeness.candidates().alone());
        candidates.put("corner_input_px", likeness.candidates().cornerPx());
        candidates.put("score", likeness.candidates().score());
        json.put("loss_points", likeness.lossPoints());
        return json;
    }

    static void printDuel(PrintWriter to, Duel duel) {
        to.println(String.format(
                Locale.ROOT,
                "  speed     %.2f ms an inference, %.2f before (%s, all cores, in turns)",
                duel.afterMs(),
                duel.beforeMs(),
                duel.device()));
    }

    static ObjectNode json(Duel duel) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("device", duel.device());
        json.put("ms_before", duel.beforeMs());
        json.put("ms", duel.afterMs());
        return json;
    }
}

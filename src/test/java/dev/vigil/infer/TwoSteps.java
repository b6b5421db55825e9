package dev.vigil.infer;

import java.util.List;

/** A model that serves on one device while it is opened for a better one. */
public final class TwoSteps {
    private TwoSteps() {}

    public static SwitchingEngine of(Engine first, String better, EngineStep.Opener opener) {
        return new SwitchingEngine(
                List.of(new EngineStep(better, opener), new EngineStep(first.device(), memory -> first)),
                1,
                first,
                true,
                null);
    }
}

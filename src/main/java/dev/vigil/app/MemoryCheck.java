package dev.vigil.app;

import dev.vigil.config.Problems;
import dev.vigil.config.VigilConfig;
import dev.vigil.metrics.box.BoxFigures;
import java.util.function.Consumer;

/** Whether the box has enough memory for what is configured. */
final class MemoryCheck implements ConfigCheck {
    private static final String PATH = "memory.limit";

    private final BoxFigures box;

    MemoryCheck(BoxFigures box) {
        this.box = box;
    }

    @Override
    public String title() {
        return "memory";
    }

    @Override
    public boolean online() {
        return false;
    }

    @Override
    public void check(VigilConfig config, Problems problems, Consumer<String> good) {
        if (fits(config, box, problems)) {
            MemoryPlan plan = plan(config, box);
            good.accept("memory: " + (plan.isTight() ? plan.tight() : plan.line()));
        }
    }

    /** Adds a problem where there is too little. */
    static boolean fits(VigilConfig config, BoxFigures box, Problems problems) {
        MemoryPlan plan = plan(config, box);
        if (plan.isTooMuch()) {
            problems.add(PATH, plan.tooMuch());
        }
        return !plan.isTooMuch();
    }

    private static MemoryPlan plan(VigilConfig config, BoxFigures box) {
        return MemoryPlan.of(config, box.read(), Runtime.getRuntime().maxMemory());
    }
}

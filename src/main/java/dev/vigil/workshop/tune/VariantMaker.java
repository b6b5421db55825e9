package dev.vigil.workshop.tune;

import dev.vigil.workshop.trial.FrameSet;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Makes other files of a model that find the same, or nearly. Whether they do is measured by who asks for them. */
public interface VariantMaker {
    /** What it makes, in a word or two. */
    String name();

    /**
     * Makes them.
     *
     * @param folder for new files, with unique names; they go with it
     * @param lossPoints the most that agreement may lose, for makers that can mind it
     * @param atMost how long it should take
     * @return none where there is nothing that could be better
     * @throws TrialException which says why it can not
     */
    List<Variant> make(Variant original, Path folder, FrameSet frames, double lossPoints, Duration atMost)
            throws TrialException, InterruptedException;
}

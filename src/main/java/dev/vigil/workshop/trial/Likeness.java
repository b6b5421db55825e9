package dev.vigil.workshop.trial;

/**
 * How far a model is from the one that it was made of.
 *
 * @param boxes after NMS, of a detection model; null for any other. Where candidates lie on each other with nearly the same
 *     score, NMS may leave another of them although nothing has changed to speak of
 * @param candidates before NMS; null for a model that is no detector
 * @param outputs largest difference of a value of any output, in parts of that output's largest value; infinite where one of
 *     them is not finite and the other is. NaN for a detection model
 */
public record Likeness(Agreement boxes, CandidateMatch candidates, double outputs) {
    /** Whether no box was there to compare. */
    public boolean saysNothing() {
        return boxes != null && candidates.count() + candidates.alone() == 0;
    }

    /** How many points of mAP 50 are lost; 0 where there was no box to lose, NaN for what is no detection model. */
    public double lossPoints() {
        return boxes == null ? Double.NaN : Double.isNaN(boxes.map50()) ? 0 : boxes.lossPoints();
    }
}

package dev.vigil.workshop.trial;

/**
 * How far a model is from the one that it was made of.
 *
 * @param boxes of a detection model; null for any other
 * @param outputs largest difference of a value of any output, in parts of that output's largest value; infinite where one of
 *     them is not finite and the other is. NaN for a detection model
 */
public record Likeness(Agreement boxes, double outputs) {
    /** Whether no box was there to compare. */
    public boolean saysNothing() {
        return boxes != null && boxes.pairs() + boxes.alone() == 0;
    }

    /** How many points of mAP 50 are lost; 0 where there was no box to lose, NaN for what is no detection model. */
    public double lossPoints() {
        return boxes == null ? Double.NaN : Double.isNaN(boxes.map50()) ? 0 : boxes.lossPoints();
    }
}

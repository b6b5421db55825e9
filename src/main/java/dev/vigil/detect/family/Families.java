package dev.vigil.detect.family;

import dev.vigil.detect.Family;
import dev.vigil.detect.Family.Fit;
import dev.vigil.detect.Family.Fit.Degree;
import dev.vigil.detect.ModelException;
import dev.vigil.detect.ModelInfo;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The families that are known, and finding the one of a model. */
public final class Families {
    public static final List<Family> ALL = List.of(
            new Ssd(),
            new Yolox(),
            new YoloxDecoded(false),
            new YoloHeads(YoloKind.V3),
            new YoloHeads(YoloKind.V4),
            new YoloHeads(YoloKind.SCALED_V4),
            new Yolov4Decoded(),
            new Yolov5(false),
            new YoloxDecoded(true),
            new Yolov5(true),
            new Yolov8(false),
            new Yolov8(true),
            new Yolov10(),
            new YoloNas(),
            Detr.detr(),
            Detr.deformable(),
            Detr.rfDetr(),
            new RtDetr(),
            new CenterNet(),
            new BlazeFace(),
            new YuNet(),
            new DarknetRows(),
            DetectionOutput.CAFFE,
            DetectionOutput.TENSORFLOW,
            new NanoDet(false),
            new NanoDet(true),
            new FastestDet(),
            new Paddle(false),
            new Paddle(true),
            new RetinaNet(),
            new EfficientDet(),
            new SsdAnchors(false),
            new SsdAnchors(true),
            BoxesLabelsScores.SSD_RESNET34,
            BoxesLabelsScores.FASTER_RCNN,
            BoxesLabelsScores.TORCHVISION,
            new TensorFlowDetection(false),
            new TensorFlowDetection(true),
            new RawBoxes());

    private static final String METADATA_KEY = "family";

    private Families() {}

    /**
     * A model's family.
     *
     * @param why one line for people: what decided
     */
    public record Recognition(Family family, String why) {}

    public static Optional<Family> named(String id) {
        return ALL.stream().filter(family -> family.id().equals(id)).findFirst();
    }

    /**
     * Finds the family: what the description says, else what {@code family} of the file's metadata says, else the one for which
     * metadata and names speak, else the one whose shapes they are.
     *
     * @param described {@code family:} of the description; null when it does not say
     * @throws ModelException when what is said is unknown or does not fit, or when none or several fit
     */
    public static Recognition recognise(ModelInfo model, String described) throws ModelException {
        if (described != null) {
            return checked(model, described, "family: of the description");
        }
        String metadata = model.metadata().get(METADATA_KEY);
        if (metadata != null) {
            return checked(model, metadata, "the file's metadata");
        }
        Ultralytics.of(model).checkTask();
        List<Candidate> fitting = candidates(model).stream()
                .filter(candidate -> candidate.fit.degree() != Degree.NO)
                .toList();
        for (Degree degree : List.of(Degree.CERTAIN, Degree.YES)) {
            List<Candidate> such = fitting.stream()
                    .filter(candidate -> candidate.fit.degree() == degree)
                    .toList();
            if (such.size() == 1) {
                Candidate only = such.get(0);
                return new Recognition(only.family, only.family.id() + ": " + only.fit.why());
            }
            if (such.size() > 1) {
                throw ask(such);
            }
        }
        throw fitting.isEmpty()
                ? new ModelException("no known family has outputs " + model.outputsText()
                        + "; `vigil model inspect FILE` tells what each wants, and family: in the model's .yml decides")
                : ask(fitting);
    }

    private static ModelException ask(List<Candidate> candidates) {
        return new ModelException("it may be "
                + candidates.stream()
                        .map(candidate -> candidate.family.id() + " (" + candidate.fit.why() + ")")
                        .collect(Collectors.joining(" or "))
                + "; say which: family: " + candidates.get(0).family.id() + " in the model's .yml");
    }

    /** What each family says to a model, in the order of {@link #ALL}. */
    public static List<Candidate> candidates(ModelInfo model) {
        return ALL.stream()
                .map(family -> new Candidate(family, family.fit(model)))
                .toList();
    }

    /** A family, and whether a model may be of it. */
    public record Candidate(Family family, Fit fit) {}

    private static Recognition checked(ModelInfo model, String id, String source) throws ModelException {
        Family family =
                named(id).orElseThrow(() -> new ModelException(source + " says '" + id + "'; known are " + ids()));
        Fit fit = family.fit(model);
        if (fit.degree() == Degree.NO) {
            throw new ModelException(source + " says " + id + ", which does not fit: " + fit.why()
                    + "; the outputs are " + model.outputsText());
        }
        return new Recognition(family, id + ": " + source + " says so; " + fit.why());
    }

    private static String ids() {
        return ALL.stream().map(Family::id).collect(Collectors.joining(", "));
    }
}

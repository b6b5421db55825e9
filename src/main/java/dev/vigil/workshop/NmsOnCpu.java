package dev.vigil.workshop;

import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.ModelException;
import dev.vigil.graph.ExternalData;
import dev.vigil.graph.GraphException;
import dev.vigil.graph.OnnxModel;
import dev.vigil.graph.cut.NmsCut;
import dev.vigil.graph.cut.NmsForm;
import dev.vigil.infer.InferException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import onnx.Onnx.TensorProto;

/**
 * Makes of a model with NMS inside one that gives boxes and scores of all anchors, for Vigil's NMS to work on. What it writes
 * says itself what it is (family {@code raw-boxes}), with the limits that the NMS had.
 */
public final class NmsOnCpu {
    private final Path cacheDir;

    /** @param cacheDir for what inference unpacks, and for models that are cut on load */
    public NmsOnCpu(Path cacheDir) {
        this.cacheDir = cacheDir;
    }

    /**
     * What is known of the boxes from elsewhere; each null where it is to be found out.
     *
     * @param size of the picture, for a model that leaves it open
     */
    public record Options(BoxForm form, Boolean unit, ModelDescription.Size size) {
        public static final Options NONE = new Options(null, null, null);
    }

    /** What was cut, and how it was found out in which form boxes are. */
    public record Split(NmsForm nms, BoxForm form, boolean unit, String why) {}

    /**
     * Writes a model without its NMS.
     *
     * @throws GraphException when it can not be read or cut; the message is to be read after the file's name
     * @throws ModelException when its input is not understood, or the form of its boxes can not be told
     * @throws InferException when what is left does not run
     */
    public Split split(Path in, Path out, Options options)
            throws GraphException, ModelException, InferException, IOException {
        OnnxModel model = OnnxModel.read(in);
        ModelShapes shapes = ModelShapes.of(model, options.size);
        NmsForm nms = NmsCut.cut(model, shapes.facts());
        Map<String, String> metadata = model.metadata();
        metadata.put("family", "raw-boxes");
        metadata.put("scores_order", nms.classesFirst() ? "classes_first" : "anchors_first");
        metadata.put("classes_per_box", nms.bestClassOnly() ? "best" : "all");
        metadata.put("nms_kind", nms.allClasses() ? "all_classes" : "by_class");
        limit(metadata, "nms_iou", nms.iouMax());
        limit(metadata, "nms_score", nms.scoreMin());
        if (nms.perClassMax() < Integer.MAX_VALUE) {
            metadata.put("nms_boxes_per_class", Integer.toString(nms.perClassMax()));
        }
        if (nms.background() >= 0) {
            metadata.put("background_class", Integer.toString(nms.background()));
        }
        try (Scratch scratch = Scratch.in(cacheDir)) {
            Split split = form(model, nms, options, scratch.file("trial.onnx"));
            metadata.put("boxes_form", split.form.word());
            metadata.put("boxes_unit", split.unit ? "unit" : "pixels");
            model.write(out);
            return split;
        }
    }

    /** Zero and less are no limits. */
    private static void limit(Map<String, String> metadata, String key, double value) {
        if (value >= 0 && value <= 1) {
            metadata.put(key, Float.toString((float) value));
        }
    }

    private Split form(OnnxModel model, NmsForm nms, Options options, Path trial)
            throws GraphException, ModelException, InferException, IOException {
        if (options.unit != null && (options.form != null || nms.centered())) {
            BoxForm form = nms.centered() ? BoxForm.CXCYWH : options.form;
            return new Split(nms, form, options.unit, "as it was said");
        }
        model.write(trial);
        ModelShapes left = ModelShapes.of(model, options.size);
        BoxEvidence evidence = BoxEvidence.of(trial, left.info(), nms.centered(), cacheDir);
        boolean unit = options.unit != null ? options.unit : evidence.unit();
        String seen = unit ? "boxes of a black picture are in 0..1" : "boxes of a black picture are in pixels";
        if (nms.centered()) {
            return new Split(nms, BoxForm.CXCYWH, unit, "the node says centre and size; " + seen);
        }
        if (options.form != null) {
            return new Split(nms, options.form, unit, seen);
        }
        if (evidence.xFirst() != null) {
            String order = evidence.xFirst() ? "x first" : "y first";
            return new Split(
                    nms, evidence.xFirst() ? BoxForm.XYXY : BoxForm.YXYX, unit, seen + ", in rows with " + order);
        }
        String producer = model.header().getProducerName();
        if (producer.startsWith("tf2onnx") || producer.startsWith("keras")) {
            return new Split(nms, BoxForm.YXYX, unit, seen + "; " + producer + " puts y first");
        }
        if (producer.equals("pytorch") || producer.startsWith("Paddle")) {
            return new Split(nms, BoxForm.XYXY, unit, seen + "; " + producer + " puts x first");
        }
        throw new ModelException(
                "it can not be told whether its boxes are x1, y1, x2, y2 or y1, x1, y2, x2: say it with"
                        + " vigil model split --boxes xyxy or --boxes yxyx");
    }

    /**
     * The model that is to be loaded in place of one with NMS inside: made when it is not there yet, in the cache folder by what
     * the file holds and the version of Vigil, under the model's own name.
     *
     * @param size of the picture, for a model that leaves it open
     * @param version of Vigil
     * @throws ModelException one line with the file's name
     */
    public Path cached(Path model, ModelDescription.Size size, String version) throws ModelException, InferException {
        try {
            Path home = cacheDir.resolve("nms-cpu")
                    .resolve(hash(List.of(model.toAbsolutePath().toString())));
            Path folder = home.resolve(key(model, size, version));
            Path cut = folder.resolve(String.valueOf(model.getFileName()));
            if (!Files.isRegularFile(cut)) {
                Files.createDirectories(folder);
                split(model, cut, new Options(null, null, size));
                deleteOthers(home, folder);
            }
            return cut;
        } catch (GraphException e) {
            throw new ModelException("the model " + model + " " + e.getMessage() + " (nms: cpu)", e);
        } catch (IOException e) {
            throw new ModelException("the model " + model + " can not be cut (nms: cpu): " + e, e);
        } catch (ModelException e) {
            throw new ModelException("the model " + model + " can not be cut (nms: cpu): " + e.getMessage(), e);
        }
    }

    private static String key(Path model, ModelDescription.Size size, String version)
            throws GraphException, IOException {
        MessageDigest digest = sha256();
        add(digest, model);
        OnnxModel read = OnnxModel.read(model);
        TreeSet<String> locations = new TreeSet<>();
        for (TensorProto tensor : read.graph().initializers().values()) {
            locations.addAll(ExternalData.locations(tensor));
        }
        for (String location : locations) {
            add(digest, read.folder().resolve(location));
        }
        return hash(List.of(HexFormat.of().formatHex(digest.digest()), String.valueOf(size), version));
    }

    private static void add(MessageDigest digest, Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] block = new byte[1 << 16];
            for (int read = in.read(block); read > 0; read = in.read(block)) {
                digest.update(block, 0, read);
            }
        }
    }

    private static String hash(List<String> words) {
        MessageDigest digest = sha256();
        words.forEach(word -> digest.update((word + "\n").getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        return HexFormat.of().formatHex(digest.digest()).substring(0, 24);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has it", e);
        }
    }

    /** What was made of the file when it was another one. */
    private static void deleteOthers(Path home, Path staying) throws IOException {
        try (Stream<Path> folders = Files.list(home)) {
            for (Path folder : folders.filter(f -> !f.equals(staying)).toList()) {
                Scratch.delete(folder);
            }
        }
    }
}

package dev.vigil.workshop.distill;

import dev.vigil.base.Clock;
import dev.vigil.convert.ConvertException;
import dev.vigil.detect.ModelDescription;
import dev.vigil.detect.ModelException;
import dev.vigil.draw.ContactSheet;
import dev.vigil.frame.Picture;
import dev.vigil.infer.InferException;
import dev.vigil.infer.InferOptions;
import dev.vigil.pipeline.LoadedModel;
import dev.vigil.source.SourceException;
import dev.vigil.source.SourceOptions;
import dev.vigil.workshop.trial.FrameSet.Source;
import dev.vigil.workshop.trial.FrameWalk;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** Makes a training set: the whole way from frames to files. One is for one set. Not threadsafe. */
public final class Distillation {
    private final DistillOptions options;
    private final Path cacheDir;
    private final Consumer<String> progress;
    private final BooleanSupplier isEnded;
    private final Clock clock;

    /**
     * @param cacheDir for unpacked natives and built engines
     * @param progress is told a line now and then
     * @param isEnded asked now and then: whether to stop, and leave nothing
     */
    public Distillation(
            DistillOptions options, Path cacheDir, Consumer<String> progress, BooleanSupplier isEnded, Clock clock) {
        this.options = options;
        this.cacheDir = cacheDir;
        this.progress = progress;
        this.isEnded = isEnded;
        this.clock = clock;
    }

    /**
     * Makes one.
     *
     * @param description of the teacher
     * @param folder new or empty
     * @throws IOException when the folder is neither, or can not be written; then nothing is left in it
     */
    public SetReport make(
            Path teacherFile, ModelDescription description, InferOptions infer, List<Source> sources, Path folder)
            throws InferException, ModelException, SourceException, ConvertException, IOException {
        SetFolder.require(folder); // before anything that takes long
        try (Teacher teacher = teacher(teacherFile, description, infer);
                SetFolder set = SetFolder.begin(folder)) {
            SetReport report = make(teacherFile, teacher, sources, set);
            set.finish(SetReport.FILE);
            return report;
        } catch (FileSystemException e) {
            throw e; // names its file
        } catch (IOException e) {
            throw new IOException("the set in " + folder + " can not be written: " + e.getMessage(), e);
        }
    }

    private Teacher teacher(Path file, ModelDescription description, InferOptions infer)
            throws InferException, ModelException {
        LoadedModel model = LoadedModel.load(file, description, infer, cacheDir);
        boolean made = false;
        try {
            LabelMap map = LabelMap.of(model.detection().labels(), options.renamed(), options.only());
            Teacher teacher = new Teacher(model, map, options.tiles(), options.flip());
            made = true;
            return teacher;
        } finally {
            if (!made) {
                model.close();
            }
        }
    }

    private SetReport make(Path teacherFile, Teacher teacher, List<Source> sources, SetFolder set)
            throws SourceException, ConvertException, InferException, IOException {
        Path folder = set.unfinished();
        Path pictures = Files.createDirectory(folder.resolve("candidates"));
        SetReport report = new SetReport(options, teacherFile, teacher, sources);
        try (FramePool pool = new FramePool(pictures, teacher, options.count(), options.scoreMin(), options.png())) {
            collect(sources, pool);
            List<Candidate> candidates = pool.candidates();
            report.looked(pool);
            if (candidates.isEmpty()) {
                throw new SourceException(
                        SourceException.Cause.NO_VIDEO, "no frame is left to make a set of: " + report.lookedText());
            }
            progress.accept("choosing of " + candidates.size() + " frames");
            Split split = Split.of(candidates, options.val(), teacher.labels().count(), options.seed());
            int val = (int) Math.min(split.val().size(), Math.round(options.count() * options.val()));
            List<Candidate> ofVal = choose(
                    candidates,
                    split.val(),
                    Math.max(val, Math.min(1, split.val().size())),
                    pool);
            List<Candidate> ofTrain = choose(candidates, split.train(), options.count() - ofVal.size(), pool);
            report.chosen(candidates.size(), split.between());
            List<LabelledFrame> frames = new ArrayList<>();
            try (SetWriter writer = new SetWriter(folder, teacher.labels(), all(ofTrain, ofVal))) {
                label(teacher, ofTrain, LabelledFrame.TRAIN, writer, frames);
                label(teacher, ofVal, LabelledFrame.VAL, writer, frames);
                report.labelled(frames);
                showDoubts(report.doubtful(), folder, writer);
                writer.finish(frames);
            }
        }
        deleteAll(pictures);
        report.write(folder);
        return report;
    }

    private void collect(List<Source> sources, FramePool pool)
            throws SourceException, ConvertException, InferException, IOException {
        int looked = 0;
        try (FrameWalk walk = new FrameWalk(sources, options.pool(), options.liveFor(), clock)) {
            while (walk.next()) {
                requireGoingOn();
                pool.offer(walk.place(), walk.picture());
                looked++;
                progress.accept(looked + " frames looked at, " + pool.size() + " kept");
            }
        }
    }

    /** In the order in which they came. */
    private List<Candidate> choose(List<Candidate> all, List<Integer> some, int most, FramePool pool) {
        List<Candidate> candidates = some.stream().map(all::get).toList();
        if (candidates.isEmpty()) {
            return candidates;
        }
        int first = new Random(options.seed()).nextInt(candidates.size());
        int[] chosen = FarthestPoint.choose(
                FramePool.points(candidates), pool.weights(candidates), most, FramePool.APART, first);
        return Arrays.stream(chosen).sorted().mapToObj(candidates::get).toList();
    }

    private static List<Candidate> all(List<Candidate> some, List<Candidate> others) {
        List<Candidate> all = new ArrayList<>(some);
        all.addAll(others);
        return all;
    }

    private void label(
            Teacher teacher, List<Candidate> chosen, String part, SetWriter writer, List<LabelledFrame> frames)
            throws SourceException, ConvertException, InferException, IOException {
        List<Path> files = chosen.stream().map(Candidate::file).toList();
        // What is labelled is what is in the file: read again, and upright.
        try (FrameWalk walk = walk(files)) {
            for (Candidate candidate : chosen) {
                requireGoingOn();
                Picture picture = next(walk, candidate.file());
                LabelledFrame frame = LabelledFrame.of(part, candidate, picture, teacher.label(picture), options);
                writer.write(frame, candidate.file(), picture);
                frames.add(frame);
                progress.accept(frames.size() + " frames labelled");
            }
        }
    }

    /** Shows those that a person should look at, the worst that fit on a page. */
    private void showDoubts(List<LabelledFrame> doubtful, Path folder, SetWriter writer)
            throws SourceException, ConvertException, IOException {
        List<LabelledFrame> worst = doubtful.subList(0, Math.min(ContactSheet.PER_PAGE, doubtful.size()));
        List<Path> files = worst.stream()
                .map(frame -> folder.resolve("images").resolve(frame.part()).resolve(frame.file()))
                .toList();
        try (FrameWalk walk = walk(files);
                ContactSheet sheet = writer.sheet("look-at", worst.size())) {
            for (int i = 0; i < worst.size(); i++) {
                writer.show(sheet, worst.get(i), next(walk, files.get(i)));
            }
            sheet.finish();
        }
    }

    private FrameWalk walk(List<Path> files) throws SourceException {
        List<Source> sources = files.stream()
                .map(file -> new Source(
                        file.toString(),
                        SourceOptions.builder(file.toUri())
                                .hardware(SourceOptions.Hardware.NONE)
                                .build(),
                        false))
                .toList();
        return new FrameWalk(sources, files.size(), Duration.ZERO, clock);
    }

    private static Picture next(FrameWalk walk, Path file) throws SourceException, IOException {
        if (!walk.next()) {
            throw new IOException(file + " can not be read again");
        }
        return walk.picture();
    }

    private void requireGoingOn() throws IOException {
        if (isEnded.getAsBoolean()) {
            throw new IOException("it was ended before it was done, and nothing is left of it");
        }
    }

    private static void deleteAll(Path folder) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }
}

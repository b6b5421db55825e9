package dev.vigil.graph;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import onnx.Onnx.StringStringEntryProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TensorProto.DataLocation;

/**
 * Weights in files of their own, beside the model's (onnx.proto, {@code TensorProto.external_data}). A model names such a file,
 * so a hostile one could have any file of the box read: only files in the model's folder are let through, and no links that
 * lead out of it. Stateless.
 */
public final class ExternalData {
    private ExternalData() {}

    public static boolean isExternal(TensorProto tensor) {
        return tensor.getDataLocation() == DataLocation.EXTERNAL || tensor.getExternalDataCount() > 0;
    }

    /** Files that it names; one where all is well, none where its data are its own. */
    public static List<String> locations(TensorProto tensor) {
        return isExternal(tensor) ? value(tensor, "location").stream().toList() : List.of();
    }

    /** How many bytes it says that it has there; 0 where it does not say so. */
    static long length(TensorProto tensor) {
        return value(tensor, "length")
                .filter(value -> value.matches("\\d{1,18}"))
                .map(Long::parseLong)
                .orElse(0L);
    }

    /** Where data lie. */
    record Place(Path file, long offset, long length) {}

    /**
     * Looks at all that can be known without reading the data.
     *
     * @param bytes that the tensor has; -1 where it is not known
     */
    static void check(TensorProto tensor, long bytes, Path folder) throws GraphException {
        place(tensor, bytes, folder);
    }

    /** The same, and says where they are. */
    static Place place(TensorProto tensor, long bytes, Path folder) throws GraphException {
        String what = "initialiser " + tensor.getName();
        String location = value(tensor, "location")
                .orElseThrow(() -> new GraphException(what + " has its data in another file, and does not say which"));
        Path file = inside(folder, location)
                .orElseThrow(() -> new GraphException(
                        what + " has its data in " + location + ", which is outside of the model's folder"));
        long size;
        try {
            if (!Files.isRegularFile(file)) {
                throw new GraphException(what + " has its data in " + location + ", which is not there");
            }
            if (!file.toRealPath().startsWith(folder.toRealPath())) {
                throw new GraphException(
                        what + " has its data in " + location + ", a link that leads outside of the model's folder");
            }
            size = Files.size(file);
        } catch (IOException e) {
            throw new GraphException(what + " has its data in " + location + ", which can not be read: " + e, e);
        }
        long offset = number(tensor, "offset", 0);
        long length = number(tensor, "length", bytes >= 0 ? bytes : 0);
        if (offset < 0 || length < 0 || offset > size || length > size - offset) {
            throw new GraphException(what + " wants bytes " + offset + " to " + offset + " + " + length + " of "
                    + location + ", which has " + size);
        }
        if (bytes >= 0 && length != bytes) {
            throw new GraphException(
                    what + " has " + length + " bytes in " + location + ", and its shape wants " + bytes);
        }
        return new Place(file, offset, length);
    }

    private static Optional<Path> inside(Path folder, String location) {
        try {
            Path relative = Path.of(location).normalize();
            boolean leads = relative.isAbsolute()
                    || relative.startsWith("..")
                    || relative.toString().isEmpty();
            return leads ? Optional.empty() : Optional.of(folder.resolve(relative));
        } catch (InvalidPathException e) {
            return Optional.empty(); // nothing that has no path lies in the folder
        }
    }

    private static Optional<String> value(TensorProto tensor, String key) {
        return tensor.getExternalDataList().stream()
                .filter(pair -> pair.getKey().equals(key))
                .map(StringStringEntryProto::getValue)
                .findFirst();
    }

    private static long number(TensorProto tensor, String key, long standard) throws GraphException {
        Optional<String> value = value(tensor, key);
        if (value.isEmpty()) {
            return standard;
        }
        if (!value.get().matches("\\d{1,18}")) {
            throw new GraphException(
                    "initialiser " + tensor.getName() + " has '" + value.get() + "' as its data's " + key);
        }
        return Long.parseLong(value.get());
    }
}

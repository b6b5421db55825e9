package dev.vigil.http;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The pages there are. Immutable. */
public final class Site {
    /** Where a page's work is done. */
    public enum Effort {
        /** So little that the event loop does it, also when all workers are busy. */
        NONE,
        /** Some milliseconds of work. */
        SOME,
        /** What waits, or works for long; those of {@link #SOME} do not wait for it. */
        LONG
    }

    /**
     * A page and where it is.
     *
     * @param path as {@code /metrics}; with {@code /} at its end all that begins with it
     * @param shown how people are told of it, such as {@code /trace?seconds=5}
     * @param words what it shows
     * @param parameters that it knows
     */
    public record Place(String path, String shown, String words, Set<String> parameters, Effort effort, Page page) {
        boolean holds(String asked) {
            boolean folder = path.length() > 1 && path.endsWith("/");
            return folder ? asked.startsWith(path) && asked.length() > path.length() : asked.equals(path);
        }
    }

    private final List<Place> places;

    public Site(List<Place> places) {
        this.places = List.copyOf(places);
    }

    public List<Place> places() {
        return places;
    }

    /** A request for one of the pages, or the refusal of one that there is not. */
    record Found(Place place, Request request, Answer refusal) {
        static Found refused(Answer refusal) {
            return new Found(null, null, refusal);
        }
    }

    /** @param uri path and parameters, as they came */
    Found find(String uri, String accept, boolean headOnly) {
        int question = uri.indexOf('?');
        String path = question < 0 ? uri : uri.substring(0, question);
        Optional<Place> found =
                places.stream().filter(place -> place.holds(path)).findFirst();
        if (found.isEmpty()) {
            return Found.refused(Answer.text(404, "there is no such page. There is:\n" + list()));
        }
        Place place = found.get();
        Map<String, String> parameters = new LinkedHashMap<>();
        if (question >= 0 && question + 1 < uri.length()) {
            for (String pair : uri.substring(question + 1).split("&", -1)) {
                int equals = pair.indexOf('=');
                String name = equals < 0 ? pair : pair.substring(0, equals);
                if (!place.parameters.contains(name)) {
                    return Found.refused(Answer.text(400, unknownParameter(place)));
                }
                if (parameters.put(name, equals < 0 ? "" : pair.substring(equals + 1)) != null) {
                    return Found.refused(Answer.text(400, "the parameter " + name + " is there twice"));
                }
            }
        }
        String rest = path.substring(Math.min(path.length(), place.path.length()));
        return new Found(place, new Request(path, rest, Map.copyOf(parameters), accept, headOnly), null);
    }

    /** What was asked for is not repeated: it may hold anything. */
    private static String unknownParameter(Place place) {
        return place.parameters.isEmpty()
                ? place.path + " takes no parameters"
                : "there is no such parameter: " + place.path + " takes "
                        + String.join(", ", new TreeSet<>(place.parameters));
    }

    private String list() {
        StringBuilder list = new StringBuilder();
        for (Place place : places) {
            list.append(list.length() == 0 ? "" : "\n")
                    .append("  ")
                    .append(place.shown)
                    .append("  ")
                    .append(place.words);
        }
        return list.toString();
    }
}

package dev.vigil.detect.family;

import dev.vigil.detect.ModelInfo;
import java.util.List;

/**
 * What the exporter of some model makes of it.
 *
 * @param name which export of which model, for people
 * @param families one: it must be recognised as this; several: it must be asked which of these it is, and no other is named
 */
record FamilySample(String name, ModelInfo model, List<String> families) {
    static FamilySample of(String name, ModelInfo model, String... families) {
        return new FamilySample(name, model, List.of(families));
    }

    @Override
    public String toString() {
        return name;
    }
}

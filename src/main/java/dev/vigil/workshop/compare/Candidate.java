package dev.vigil.workshop.compare;

import dev.vigil.detect.ModelDescription;
import java.nio.file.Path;

/**
 * A model that is compared.
 *
 * @param name what it is called among the others
 * @param problem why it can not even be tried; else null
 */
public record Candidate(String name, Path file, ModelDescription description, String problem) {}

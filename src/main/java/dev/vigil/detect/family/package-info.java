/**
 * The kinds of models: one class for each {@link dev.vigil.detect.Family}, which knows its files by their metadata, names and
 * shapes, and decodes their outputs. A new one is a class here and a line in {@link dev.vigil.detect.family.Families}.
 * {@link dev.vigil.detect.family.DetectionModel} settles, once, what a model is: its family, input and labels.
 */
package dev.vigil.detect.family;

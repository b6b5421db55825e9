/**
 * Types, shapes and small values of all that flows in a graph, found without running it. What can not be known is said to be
 * unknown, never guessed.
 */
package dev.vigil.graph.shape;

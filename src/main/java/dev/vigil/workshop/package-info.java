/**
 * What {@code vigil model} does with models: looking into them, and making others of them. Edits are those of package
 * {@code graph}; here they meet families of models and devices to run on.
 */
package dev.vigil.workshop;

/** What a backend does with a model, node by node: its own profile, read, summed up, and written again for viewers of traces. */
package dev.vigil.workshop.trace;

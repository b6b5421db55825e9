package dev.vigil.http;

/** Answers requests for one path. Called from the event loop, or from several workers at once, as its {@link Site} says. */
public interface Page {
    /** Answers; a refusal is an answer too. */
    Answer answer(Request request) throws InterruptedException;
}

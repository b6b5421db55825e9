package dev.vigil.infer;

import java.util.Locale;

/** The library that runs a model. */
public enum Backend {
    /** What the file's ending says. */
    AUTO,
    ONNXRUNTIME,
    OPENCV,
    TFLITE;

    /** As configurations and messages write it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}

package dev.vigil.source.proof;

import java.util.List;

/** How the processes run that are measured. */
final class ChildJava {
    /**
     * The heap has its full size from the beginning and is swept often, so that resident memory grows by nothing but leaks;
     * and no thread of Java's own comes and goes.
     */
    static final List<String> OPTIONS = List.of(
            "-Xms64m",
            "-Xmx64m",
            "-Xmn16m",
            "-XX:+AlwaysPreTouch",
            "-XX:+UseSerialGC",
            "-XX:-UseDynamicNumberOfCompilerThreads",
            "-Xshare:auto",
            "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0");

    private ChildJava() {}
}

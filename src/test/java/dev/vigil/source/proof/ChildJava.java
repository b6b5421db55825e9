package dev.vigil.source.proof;

import java.util.List;

/** How the processes run that are measured. */
final class ChildJava {
    /**
     * The heap has its full size from the beginning and is swept often, so that resident memory grows by nothing but leaks;
     * no thread of Java's own comes and goes, and none compiles late with tens of MiB, which the C library then keeps.
     */
    static final List<String> OPTIONS = List.of(
            "-Xms64m",
            "-Xmx64m",
            "-Xmn16m",
            "-XX:+AlwaysPreTouch",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:-UseDynamicNumberOfCompilerThreads",
            "-Xshare:auto",
            "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0");

    private ChildJava() {}
}

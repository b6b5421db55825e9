package dev.vigil.app;

import dev.vigil.app.manual.ManPage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.AutoComplete;
import picocli.CommandLine;

/** For the build of packages: writes {@code vigil.1} and {@code vigil.bash}, which completes in bash and zsh. */
public final class Manual {
    private Manual() {}

    /** @param args a folder that is there, and the day that stands in the page, such as {@code 2026-11-21} */
    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args[0]);
        Files.writeString(folder.resolve("vigil.1"), page(args[1]));
        Files.writeString(folder.resolve("vigil.bash"), completion());
    }

    static String page(String date) {
        return ManPage.of(Vigil.commandLine(), VersionCommand.version(), date);
    }

    /** As a file that a shell reads in, not one to run. */
    static String completion() {
        CommandLine line = Vigil.commandLine();
        return AutoComplete.bash(line.getCommandName(), line).replaceFirst("^#!.*\\R", "");
    }
}

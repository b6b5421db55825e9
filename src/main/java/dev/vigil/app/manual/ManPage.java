package dev.vigil.app.manual;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * A command line as one page of man(7) macros: the root's options once, then each command with what it has beside them. What
 * {@code --help} says is what stands here.
 */
public final class ManPage {
    /** So wide that nothing of a synopsis is wrapped: troff fills the lines. */
    private static final int WIDTH = 20_000;

    private static final String AFTER_COMMANDS = """
            .SH ENVIRONMENT
            .TP
            .B JAVA_HOME
            The Java to run with (17 or later) instead of the one on the path.
            .TP
            .B VIGIL_JAVA_OPTS
            More options for Java; they win over the launcher's own.
            .TP
            .B VIGIL_LOG
            The log's level: error, warn, info, debug or trace.
            .TP
            .BR STATE_DIRECTORY ", " CACHE_DIRECTORY ", " RUNTIME_DIRECTORY ", " CREDENTIALS_DIRECTORY
            Set by systemd for a service. Without them a user's own folders are used, by
            .BR XDG_STATE_HOME ", " XDG_CACHE_HOME " and " XDG_RUNTIME_DIR .
            .PP
            A configuration may name any other variable, as in
            .BR ${GATE_PASSWORD} .
            .SH FILES
            .TP
            .I /etc/vigil/vigil.yml
            The configuration. It shows every key, with its default.
            .TP
            .I /usr/share/vigil/models
            The model that comes with Vigil.
            .TP
            .I /var/lib/vigil
            Messages that wait for the broker (outbox).
            .TP
            .I /var/cache/vigil
            Unpacked libraries, and models in a device's own form. It may be emptied while no daemon runs.
            .TP
            .I /usr/share/doc/vigil
            All documents, and a list of everything that is inside (CycloneDX).
            .SH SEE ALSO
            .BR systemctl (1),
            .BR journalctl (1),
            .BR mosquitto (8)
            """;

    private final StringBuilder page = new StringBuilder(64 * 1024);

    private ManPage() {}

    /**
     * @param line the whole command line; its width is changed
     * @param version stands in the footer
     * @param date likewise, such as {@code 2026-11-21}
     */
    public static String of(CommandLine line, String version, String date) {
        line.setUsageHelpWidth(WIDTH);
        return new ManPage().write(line, version, date);
    }

    private String write(CommandLine root, String version, String date) {
        CommandSpec spec = root.getCommandSpec();
        String name = spec.name();
        page.append(".\\\" Written by the build from what --help says.\n");
        page.append(".TH ")
                .append(name.toUpperCase(Locale.ROOT))
                .append(" 1 \"")
                .append(date);
        page.append("\" \"").append(name).append(' ').append(version).append("\" \"User Commands\"\n");
        page.append(".nh\n.ad l\n");
        section("NAME");
        text(name + " - "
                + lowerFirst(plain(spec.usageMessage().description()[0]).replaceFirst("\\.$", "")));
        section("SYNOPSIS");
        synopsis(root);
        section("DESCRIPTION");
        paragraphs(spec.usageMessage().description());
        section("OPTIONS");
        text("These are understood by every command.");
        arguments(spec, Set.of());
        section("COMMANDS");
        Set<String> common = names(spec);
        for (CommandLine command : visible(root)) {
            command(command, common);
        }
        section("EXIT STATUS");
        for (String paragraph : spec.usageMessage().footer()) {
            if (paragraph.startsWith("Exit codes: ")) {
                text(paragraph.substring("Exit codes: ".length()));
            }
        }
        page.append(AFTER_COMMANDS.replace("-", "\\-"));
        return page.toString();
    }

    private void command(CommandLine command, Set<String> common) {
        CommandSpec spec = command.getCommandSpec();
        page.append(".SS \"").append(escaped(spec.qualifiedName())).append("\"\n");
        synopsis(command);
        page.append(".PP\n");
        paragraphs(spec.usageMessage().description());
        arguments(spec, common);
        page.append(".PP\n");
        paragraphs(spec.usageMessage().footer());
        for (CommandLine inner : visible(command)) {
            command(inner, common);
        }
    }

    private static List<CommandLine> visible(CommandLine line) {
        return line.getSubcommands().values().stream()
                .distinct()
                .filter(command -> !command.getCommandSpec().usageMessage().hidden())
                .toList();
    }

    private static Set<String> names(CommandSpec spec) {
        Set<String> names = new LinkedHashSet<>();
        spec.options().forEach(option -> names.add(option.longestName()));
        return names;
    }

    private void synopsis(CommandLine command) {
        CommandLine.Help help = command.getHelp();
        for (String line : help.synopsis(0).split("\\R", -1)) {
            if (!line.isBlank()) {
                text(line.strip());
            }
        }
    }

    private void arguments(CommandSpec spec, Set<String> without) {
        for (PositionalParamSpec positional : spec.positionalParameters()) {
            if (!positional.hidden()) {
                argument("\\fI" + escaped(positional.paramLabel()) + "\\fR", positional);
            }
        }
        for (OptionSpec option : spec.options()) {
            if (!option.hidden() && !without.contains(option.longestName())) {
                String names = "\\fB" + escaped(String.join(", ", option.names())) + "\\fR";
                argument(
                        option.arity().max() == 0 ? names : names + " \\fI" + escaped(option.paramLabel()) + "\\fR",
                        option);
            }
        }
    }

    private void argument(String heading, ArgSpec argument) {
        page.append(".TP\n").append(heading).append('\n');
        for (String line : argument.description()) {
            text(plain(line));
        }
    }

    private void section(String name) {
        page.append(".SH ").append(name).append('\n');
    }

    /** Lines of a description; an empty one, or an indented one, begins anew. */
    private void paragraphs(String[] lines) {
        boolean fresh = true;
        for (String line : lines) {
            String plain = plain(line);
            if (plain.isBlank()) {
                page.append(fresh ? "" : ".PP\n");
                fresh = true;
            } else {
                page.append(plain.startsWith(" ") && !fresh ? ".br\n" : "");
                text(plain);
                fresh = false;
            }
        }
    }

    /** What picocli would print of it, without its markup and variables. */
    private static String plain(String described) {
        return Ansi.OFF.string(described.formatted());
    }

    private void text(String line) {
        String escaped = escaped(line);
        boolean request = escaped.startsWith(".") || escaped.startsWith("'");
        page.append(request ? "\\&" : "").append(escaped).append('\n');
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\e").replace("-", "\\-").replace("\n", "\n.br\n");
    }

    private static String lowerFirst(String sentence) {
        return Character.toLowerCase(sentence.charAt(0)) + sentence.substring(1);
    }
}

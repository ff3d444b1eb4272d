package dev.satchel.batchexport.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** The manual page {@code satchel(1)} in the language of man(7), made from the commands. */
final class ManualPage {

    private final CommandLine satchel;
    private final List<String> lines = new ArrayList<>();

    private ManualPage(CommandLine satchel) {
        this.satchel = satchel;
    }

    static String of(CommandLine satchel) {
        ManualPage page = new ManualPage(satchel);
        page.write();
        return String.join("\n", page.lines) + "\n";
    }

    private void write() {
        String name = satchel.getCommandName();
        lines.add(".TH " + quoted(name.toUpperCase(Locale.ROOT)) + " 1 \"\" " + quoted(name + " " + Version.text())
                + " \"User Commands\"");
        // No hyphens where a word has none, and no spread lines.
        lines.add(".nh");
        lines.add(".ad l");
        section("NAME");
        lines.add(text(name) + " \\- " + text(lowerFirst(description(satchel).get(0))));
        section("SYNOPSIS");
        synopsis(satchel);
        section("DESCRIPTION");
        paragraph(
                "Each command is explained below. Settings are environment variables; standard output receives results,"
                        + " standard error everything else.");
        section("OPTIONS");
        paragraph("Every command takes these:");
        satchel.getCommandSpec().options().forEach(this::option);
        section("COMMANDS");
        leaves(satchel).forEach(this::command);
        section("EXIT STATUS");
        tagged("0", "Done.");
        tagged("1", "Something failed, or a check did not hold.");
        tagged("2", "Wrong call: a misspelt command, option or setting, or a malformed value.");
        tagged("130, 143", "Ended by SIGINT or SIGTERM.");
        section("ENVIRONMENT");
        tagged("DATABASE_URL", "The database, as postgresql://user:password@host:port/database.");
        tagged("SATCHEL_STORE", "Where files go: s3://bucket/prefix or file:///directory.");
        tagged("JAVA_HOME", "The folder of the Java that runs satchel; the first on the PATH when left out.");
        tagged("JAVA_OPTS", "Options of the Java virtual machine.");
        tagged("NO_COLOR", "When set, help is printed without colours.");
        paragraph("docs/operations.md in the folder of the distribution lists all settings.");
    }

    private static Stream<CommandLine> leaves(CommandLine command) {
        return command.getSubcommands().isEmpty()
                ? Stream.of(command)
                : command.getSubcommands().values().stream().flatMap(ManualPage::leaves);
    }

    private void command(CommandLine command) {
        lines.add(".SS " + quoted(command.getCommandSpec().qualifiedName()));
        synopsis(command);
        description(command).forEach(this::paragraph);
        command.getCommandSpec().positionalParameters().forEach(this::parameter);
        command.getCommandSpec().options().stream()
                .filter(option -> !option.inherited() && !option.usageHelp() && !option.versionHelp())
                .forEach(this::option);
        List<String> examples = Examples.of(command);
        if (!examples.isEmpty()) {
            paragraph(examples.size() == 1 ? "Example:" : "Examples:");
            lines.add(".RS 4");
            lines.add(".nf");
            examples.forEach(example -> lines.add(text(example)));
            lines.add(".fi");
            lines.add(".RE");
        }
    }

    private void synopsis(CommandLine command) {
        String synopsis = new CommandLine.Help(command.getCommandSpec(), CommandLine.Help.defaultColorScheme(Ansi.OFF))
                .synopsis(0)
                .replaceAll("\\s+", " ")
                .strip();
        lines.add(".PP");
        lines.add("\\fB" + text(synopsis) + "\\fR");
    }

    private void option(OptionSpec option) {
        String argument = option.arity().max() == 0 ? "" : "=" + option.paramLabel();
        tagged(
                String.join(", ", option.names()) + argument,
                described(option.description(), option.defaultValueString()));
    }

    private void parameter(PositionalParamSpec parameter) {
        tagged(parameter.paramLabel(), described(parameter.description(), ""));
    }

    private static String described(String[] description, String defaultValue) {
        return String.join(" ", description).replace("${DEFAULT-VALUE}", defaultValue);
    }

    private static List<String> description(CommandLine command) {
        return List.of(command.getCommandSpec().usageMessage().description());
    }

    private void section(String title) {
        lines.add(".SH " + quoted(title));
    }

    private void paragraph(String sentence) {
        lines.add(".PP");
        lines.add(text(sentence));
    }

    private void tagged(String tag, String sentence) {
        lines.add(".TP");
        lines.add("\\fB" + text(tag) + "\\fR");
        lines.add(text(sentence));
    }

    // A backslash begins an escape, a hyphen could become a dash, and a line that begins with a dot is a request.
    private static String text(String words) {
        String escaped = ascii(words.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq"));
        return escaped.startsWith(".") ? "\\&" + escaped : escaped;
    }

    private static String quoted(String words) {
        return '"' + text(words).replace("\"", "\\(dq") + '"';
    }

    // Not every program that shows the page knows its encoding.
    private static String ascii(String words) {
        return words.codePoints()
                .mapToObj(point -> point < 0x80 ? Character.toString(point) : String.format("\\[u%04X]", point))
                .collect(Collectors.joining());
    }

    private static String lowerFirst(String sentence) {
        return Character.toLowerCase(sentence.charAt(0)) + sentence.substring(1).replaceFirst("\\.$", "");
    }
}

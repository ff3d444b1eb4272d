package dev.satchel.batchexport.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.Installation;
import dev.satchel.batchexport.Installation.Result;
import dev.satchel.batchexport.documents.Documents;
import dev.satchel.batchexport.terminal.Console;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What {@code --help} says, at the width of 80 columns at which nothing may be lost. */
class HelpTest {

    private static final int WIDTH = 80;

    /** Of {@code satchel bench}, which is no part of the program that is installed. */
    private static final Set<String> OF_THE_BENCHES =
            Set.of("--backfill", "--memory", "--only", "--parts", "--rounds", "--seed", "--sink", "--small");

    static Stream<CommandLine> commands() {
        return withSubcommands(root());
    }

    static Stream<CommandLine> leaves() {
        return commands().filter(command -> command.getSubcommands().isEmpty());
    }

    private static CommandLine root() {
        PrintWriter nowhere = new PrintWriter(new StringWriter());
        return SatchelCommand.commandLine(
                new Console(Map.of(), InputStream.nullInputStream(), nowhere, nowhere, false));
    }

    private static Stream<CommandLine> withSubcommands(CommandLine command) {
        return Stream.concat(
                Stream.of(command), command.getSubcommands().values().stream().flatMap(HelpTest::withSubcommands));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void endsWithZeroAndSaysEverySentence(CommandLine command) {
        Result help = satchel(path(command) + " --help");

        assertThat(help.exit()).isZero();
        assertThat(help.err()).isEmpty();
        assertThat(help.out().lines()).allMatch(line -> line.length() <= WIDTH);
        assertThat(List.of(command.getCommandSpec().usageMessage().description()))
                .isNotEmpty()
                .allSatisfy(paragraph -> assertThat(flat(help.out())).contains(sentence(paragraph)));
        command.getCommandSpec()
                .options()
                .forEach(option -> assertThat(option.description())
                        .hasSize(1)
                        .allSatisfy(description -> assertThat(description).endsWith(".")));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void saysTheSameWhetherOneCommandIsMadeOrAll(CommandLine command) {
        assertThat(satchel(path(command) + " --help").out()).isEqualTo(command.getUsageMessage());
    }

    @ParameterizedTest
    @CsvSource({"export run --quiet, export, run", "export list run, export, list", "keys set --help, keys, set"})
    void makesOnlyTheCommandThatIsNamed(String call, String group, String name) {
        PrintWriter nowhere = new PrintWriter(new StringWriter());
        CommandLine satchel = SatchelCommand.commandLine(
                new Console(Map.of(), InputStream.nullInputStream(), nowhere, nowhere, false),
                List.of(call.split(" ")));

        assertThat(satchel.getSubcommands()).containsOnlyKeys(group);
        assertThat(satchel.getSubcommands().get(group).getSubcommands()).containsOnlyKeys(name);
    }

    @ParameterizedTest
    @MethodSource("commands")
    void listsEachCommandWithAWholeSentence(CommandLine command) {
        String help = flat(satchel(path(command) + " --help").out());

        command.getSubcommands()
                .forEach((name, subcommand) -> assertThat(help)
                        .contains(" " + name + " "
                                + sentence(subcommand
                                        .getCommandSpec()
                                        .usageMessage()
                                        .description()[0])));
    }

    @ParameterizedTest
    @MethodSource("leaves")
    void showsExamplesThatAreCallsOfTheCommand(CommandLine command) {
        List<String> examples = Examples.of(command);

        assertThat(examples).isNotEmpty();
        String help = satchel(path(command) + " --help").out();
        for (String example : examples) {
            assertThat(help).contains("\n  " + example + "\n");
            List<CommandLine> parsed = root().parseArgs(argumentsOf(example)).asCommandLineList();
            assertThat(path(parsed.get(parsed.size() - 1))).isEqualTo(path(command));
        }
    }

    // What a shell would make of it.
    private static String[] argumentsOf(String example) {
        assertThat(example).matches("(SATCHEL_\\w+=\\S+ )?satchel .+");
        return example.replaceFirst(".*?satchel ", "")
                .replaceFirst(" [<>] \\S+$", "")
                .replaceAll("\"\\$(ID|EXPORT)\"", "920b1d59-7b90-dc01-a3c0-f3ddac750206")
                .split(" ");
    }

    @Test
    void knowsEveryOptionThatTheDocumentsName() {
        Map<String, Set<String>> known = commands()
                .collect(Collectors.toMap(
                        HelpTest::path,
                        command -> command.getCommandSpec().optionsMap().keySet()));
        Set<String> anywhere = new TreeSet<>(OF_THE_BENCHES);
        known.values().forEach(anywhere::addAll);
        List<String> unknown = new ArrayList<>();

        for (String document : Documents.all()) {
            optionsIn(document, Documents.text(document), anywhere, unknown);
        }
        for (List<String> row : Documents.table("docs/operations.md", "Commands")) {
            String command = Documents.codeIn(row.get(0)).get(0).replaceFirst("^satchel ", "");
            if (known.containsKey(command)) {
                optionsIn(command, row.get(1), known.get(command), unknown);
            }
        }

        assertThat(unknown).isEmpty();
    }

    private static void optionsIn(String place, String text, Set<String> known, List<String> unknown) {
        Documents.codeIn(text).stream()
                .filter(code -> code.startsWith("--"))
                .map(code -> code.split("[ =]")[0])
                .filter(option -> !known.contains(option))
                .forEach(option -> unknown.add(place + ": " + option));
    }

    @ParameterizedTest
    @CsvSource({
        "exprot, satchel export",
        "export rnu, satchel export run",
        "export ls, satchel export list",
        "export migrate, satchel migrate",
        "export run rotate, satchel keys rotate",
        "keys lsit, satchel keys list",
        "rotate, satchel keys rotate",
        "export run --wach, --watch",
        "export list --statsu=failed, --status",
        "list, satchel export list' or 'satchel store list' or 'satchel datasets list' or 'satchel keys list"
    })
    void suggestsWhatMayHaveBeenMeant(String call, String meant) {
        assertThat(satchel(call).err()).startsWith("satchel: Un").endsWith("\nDid you mean '" + meant + "'?\n");
    }

    @ParameterizedTest
    @CsvSource({
        "nonsense, satchel --help",
        "rn, satchel --help",
        "export rm, satchel export --help",
        "export x, satchel export --help",
        "export run -x, satchel export run --help",
        "export colour, satchel export --help"
    })
    void suggestsNothingThatIsFarFromWhatWasWritten(String call, String remedy) {
        assertThat(satchel(call).err()).startsWith("satchel: Un").endsWith("\nTry '" + remedy + "'.\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nonsense --help",
                "--help nonsense",
                "nonsense -h",
                "nonsense --version",
                "export nonsense --help",
                "export --help nonsense",
                "export list nonsense --help",
                "export list --help nonsense",
                "export list --colour --help",
                "export list --help --colour",
                "--colour --help",
                "keys rotate extra --version"
            })
    void doesNotHideAWrongCall(String call) {
        Result result = satchel(call);

        assertThat(result.exit()).isEqualTo(2);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).startsWith("satchel: Un").containsPattern("nonsense|colour|extra");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--version", "-V", "export --version", "export run -V"})
    void saysTheVersion(String call) {
        assertThat(satchel(call).succeeded()).isEqualTo("satchel " + Version.text());
    }

    private static String path(CommandLine command) {
        return command.getParent() == null ? "" : (path(command.getParent()) + " " + command.getCommandName()).strip();
    }

    private static Result satchel(String call) {
        return Installation.satchel(Map.of(), call.strip().split(" "));
    }

    private static String sentence(String paragraph) {
        assertThat(paragraph).matches("[A-Z].*(\\.|< key\\.txt|>\\.)");
        return flat(paragraph);
    }

    private static String flat(String text) {
        return text.replaceAll("\\s+", " ");
    }
}

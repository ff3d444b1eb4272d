package dev.satchel.batchexport.documents;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.Installation;
import dev.satchel.migrations.SampleDatabase;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The table of commands: each runs, and the README has the same. */
class CommandsTableIT {

    private static final String LEARNER = "920b1d59-7b90-dc01-a3c0-f3ddac750206";

    /** Each command of the table with the arguments to run it with, in this order; "OWNER" for the tables' owner. */
    private static final List<String> COMMANDS = List.of(
            "OWNER migrate",
            "OWNER verify",
            "keys init",
            "OWNER keys adopt",
            "keys validate --due",
            "keys set --user " + LEARNER + " --provider openai",
            "keys list --user " + LEARNER,
            "keys rotate",
            "keys remove --user " + LEARNER,
            "export request --user " + LEARNER + " --type profile --format csv",
            "export run",
            "export retry --failed --code store_unavailable",
            "export list",
            "export show $ID",
            "export link $ID --user " + LEARNER,
            "export verify $ID",
            "progress show --user " + LEARNER,
            "progress reconcile",
            "export archive --older-than 90d",
            "cleanup",
            "doctor",
            "store list",
            "store init",
            "store forget $STORE --files-are-gone",
            "OWNER types typescript",
            "OWNER diagram",
            "completion bash",
            "completion zsh",
            "OWNER rollback --destroy");

    /** Commands of the table that a test of their own runs. */
    private static final List<String> RUN_ELSEWHERE = List.of(
            "datasets list",
            "datasets show",
            "datasets check",
            "datasets propose",
            "demo",
            "report",
            "serve",
            "export cancel",
            "bench export",
            "bench encode",
            "bench keys",
            "bench progress",
            "bench survival");

    @TempDir
    Path folder;

    @Test
    void everyCommandOfTheTableRuns() throws Exception {
        assertThat(commandsOfTheTable())
                .containsExactlyInAnyOrderElementsOf(Stream.concat(
                                COMMANDS.stream()
                                        .map(command -> command.replaceFirst("^OWNER ", "")
                                                .replaceFirst("(?<!types) [-$].*", "")),
                                RUN_ELSEWHERE.stream())
                        .toList());
        Path store = Files.createDirectory(folder.resolve("store"));
        // The roles belong to the server; a worker logs in as a member of them.
        SampleDatabase.create().close();
        try (SampleDatabase database = SampleDatabase.createUnmigratedWithLearners()) {
            Map<String, String> settings = new TreeMap<>(Map.of(
                    "SATCHEL_STORE",
                    store.toUri().toString(),
                    "SATCHEL_KEK",
                    "file:" + folder.toRealPath().resolve("kek.json")));
            Map<String, String> values = new TreeMap<>();
            StringBuilder shown = new StringBuilder();
            for (String command : COMMANDS) {
                settings.put("DATABASE_URL", command.startsWith("OWNER ") ? database.ownerUrl() : database.workerUrl());
                if (command.startsWith("store forget")) {
                    deleteAll(store);
                }
                String arguments = Shell.filled(values, command.replaceFirst("^OWNER ", ""));

                String printed = Installation.satchel(
                                settings,
                                new ByteArrayInputStream("sk-proj-readmereadme0123456789\n".getBytes(UTF_8)),
                                arguments.split(" "))
                        .succeeded();

                shown.append(printed).append('\n');
                if (command.startsWith("export request")) {
                    values.put("$ID", printed);
                } else if (command.startsWith("store list")) {
                    values.put("$STORE", printed.replaceFirst("(?s).*?(file://\\S+).*", "$1"));
                }
            }

            assertThat(shown)
                    .contains(
                            "the schema is at version ",
                            "delivered 1 (",
                            "export type Database",
                            "erDiagram",
                            "openai     sk-proj…6789");
        }
    }

    private static void deleteAll(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @Test
    void theCommandsOfTheReadmeAreThoseOfTheTable() {
        List<String> commands = Documents.table("README.md", "Commands").stream()
                .flatMap(row -> Documents.codeIn(row.get(1)).stream())
                .map(command -> command.replaceFirst("^satchel ", ""))
                .toList();

        assertThat(commands).containsExactlyInAnyOrderElementsOf(commandsOfTheTable());
    }

    private static List<String> commandsOfTheTable() {
        List<String> commands = new ArrayList<>();
        Documents.table("docs/operations.md", "Commands").forEach(row -> {
            String group = "";
            for (String name : row.get(0).split("`")) {
                String command = name.replaceFirst("^satchel ", "").replaceFirst(" [A-Z]+$", "");
                if (name.startsWith("satchel ")) {
                    group = command.contains(" ") ? command.substring(0, command.indexOf(' ') + 1) : "";
                    commands.add(command);
                } else if (name.matches("[a-z]+( [A-Z]+)?")) {
                    commands.add(group + command);
                }
            }
        });
        return commands;
    }

    @Test
    void theLauncherStartsTheBenchmarksOfTheCommandsTable() throws Exception {
        String shown =
                Shell.run(folder, Map.of(), "./satchel bench progress --rounds 1 --users 2 --sessions 3 --bulk 4");

        assertThat(shown).startsWith("PostgreSQL ").contains("one session per transaction ", "no drift: ");
    }
}

package dev.satchel.batchexport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.run.ExportSettings;
import dev.satchel.migrations.SampleDatabase;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.context.properties.bind.DefaultValue;

/** Runs what the README tells a newcomer to run, as it stands there. */
class ReadmeIT {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern BLOCK = Pattern.compile("(?ms)^```(\\w*)\\n(.*?)^```$");
    private static final String LEARNER = "920b1d59-7b90-dc01-a3c0-f3ddac750206";

    /** What a line of each block of commands begins with, and who runs it. */
    private static final Map<String, String> BLOCKS = Map.of(
            "./satchel demo", "theDemoShowsEveryTypeAndFormatAndAnExpiry",
            "./satchel migrate", "theCommandsForADatabaseOfOnesOwnWork",
            "ID=$(./satchel export request", "theCommandsForADatabaseOfOnesOwnWork",
            "./satchel keys init", "theCommandsForADatabaseOfOnesOwnWork",
            "export SATCHEL_STORE=s3://", "theNightsWorkInS3",
            "10 2 * * * satchel", "theNightsWorkInS3",
            "mvn verify", "what runs this test");

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
            "progress show --user " + LEARNER,
            "progress reconcile",
            "cleanup",
            "store list",
            "store init",
            "store forget $STORE --files-are-gone",
            "OWNER types typescript",
            "OWNER diagram",
            "bench keys --rounds 1 --keys 20 --users 2 --transactions 4",
            "OWNER rollback --destroy");

    /** Commands of the table that a test of their own runs. */
    private static final List<String> RUN_ELSEWHERE =
            List.of("datasets list", "datasets show", "datasets check", "datasets propose", "demo", "bench progress");

    @TempDir
    Path folder;

    @Test
    void theCommandsForADatabaseOfOnesOwnWork() throws Exception {
        try (SampleDatabase database = SampleDatabase.createUnmigrated().withLearners()) {
            Map<String, String> values = new TreeMap<>();
            values.put("postgresql://owner:secret@localhost:5432/app", database.ownerUrl());
            values.put(
                    "postgresql://satchel_worker:secret@localhost:5432/app",
                    withUser(database, "satchel_readme", "secret"));
            values.put("file:///var/lib/satchel", folder.toUri().toString());
            values.put("CREATE ROLE satchel_worker", "CREATE ROLE satchel_readme");

            String migrated = shell(values, block("migrate"));
            assertThat(migrated).contains("the schema is at version ");
            try (Connection owner = database.ownerDataSource().getConnection();
                    Statement statement = owner.createStatement()) {
                statement.execute("DROP ROLE IF EXISTS satchel_readme");
                statement.execute(filled(values, block("CREATE ROLE")));
            }

            String exported = shell(values, block("ID=$(./satchel export request"));

            assertThat(exported)
                    .contains(
                            "delivered 1 (",
                            "failed 0",
                            "\"status\" : \"completed\"",
                            "\"export_type\" : \"vocabulary\"")
                    .contains("file:///", "removed 0 expired");
            try (var files = Files.walk(folder)) {
                assertThat(files.filter(file -> file.toString().endsWith(".csv")))
                        .hasSize(1);
            }
            values.put("file:/var/lib/satchel/kek.json", "file:" + folder.resolve("kek.json"));
            values.put("key.txt", folder.resolve("key.txt").toString());
            Files.writeString(folder.resolve("key.txt"), "sk-proj-readmereadme0123456789\n");
            String worker = "export DATABASE_URL=" + withUser(database, "satchel_readme", "secret") + "\n";

            assertThat(shell(values, worker + block("keys init")))
                    .contains("openai     sk-proj…6789", "re-wrapped 1 data keys");
            try (Connection connection =
                            database.dataSource("satchel_readme", "secret").getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute(block("INSERT INTO satchel.user_zone"));
            }
            try (Connection owner = database.ownerDataSource().getConnection();
                    Statement statement = owner.createStatement()) {
                statement.execute("DROP ROLE satchel_readme");
            }
        }
    }

    @Test
    void everyBlockOfCommandsIsRun() throws IOException {
        List<String> blocks = new ArrayList<>();
        Matcher found = BLOCK.matcher(readme());
        while (found.find()) {
            if (found.group(1).isEmpty() || found.group(1).equals("sh")) {
                blocks.add(found.group(2));
            }
        }

        assertThat(blocks).hasSize(BLOCKS.size());
        for (String first : BLOCKS.keySet()) {
            assertThat(blocks)
                    .as(first)
                    .filteredOn(block -> block.lines().anyMatch(line -> line.startsWith(first)))
                    .hasSize(1);
        }
    }

    @Test
    void theNightsWorkInS3() throws Exception {
        try (SampleDatabase database = SampleDatabase.create().withLearners();
                TestS3 s3 = TestS3.start(folder.resolve("s3"))) {
            s3.createBucket("bucket");
            Map<String, String> values = new TreeMap<>();
            values.put("http://localhost:9000", s3.endpoint().toString());
            values.put("AWS_ACCESS_KEY_ID=…", "AWS_ACCESS_KEY_ID=" + s3.accessKey());
            values.put("AWS_SECRET_ACCESS_KEY=…", "AWS_SECRET_ACCESS_KEY=" + s3.secretKey());
            Path path = Files.createDirectory(folder.resolve("bin"));
            Files.createSymbolicLink(path.resolve("satchel"), ROOT.resolve("satchel"));
            StringBuilder night = new StringBuilder("export DATABASE_URL=" + database.workerUrl() + "\n");
            night.append("export PATH=" + path + ":$PATH\n");
            night.append("export SATCHEL_KEK=file:" + folder.toRealPath().resolve("kek.json") + "\n");
            night.append("satchel keys init\n");
            night.append(block("export SATCHEL_STORE=s3://"));
            block("10 2 * * *")
                    .lines()
                    .map(line -> line.replaceFirst("^([\\d*]+ ){5}", ""))
                    .forEach(line -> night.append(line).append('\n'));

            String shown = shell(values, night.toString());

            assertThat(shown).contains(", failed 0", "removed 0 expired").doesNotContain("delivered 0 ");
            try (var client = s3.client()) {
                assertThat(client.listObjectsV2(list -> list.bucket("bucket")).contents())
                        .filteredOn(object -> object.key().endsWith(".zip"))
                        .isNotEmpty();
            }
        }
    }

    @Test
    void everyCommandOfTheTableRuns() throws Exception {
        assertThat(commandsOfTheTable())
                .containsExactlyInAnyOrderElementsOf(Stream.concat(
                                COMMANDS.stream()
                                        .map(command -> command.replaceFirst("^OWNER ", "")
                                                .replaceFirst("(?<!types) [-$].*", "")),
                                RUN_ELSEWHERE.stream())
                        .toList());
        Files.writeString(folder.resolve("key.txt"), "sk-proj-readmereadme0123456789\n");
        Path store = Files.createDirectory(folder.resolve("store"));
        // The roles belong to the server; a worker logs in as a member of them.
        SampleDatabase.create().close();
        try (SampleDatabase database = SampleDatabase.createUnmigrated().withLearners()) {
            String settings = "export SATCHEL_STORE=" + store.toUri() + " SATCHEL_KEK=file:"
                    + folder.toRealPath().resolve("kek.json") + "\n";
            StringBuilder script = new StringBuilder(settings);
            for (String command : COMMANDS) {
                boolean asOwner = command.startsWith("OWNER ");
                String line = "DATABASE_URL=" + (asOwner ? database.ownerUrl() : database.workerUrl()) + " ./satchel "
                        + command.replaceFirst("^OWNER ", "");
                if (command.startsWith("export request")) {
                    line = "ID=$(" + line + ")";
                } else if (command.startsWith("store list")) {
                    line = "STORE=$(" + line + " | tee /dev/stderr | grep -o 'file://[^ ]*' | head -n 1)";
                } else if (command.startsWith("store forget")) {
                    line = "rm -r " + store + "\n" + line;
                } else if (command.startsWith("keys set")) {
                    line += " < " + folder.resolve("key.txt");
                }
                script.append("echo '== ")
                        .append(command)
                        .append("'\n")
                        .append(line)
                        .append('\n');
            }

            String shown = shell(Map.of(), script.toString());

            assertThat(shown)
                    .contains(
                            "the schema is at version ",
                            "delivered 1 (",
                            "export type Database",
                            "erDiagram",
                            "openai     sk-proj…6789");
        }
    }

    private static List<String> commandsOfTheTable() throws IOException {
        List<String> commands = new ArrayList<>();
        readme().lines().filter(line -> line.startsWith("| `satchel ")).forEach(line -> {
            String group = "";
            for (String name : line.split(" \\| ")[0].split("`")) {
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
    void theDemoShowsEveryTypeAndFormatAndAnExpiry() throws Exception {
        String shown = shell(Map.of(), block("./satchel demo"));

        assertThat(shown.lines()
                        .filter(line -> line.matches("[0-9a-f-]{36}  .* completed .*"))
                        .map(line -> line.split("  +")[2] + " " + line.split("  +")[3])
                        .distinct())
                .hasSize(12 * 3);
        assertThat(shown.lines()
                        .filter(line -> line.contains(" sample learners "))
                        .findFirst()
                        .orElseThrow())
                .matches("== [2-9]\\d sample learners .*");
        assertThat(shown).contains("removed 1 expired", "objects of the S3 server are files below ");
    }

    @Test
    void theLauncherStartsTheBenchmarksOfTheCommandsTable() throws Exception {
        assertThat(readme()).contains("\n| `satchel bench progress` |");

        String shown = shell(Map.of(), "./satchel bench progress --rounds 1 --users 2 --sessions 3 --bulk 4");

        assertThat(shown).startsWith("PostgreSQL ").contains("one session per transaction ", "no drift: ");
    }

    @Test
    void theSettingsTableNamesEverySettingWithItsDefault() throws IOException {
        List<String> settings =
                readme().lines().filter(line -> line.startsWith("| `SATCHEL_")).toList();

        for (RecordComponent setting : ExportSettings.class.getRecordComponents()) {
            String name = "SATCHEL_EXPORT_" + setting.getName().toUpperCase(java.util.Locale.ROOT);
            String value = parameterDefault(setting);
            String shown = value.isEmpty() ? "none" : "`" + value + "`";
            assertThat(settings)
                    .anyMatch(line -> line.startsWith("| `" + name + "` |") && line.contains("| " + shown + " |"));
        }
    }

    private static String parameterDefault(RecordComponent setting) {
        for (var parameter : ExportSettings.class.getDeclaredConstructors()[0].getParameters()) {
            if (parameter.getName().equals(setting.getName())) {
                return parameter.getAnnotation(DefaultValue.class).value()[0];
            }
        }
        throw new AssertionError(setting);
    }

    private String shell(Map<String, String> values, String script) throws Exception {
        Path out = folder.resolve("out");
        Process shell = new ProcessBuilder("bash", "-euo", "pipefail", "-c", filled(values, script))
                .directory(ROOT.toFile())
                .redirectOutput(out.toFile())
                .redirectError(folder.resolve("err").toFile())
                .start();
        shell.getOutputStream().close();
        assertThat(shell.waitFor(5, TimeUnit.MINUTES)).isTrue();
        String shown = Files.readString(out);
        assertThat(shell.exitValue())
                .as(script + shown + Files.readString(folder.resolve("err")))
                .isZero();
        Files.delete(out);
        Files.delete(folder.resolve("err"));
        return shown;
    }

    private static String filled(Map<String, String> values, String script) {
        String filled = script;
        for (Map.Entry<String, String> value : values.entrySet()) {
            filled = filled.replace(value.getKey(), value.getValue());
        }
        return filled;
    }

    private static String withUser(SampleDatabase database, String user, String password) {
        return database.workerUrl().replaceFirst("//[^@]+@", "//" + user + ":" + password + "@");
    }

    private static String block(String containing) throws IOException {
        List<String> found = new ArrayList<>();
        Matcher blocks = BLOCK.matcher(readme());
        while (blocks.find()) {
            if (blocks.group(2).contains(containing)) {
                found.add(blocks.group(2));
            }
        }
        assertThat(found).as("blocks with " + containing).hasSize(1);
        return found.get(0);
    }

    private static String readme() throws IOException {
        return Files.readString(ROOT.resolve("README.md"));
    }
}

package dev.satchel.batchexport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.job.ExportSettings;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.context.properties.bind.DefaultValue;

/** Runs what the README tells a newcomer to run, as it stands there. */
class ReadmeIT {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern BLOCK = Pattern.compile("```(sh|sql|java)\\n(.*?)```", Pattern.DOTALL);

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

            String exported = shell(values, block("export request"));

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
                    .contains("openai     sk-proj…6789", "wrapped 1 data keys anew");
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

package dev.satchel.batchexport.cli.schema;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.Installation;
import dev.satchel.batchexport.Installation.Result;
import dev.satchel.migrations.SampleDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The commands of a database owner, one after the other. */
class SchemaCommandsIT {

    @AutoClose
    private SampleDatabase database;

    @BeforeEach
    void open() {
        database = SampleDatabase.createUnmigratedWithLearners();
    }

    @Test
    void aDryRunLooksAndChangesNothing() {
        Result looked = satchel("migrate", "--dry-run");
        Result again = satchel("migrate", "--dry-run");

        assertThat(looked.succeeded()).contains("ok  ").isEqualTo(again.succeeded());
        assertThat(satchel("export", "list").err()).contains("has no tables of Satchel");
    }

    @Test
    void migratesVerifiesAndRollsBack() {
        assertThat(satchel("migrate").succeeded()).contains("applied 001 private schema", "the schema is at version ");
        assertThat(satchel("migrate").succeeded()).startsWith("nothing to do: the schema is at version ");
        assertThat(satchel("verify").succeeded()).contains(" checks, 0 failed, ");

        assertThat(satchel("rollback").err()).contains("public.user_progress (25 rows)");
        assertThat(satchel("rollback", "--destroy").succeeded()).endsWith("rolled back");
        assertThat(satchel("verify").exit()).isEqualTo(1);
    }

    @Test
    void verifyNamesADamage() throws SQLException {
        satchel("migrate").succeeded();
        execute("ALTER TABLE public.export_history DISABLE ROW LEVEL SECURITY");

        Result verified = satchel("verify");
        JsonNode checks =
                JsonMapper.shared().readTree(satchel("verify", "--json").out());

        assertThat(verified.exit()).isEqualTo(1);
        assertThat(verified.out().lines().filter(line -> line.startsWith("FAILED")))
                .hasSize(1)
                .allMatch(line -> line.contains("public.export_history"));
        assertThat(checks.valueStream()
                        .filter(check -> check.get("result").asString().equals("failed")))
                .hasSize(1)
                .allMatch(check -> check.get("subject").asString().contains("public.export_history"));
    }

    @Test
    void verifyQuietlyPrintsOnlyWhatDiffers() throws SQLException {
        satchel("migrate").succeeded();
        isWhatDiffers(0);

        execute("ALTER TABLE public.export_history DISABLE ROW LEVEL SECURITY");
        execute("CREATE TABLE public.diaries (id uuid PRIMARY KEY, user_id uuid REFERENCES public.users (id))");

        assertThat(isWhatDiffers(1))
                .anyMatch(line -> line.startsWith("FAILED  "))
                .anyMatch(line -> line.startsWith("warning ") && line.contains("diaries"));
    }

    private List<String> isWhatDiffers(int exit) {
        List<String> differing = satchel("verify")
                .out()
                .lines()
                .filter(line -> line.startsWith("FAILED  ") || line.startsWith("warning "))
                .toList();

        Result quiet = satchel("verify", "--quiet");
        JsonNode json =
                JsonMapper.shared().readTree(satchel("verify", "-q", "--json").out());

        assertThat(quiet.out().lines().toList()).isEqualTo(differing);
        assertThat(json).hasSameSizeAs(differing);
        assertThat(quiet.exit()).isEqualTo(exit);
        return differing;
    }

    @Test
    void verifyWarnsOfDataThatNoExportKnows() throws SQLException {
        satchel("migrate").succeeded();
        execute(
                "CREATE TABLE public.diaries (id uuid PRIMARY KEY, user_id uuid REFERENCES public.users (id), entry text)");

        Result verified = satchel("verify");

        assertThat(verified.exit()).isZero();
        assertThat(verified.out().lines().filter(line -> line.startsWith("warning")))
                .anyMatch(line -> line.contains("diaries"));
    }

    @Test
    void rollbackKeepsRowsUnlessToldOtherwise() throws SQLException {
        satchel("migrate").succeeded();
        execute("INSERT INTO public.export_history (user_id, export_type, export_format)"
                + " SELECT id, 'all', 'csv' FROM public.users LIMIT 3");

        Result refused = satchel("rollback");
        Result both = satchel("rollback", "--archive", "--destroy");
        Result archived = satchel("rollback", "--archive");

        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.err()).contains("export_history");
        assertThat(both.exit()).isEqualTo(2);
        assertThat(archived.succeeded())
                .contains("archived 3 rows of public.export_history")
                .endsWith("rolled back");

        satchel("migrate").succeeded();
        for (String notice : archived.out()
                .lines()
                .filter(line -> line.startsWith("archived "))
                .toList()) {
            execute(notice.substring(notice.indexOf("INSERT INTO")));
        }
        assertThat(count("public.export_history")).isEqualTo(3);
    }

    @Test
    void aRivalTableStopsTheMigrationWithItsDifferences() throws SQLException {
        execute("CREATE TABLE public.export_history (id integer PRIMARY KEY)");

        Result refused = satchel("migrate");

        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.out()).isEmpty();
        assertThat(refused.err())
                .startsWith("satchel: nothing was changed, because the pre-flight found:")
                .contains("export_history");
        assertThat(satchel("migrate", "--dry-run").exit()).isEqualTo(1);
    }

    @Test
    void printsTypesAndADiagramAndNothingElse() {
        satchel("migrate").succeeded();

        assertThat(satchel("types", "typescript").succeeded())
                .startsWith("export type Json =")
                .contains("export_history: {");
        assertThat(satchel("diagram").succeeded()).startsWith("erDiagram").contains("export_history");
        assertThat(satchel("types", "cobol"))
                .isEqualTo(new Result(
                        2, "", "satchel: unknown language 'cobol': expected typescript" + System.lineSeparator()));
    }

    private Result satchel(String... arguments) {
        return Installation.satchel(Map.of("DATABASE_URL", database.ownerUrl()), arguments);
    }

    private void execute(String sql) throws SQLException {
        try (Connection owner = database.ownerDataSource().getConnection();
                Statement statement = owner.createStatement()) {
            statement.execute(sql);
        }
    }

    private long count(String table) throws SQLException {
        try (Connection owner = database.ownerDataSource().getConnection();
                Statement statement = owner.createStatement();
                var rows = statement.executeQuery("SELECT count(*) FROM " + table)) {
            rows.next();
            return rows.getLong(1);
        }
    }
}

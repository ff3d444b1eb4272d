package dev.satchel.batchexport.schema.migrate;

import dev.satchel.batchexport.schema.Schemas;
import dev.satchel.batchexport.schema.check.Check;
import dev.satchel.batchexport.schema.check.SchemaVerification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.satchel.migrations.SampleDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.util.List;
import java.util.zip.ZipInputStream;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.exception.FlywayValidateException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A database that ran the files as they were before {@link EditedFiles} becomes what a fresh one is. */
class UpgradeIT {

    private static final String HISTORY = """
            SELECT concat_ws(' ', version, script, checksum)
              FROM (SELECT DISTINCT ON (script) *
                      FROM satchel.flyway_schema_history
                     WHERE type <> 'SCHEMA'
                     ORDER BY script, installed_rank DESC) AS latest
             ORDER BY script COLLATE "C"
            """;

    // Runs as whoever meets the type, and says who that is.
    private static final String TEMPORARY_TYPE = """
            CREATE FUNCTION pg_temp.evil(x anyelement) RETURNS boolean LANGUAGE plpgsql
                AS 'BEGIN RAISE WARNING ''ran as %'', current_user; RETURN true; END';
            CREATE DOMAIN pg_temp.uuid AS pg_catalog.uuid CHECK (pg_temp.evil(VALUE))
            """;

    @TempDir
    private static Path before;

    @BeforeAll
    static void unpackTheFilesOfBefore() throws IOException {
        // The roles belong to the server; a worker logs in as a member of them.
        SampleDatabase.create().close();
        try (var zip = new ZipInputStream(UpgradeIT.class.getResourceAsStream("edited-migrations.zip"))) {
            for (var entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                if (!entry.isDirectory()) {
                    var file = before.resolve(entry.getName());
                    Files.createDirectories(file.getParent());
                    Files.write(file, zip.readAllBytes());
                }
            }
        }
    }

    @Test
    void becomesWhatAFreshMigrationMakesAndKeepsItsRows() throws SQLException, IOException {
        try (var database = migratedBefore();
                var fresh = SampleDatabase.create()) {
            database.withLearners();
            var rows = "SELECT count(*) FROM public.user_progress WHERE total_sessions > 0";
            var counted = Schemas.value(database.ownerDataSource(), rows);

            var outcome = new Migration(database.ownerDataSource()).migrate();

            assertThat(outcome.applied()).contains("010 auth uid search path", "user progress");
            assertThat(Schemas.everything(database)).isEqualTo(Schemas.everything(fresh));
            assertThat(Schemas.rows(database.ownerDataSource(), HISTORY))
                    .isEqualTo(Schemas.rows(fresh.ownerDataSource(), HISTORY));
            assertThat(Schemas.value(database.ownerDataSource(), rows))
                    .isEqualTo(counted)
                    .isNotEqualTo("0");
            assertThat(failed(database)).isEmpty();
            assertThat(new Migration(database.ownerDataSource()).migrate().applied())
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "checksum = checksum + 1 WHERE version = '004'",
                // What another of the files had.
                "checksum = 51519542 WHERE version = '009'"
            })
    void refusesEveryOtherFile(String change) throws SQLException, IOException {
        try (var database = migratedBefore()) {
            Schemas.run(database.ownerDataSource(), "UPDATE satchel.flyway_schema_history SET " + change);
            var everything = Schemas.everything(database);
            var history = Schemas.rows(database.ownerDataSource(), HISTORY);

            assertThatThrownBy(() -> new Migration(database.ownerDataSource()).migrate())
                    .isInstanceOf(FlywayValidateException.class)
                    .hasMessageContaining("checksum mismatch");

            assertThat(Schemas.everything(database)).isEqualTo(everything);
            assertThat(Schemas.rows(database.ownerDataSource(), HISTORY)).isEqualTo(history);
        }
    }

    @Test
    void endsTheRunOfATemporaryTypeAsTheOwner() throws SQLException, IOException {
        try (var database = migratedBefore()) {
            assertThat(whoRunsATemporaryType(database)).contains("ran as " + database.ownerUser());

            new Migration(database.ownerDataSource()).migrate();

            assertThat(whoRunsATemporaryType(database)).isEmpty();
        }
    }

    @Test
    void replacesTheOperatorThatTheFilesOfBeforeFoundInPublic() throws SQLException, IOException {
        try (var database = SampleDatabase.createEmpty()) {
            run(database, "platform/V000__platform.sql");
            Schemas.run(database.ownerDataSource(), Schemas.resource("/db/sample/base-tables.sql"));
            Schemas.run(database.superuserDataSource(), """
                    CREATE FUNCTION public.alike(varchar, text) RETURNS boolean
                        LANGUAGE sql IMMUTABLE AS 'SELECT $1::text OPERATOR(pg_catalog.=) $2';
                    CREATE OPERATOR public.= (FUNCTION = public.alike, LEFTARG = varchar, RIGHTARG = text);
                    """);
            flywayOfBefore(database).migrate();
            assertThat(SchemaVerification.of(database.ownerDataSource()).checks())
                    .extracting(Check::subject)
                    .anySatisfy(subject -> assertThat(subject)
                            .startsWith("use of operator public.=(character varying,pg_catalog.text) in "));

            new Migration(database.ownerDataSource()).migrate();

            assertThat(failed(database)).isEmpty();
        }
    }

    @Test
    void leavesTheAuthUidOfAnotherPlatformAndNamesIt() throws SQLException, IOException {
        try (var database = migratedBefore()) {
            Schemas.run(database.ownerDataSource(), """
                    CREATE OR REPLACE FUNCTION auth.uid() RETURNS uuid LANGUAGE plpgsql STABLE SET search_path = ''
                        AS 'BEGIN RETURN (current_setting(''request.jwt.claims'', true)::jsonb ->> ''sub'')::uuid;
                            EXCEPTION WHEN data_exception THEN RETURN NULL; END'
                    """);
            var body = Schemas.value(
                    database.ownerDataSource(), "SELECT pg_get_functiondef(to_regprocedure('auth.uid()'))");

            new Migration(database.ownerDataSource()).migrate();

            assertThat(Schemas.value(
                            database.ownerDataSource(), "SELECT pg_get_functiondef(to_regprocedure('auth.uid()'))"))
                    .isEqualTo(body);
            assertThat(failed(database))
                    .singleElement()
                    .asString()
                    .startsWith("FAILED  search_path of function auth.uid(): ")
                    .endsWith("run: ALTER FUNCTION auth.uid() SET search_path = pg_catalog, pg_temp;");
        }
    }

    private static SampleDatabase migratedBefore() throws SQLException, IOException {
        var database = SampleDatabase.createEmpty();
        run(database, "platform/V000__platform.sql");
        Schemas.run(database.ownerDataSource(), Schemas.resource("/db/sample/base-tables.sql"));
        flywayOfBefore(database).migrate();
        return database.ensureWorker();
    }

    private static void run(SampleDatabase database, String file) throws SQLException, IOException {
        Schemas.run(database.ownerDataSource(), Files.readString(before.resolve(file)));
    }

    private static Flyway flywayOfBefore(SampleDatabase database) {
        return Flyway.configure()
                .loggers("slf4j")
                .dataSource(database.ownerDataSource())
                .locations("filesystem:" + before.resolve("platform"), "filesystem:" + before.resolve("migration"))
                .defaultSchema("satchel")
                .createSchemas(true)
                .load();
    }

    private static List<String> failed(SampleDatabase database) throws SQLException {
        new Backfill(database.ownerDataSource()).run(waiting -> {});
        return SchemaVerification.of(database.ownerDataSource()).checks().stream()
                .filter(Check::isFailed)
                .map(Check::line)
                .toList();
    }

    private static List<String> whoRunsATemporaryType(SampleDatabase database) throws SQLException {
        try (Connection connection = database.workerDataSource().getConnection();
                var statement = connection.createStatement()) {
            statement.execute("SET ROLE authenticated");
            statement.execute("SELECT set_config('request.jwt.claims',"
                    + " '{\"sub\": \"5a7c4e10-0000-4000-8000-000000000001\"}', false)");
            statement.execute(TEMPORARY_TYPE);
            statement.execute("SELECT * FROM public.user_api_keys_status");
            var said = new java.util.ArrayList<String>();
            for (SQLWarning warning = statement.getWarnings(); warning != null; warning = warning.getNextWarning()) {
                said.add(warning.getMessage());
            }
            return said;
        }
    }
}

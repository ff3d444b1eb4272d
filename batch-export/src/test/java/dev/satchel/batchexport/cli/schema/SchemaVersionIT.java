package dev.satchel.batchexport.cli.schema;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.Installation;
import dev.satchel.batchexport.Installation.Result;
import dev.satchel.migrations.SampleDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A program meets a schema that another version of it has migrated. */
class SchemaVersionIT {

    private static final String LEARNER = "920b1d59-7b90-dc01-a3c0-f3ddac750206";

    @TempDir
    Path folder;

    @AutoClose
    private SampleDatabase database;

    @BeforeEach
    void open() {
        database = SampleDatabase.createWithLearners();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "export list",
                "export run",
                "export show " + LEARNER,
                "export link " + LEARNER,
                "export verify " + LEARNER,
                "export request --all-users --type all --format csv",
                "cleanup",
                "keys list --user " + LEARNER,
                "keys remove --user " + LEARNER,
                "keys rotate",
                "keys validate --due",
                "keys adopt",
                "progress show --user " + LEARNER,
                "progress reconcile",
                "migrate",
                "verify",
                "rollback --destroy"
            })
    void anOlderProgramRefusesANewerSchema(String command) throws SQLException {
        satchel("keys init").succeeded();
        migratedByALaterProgram();

        Result refused = satchel(command);

        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.out()).isEmpty();
        assertThat(refused.err())
                .contains("this program is older than the database's schema, which is at version 999 while the program"
                        + " knows versions up to ")
                .contains(": run the program that migrated the database, or a newer one");
    }

    @ParameterizedTest
    @CsvSource({
        "satchel_exports, export list",
        "satchel_vault, keys list --user " + LEARNER,
        "satchel_vault, keys remove --user " + LEARNER,
        "satchel_rotation, keys rotate --dry-run",
        "satchel_vault, verify"
    })
    void eachPartSeesThatTheSchemaIsNewer(String role, String command) throws SQLException {
        satchel("keys init").succeeded();
        migratedByALaterProgram();

        Result refused = satchel(database.urlOf(role), command);

        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.err()).contains("this program is older than the database's schema");
    }

    @ParameterizedTest
    @CsvSource({"satchel_vault, keys list --user " + LEARNER, "satchel_rotation, keys rotate --dry-run"})
    void aPartThatMayNotReadTheVersionYetWantsTheSchemaMigrated(String role, String command) throws SQLException {
        satchel("keys init").succeeded();
        superuser("REVOKE SELECT ON satchel.flyway_schema_history FROM satchel_vault, satchel_rotation");

        Result refused = satchel(database.urlOf(role), command);

        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.err().lines())
                .singleElement()
                .asString()
                .startsWith("satchel: the login may not read which version the database's schema is at")
                .endsWith(": run 'satchel migrate' as the owner of its tables, or log in as a member of Satchel's role"
                        + " for the command");
    }

    @Test
    void aDryRunOfAnOlderProgramSaysWhatStandsInTheWay() throws SQLException {
        migratedByALaterProgram();

        Result looked = satchel("migrate --dry-run");

        assertThat(looked.exit()).isEqualTo(1);
        assertThat(looked.out().lines().filter(line -> line.startsWith("FAILED")))
                .hasSize(1)
                .allMatch(line -> line.contains("this program is older than the database's schema"));
    }

    @Test
    void aNewerProgramWantsAnOlderSchemaMigrated() throws SQLException {
        superuser("DELETE FROM satchel.flyway_schema_history WHERE version > '001'");

        for (String command : new String[] {"export list", "export run", "cleanup", "progress reconcile"}) {
            Result refused = satchel(command);

            assertThat(refused.exit()).isEqualTo(1);
            assertThat(refused.err())
                    .contains("this program is newer than the database's schema, which is at version 001 while the"
                            + " program needs version ")
                    .contains(": run 'satchel migrate' as the owner of its tables");
        }
    }

    @Test
    void whereNoHistoryIsKeptNothingIsRefused() throws SQLException {
        superuser("DROP TABLE satchel.flyway_schema_history");

        satchel("export list").succeeded();
        satchel("cleanup").succeeded();
    }

    private void migratedByALaterProgram() throws SQLException {
        superuser("INSERT INTO satchel.flyway_schema_history"
                + " (installed_rank, version, description, type, script, checksum, installed_by, execution_time, success)"
                + " VALUES (999, '999', 'later', 'SQL', 'V999__later.sql', 0, 'later', 0, true)");
    }

    private Result satchel(String command) {
        boolean isOwners = command.matches("(migrate|verify|rollback|keys adopt).*");
        return satchel(isOwners ? database.ownerUrl() : database.workerUrl(), command);
    }

    private Result satchel(String url, String command) {
        Map<String, String> environment = new TreeMap<>();
        environment.put("DATABASE_URL", url);
        environment.put("SATCHEL_STORE", folder.toUri().toString());
        environment.put("SATCHEL_KEK", "file:" + folder.resolve("kek.json"));
        return Installation.satchel(environment, command.split(" "));
    }

    private void superuser(String sql) throws SQLException {
        try (Connection connection = database.superuserDataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}

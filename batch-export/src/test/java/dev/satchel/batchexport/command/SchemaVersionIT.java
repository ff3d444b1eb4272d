package dev.satchel.batchexport.command;

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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A program meets a schema that another version of it has migrated. */
class SchemaVersionIT {

    private static final String LEARNER = "920b1d59-7b90-dc01-a3c0-f3ddac750206";

    @TempDir
    Path folder;

    private SampleDatabase database;

    @BeforeEach
    void open() {
        database = SampleDatabase.create().withLearners();
    }

    @AfterEach
    void close() {
        database.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "export list",
                "export run",
                "export show " + LEARNER,
                "export link " + LEARNER,
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

    @Test
    void aDryRunOfAnOlderProgramSaysWhatStandsInTheWay() throws SQLException {
        migratedByALaterProgram();

        Result looked = satchel("migrate --dry-run");

        assertThat(looked.exit()).isEqualTo(1);
        assertThat(looked.out().lines().filter(line -> line.startsWith("blocking")))
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
        Map<String, String> environment = new TreeMap<>();
        boolean isOwners = command.matches("(migrate|verify|rollback|keys adopt).*");
        environment.put("DATABASE_URL", isOwners ? database.ownerUrl() : database.workerUrl());
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

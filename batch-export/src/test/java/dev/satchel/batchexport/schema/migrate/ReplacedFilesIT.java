package dev.satchel.batchexport.schema.migrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.satchel.batchexport.schema.Schemas;
import dev.satchel.batchexport.schema.catalog.OtherSchemaException;
import dev.satchel.batchexport.schema.catalog.SchemaVersion;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A schema of the files from before the first release is told in one sentence, whatever is asked of it. */
class ReplacedFilesIT {

    private static final String SENTENCE =
            "the database's schema was made by files from before the first release, which are no longer part of Satchel:"
                    + " run 'satchel rollback --archive' with the program that migrated the database, then 'satchel"
                    + " migrate' with this one";

    @ParameterizedTest
    @ValueSource(
            strings = {
                // As the files of that time left it, with a history and without.
                "ALTER TABLE satchel.upload_journal RENAME TO export_file;"
                        + " UPDATE satchel.flyway_schema_history SET script = 'V006__export_file.sql' WHERE version = '006'",
                "ALTER TABLE satchel.upload_journal RENAME TO export_file; DROP TABLE satchel.flyway_schema_history",
                // What a run that had come as far as the second file left.
                "UPDATE satchel.flyway_schema_history SET version = '001.1', script = 'V001_1__earlier_tables.sql'"
                        + " WHERE version = '002'"
            })
    void isRefusedWithTheRemedy(String before) throws SQLException {
        try (var database = Schemas.unmigrated()) {
            new Migration(database.ownerDataSource()).migrate();
            Schemas.run(database.ownerDataSource(), before);
            var everything = Schemas.everything(database);

            assertThatThrownBy(() -> new Migration(database.ownerDataSource()).migrate())
                    .isInstanceOf(OtherSchemaException.class)
                    .hasMessage(SENTENCE);
            assertThatThrownBy(() -> Preflight.report(database.ownerDataSource()))
                    .isInstanceOf(OtherSchemaException.class)
                    .hasMessage(SENTENCE);
            try (Connection owner = database.ownerDataSource().getConnection();
                    Connection worker = database.workerDataSource().getConnection()) {
                for (var connection : new Connection[] {owner, worker}) {
                    assertThatThrownBy(() -> SchemaVersion.refuseNewer(connection))
                            .hasMessage(SENTENCE);
                    assertThatThrownBy(() -> SchemaVersion.requireSame(connection))
                            .hasMessage(SENTENCE);
                }
            }
            assertThat(Schemas.everything(database)).isEqualTo(everything);
        }
    }
}

package dev.satchel.batchexport.schema.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.migrations.SampleDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

/**
 * The contract is what the migrations make: a migration that changes the schema must come with its new contract.
 *
 * <p>After such a migration, {@code mvn verify -pl batch-export -am -Dit.test=SchemaContractIT
 * -Dfailsafe.failIfNoSpecifiedTests=false -Dsatchel.contract=write} writes the file anew, and the
 * difference is there to be read. It must be the one that the migration is about.
 */
class SchemaContractIT {

    private static final Path SOURCE =
            Path.of("src/main/resources", SchemaContract.class.getPackageName().replace('.', '/'), SchemaContract.FILE);

    @Test
    void saysWhatTheMigrationsMake() throws SQLException, IOException {
        try (var database = SampleDatabase.create();
                var connection = database.ownerDataSource().getConnection()) {
            connection.setAutoCommit(false);
            var migrated = SchemaContract.write(SchemaFacts.read(connection));
            if ("write".equals(System.getProperty("satchel.contract"))) {
                Files.writeString(SOURCE, migrated);
            }

            assertThat(SOURCE).content().isEqualTo(migrated);
        }
    }
}

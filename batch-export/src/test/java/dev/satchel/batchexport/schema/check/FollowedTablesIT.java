package dev.satchel.batchexport.schema.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.schema.catalog.SchemaTransaction;
import dev.satchel.migrations.SampleDatabase;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which tables progress follows is asked here before a migration and in the database after it: the answers are the same. */
class FollowedTablesIT {

    private static final String COLUMNS = """
            SELECT format('%I', attname)
              FROM pg_attribute
             WHERE attrelid = CAST(? AS regclass)
               AND attnum > 0
               AND NOT attisdropped
            """;

    @Test
    void areThoseThatTheDatabaseSays() throws SQLException {
        try (var database = SampleDatabase.create();
                var connection = database.ownerDataSource().getConnection()) {
            SchemaTransaction.begin(connection);
            var left = 0;
            for (var table : List.of("public.sessions", "public.learning_progress")) {
                assertThat(FollowedTables.followed(connection)).contains(table);
                for (var column : SchemaTransaction.rows(connection, COLUMNS, table)) {
                    var before = connection.setSavepoint();
                    SchemaTransaction.execute(
                            connection, "ALTER TABLE %s RENAME COLUMN %s TO another".formatted(table, column));

                    var follows = SchemaTransaction.rows(connection, "SELECT satchel.follows(?)", table)
                            .equals(List.of("t"));

                    assertThat(FollowedTables.followed(connection).contains(table))
                            .as(table + "." + column)
                            .isEqualTo(follows);
                    left += follows ? 0 : 1;
                    connection.rollback(before);
                }
            }
            assertThat(left).isEqualTo(12);
        }
    }
}

package dev.satchel.batchexport.schema.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.schema.Schemas;
import dev.satchel.batchexport.schema.catalog.SchemaContract;
import dev.satchel.batchexport.schema.catalog.SchemaFacts;
import dev.satchel.batchexport.schema.catalog.SchemaSteps;
import dev.satchel.migrations.SampleDatabase;
import java.sql.SQLException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PublicTableIT {

    // Two homes of one shape: the file that moves a legacy table must also run when it is pasted.
    @ParameterizedTest
    @ValueSource(strings = {"user_api_keys", "user_progress", "export_history"})
    void theFileThatMovesLegacyTablesHasTheSameShapes(String name) {
        var file = SchemaFiles.read("V002__legacy_tables.sql");
        var from = file.indexOf("'" + name + "', ARRAY [");
        var shape = file.substring(from, file.indexOf("]", from)).replaceAll("\\s+", " ");

        var columns = PublicTable.legacyColumns(name);

        columns.forEach((column, type) -> assertThat(shape).contains("'" + column + " " + type + "'"));
        assertThat(shape.split(", '").length).isEqualTo(columns.size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"user_api_keys", "user_progress", "export_history"})
    void tellsTheEarlierTableFromSatchelsAndFromNone(String name) throws SQLException {
        try (var earlier = Schemas.earlier();
                var migrated = SampleDatabase.create();
                var empty = SampleDatabase.createUnmigrated()) {
            assertThat(stateIn(earlier, name)).isEqualTo(PublicTable.State.LEGACY);
            assertThat(stateIn(migrated, name)).isEqualTo(PublicTable.State.SATCHELS);
            assertThat(stateIn(empty, name)).isEqualTo(PublicTable.State.ABSENT);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ALTER TABLE public.export_history ALTER COLUMN status TYPE text",
                "ALTER TABLE public.export_history ALTER COLUMN records_count SET NOT NULL",
                "ALTER TABLE public.export_history ADD COLUMN extra text",
                "ALTER TABLE public.export_history DROP COLUMN filters",
                "ALTER TABLE public.export_history DROP CONSTRAINT export_history_pkey, ALTER COLUMN id DROP NOT NULL"
            })
    void aChangedEarlierTableIsNeitherToThePreflightNorToTheFileThatMovesIt(String change) throws SQLException {
        try (var earlier = Schemas.earlier()) {
            Schemas.run(earlier.ownerDataSource(), "UPDATE public.export_history SET records_count = 0");
            Schemas.run(earlier.ownerDataSource(), change);
            Schemas.run(earlier.ownerDataSource(), SchemaFiles.read("V001__private_schema.sql"));

            assertThat(stateIn(earlier, "export_history")).isEqualTo(PublicTable.State.OTHER);
            org.assertj.core.api.Assertions.assertThatThrownBy(
                            () -> Schemas.run(earlier.ownerDataSource(), SchemaFiles.read("V002__legacy_tables.sql")))
                    .hasMessageContaining("neither absent nor the application's legacy table");
        }
    }

    private static PublicTable.State stateIn(SampleDatabase database, String name) throws SQLException {
        try (var connection = database.ownerDataSource().getConnection()) {
            connection.setAutoCommit(false);
            return PublicTable.in(
                            name,
                            SchemaFacts.read(connection).bySubject(),
                            SchemaContract.forDatabase(connection),
                            SchemaSteps.load())
                    .state();
        }
    }
}

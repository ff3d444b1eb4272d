package dev.satchel.batchexport.schema.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.migrations.SampleDatabase;
import dev.satchel.postgres.dataset.PostgresDatasets;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the tables of the application lack, each with the statement that helps. */
class DatasetTableAccessIT {

    @Test
    void namesWhatKeepsSatchelFromCountingTheRowsOfUsers() throws SQLException {
        try (var database = SampleDatabase.create()) {
            var counter = "counter_" + database.name();
            try (var connection = database.superuserDataSource().getConnection();
                    var statement = connection.createStatement()) {
                statement.execute("CREATE ROLE " + counter);
                statement.execute("ALTER FUNCTION satchel.count_records(uuid, jsonb) OWNER TO " + counter);
                statement.execute("GRANT SELECT ON public.sessions TO " + counter);
                statement.execute("ALTER TABLE public.saved_descriptions OWNER TO " + counter);
                statement.execute("ALTER TABLE public.saved_descriptions FORCE ROW LEVEL SECURITY");
                statement.execute("ALTER TABLE public.images DISABLE ROW LEVEL SECURITY");
                statement.execute("GRANT SELECT ON public.images TO " + counter);
            }
            List<Check> checks;
            try (var connection = database.ownerDataSource().getConnection()) {
                checks = DatasetTableAccess.check(connection, PostgresDatasets.builtIn());
            }
            var refused =
                    "refused to " + counter + ", the owner of Satchel's functions, which count the rows of each user to"
                            + " notice hidden ones: its exports wait with access_denied; run: ";

            assertThat(checks)
                    .filteredOn(check -> check.subject().startsWith("counting of rows"))
                    .extracting(Check::line)
                    .contains(
                            "warning counting of rows in public.saved_descriptions: " + refused
                                    + "ALTER TABLE public.saved_descriptions NO FORCE ROW LEVEL SECURITY;",
                            "warning counting of rows in public.sessions: " + refused
                                    + "ALTER TABLE public.sessions OWNER TO " + counter + ";",
                            "warning counting of rows in public.qa_responses: " + refused
                                    + "GRANT SELECT ON public.qa_responses TO " + counter + ";")
                    .noneMatch(line -> line.contains("public.images"));
        }
    }

    @Test
    void namesTheRightOnTheSchemaThatReadingNeeds() throws SQLException {
        try (var database = SampleDatabase.create();
                var connection = database.ownerDataSource().getConnection();
                var statement = connection.createStatement()) {
            statement.execute("CREATE SCHEMA shop; CREATE TABLE shop.orders (id int, user_id uuid)");
            var datasets = PostgresDatasets.builtIn()
                    .with(
                            "mine.yaml",
                            "datasets: [{name: orders, table: shop.orders, owner: user_id, order: id, columns: {id: integer}}]");

            assertThat(DatasetTableAccess.check(connection, datasets))
                    .extracting(Check::line)
                    .contains(
                            "warning reading of shop.orders by authenticated: refused; run: GRANT USAGE ON SCHEMA shop TO"
                                    + " authenticated; GRANT SELECT ON shop.orders TO authenticated;");
        }
    }
}

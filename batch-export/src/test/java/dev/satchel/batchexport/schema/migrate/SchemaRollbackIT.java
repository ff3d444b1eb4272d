package dev.satchel.batchexport.schema.migrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.satchel.batchexport.schema.Schemas;
import dev.satchel.migrations.SampleDatabase;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

class SchemaRollbackIT {

    @Test
    void refusesToLoseRowsUnlessTold() throws SQLException {
        try (var database = SampleDatabase.createWithLearners()) {
            var before = Schemas.everything(database);

            var refusal = catchThrowableOfType(
                    RollbackRefusedException.class, () -> new Rollback(database.ownerDataSource()).unlessRowsAreLost());

            assertThat(refusal.getMessage())
                    .startsWith("Satchel's tables hold rows\npublic.user_progress (25 rows)")
                    .contains("satchel rollback --archive");
            assertThat(Schemas.everything(database)).isEqualTo(before);
        }
    }

    @Test
    void needsNoWordWhereNoRowIsLost() throws SQLException {
        try (var database = SampleDatabase.create()) {
            assertThat(new Rollback(database.ownerDataSource()).unlessRowsAreLost())
                    .isEmpty();

            assertThat(Schemas.value(
                            database.ownerDataSource(), "SELECT count(*) FROM pg_namespace WHERE nspname = 'satchel'"))
                    .isEqualTo("0");
        }
    }

    @Test
    void tellsHowToGetArchivedRowsBack() throws SQLException {
        try (var database = SampleDatabase.createWithLearners()) {
            // Bringing a row back replaces the one that migrating made, at a time of its own.
            var rows = "SELECT (to_jsonb(t) - 'updated_at')::text FROM public.user_progress AS t ORDER BY 1";
            var before = Schemas.rows(database.ownerDataSource(), rows);

            var notices = new Rollback(database.ownerDataSource()).archive();

            assertThat(notices).hasSize(2);
            assertThat(notices.get(0)).startsWith("archived 25 rows of public.user_progress as ");
            assertThat(notices.get(1)).startsWith("archived 275 rows of satchel.session_contribution as ");
            new Migration(database.ownerDataSource()).migrate();
            Schemas.run(
                    database.ownerDataSource(),
                    notices.get(0).substring(notices.get(0).indexOf("INSERT INTO")));
            assertThat(Schemas.rows(database.ownerDataSource(), rows)).isEqualTo(before);
        }
    }

    @Test
    void listsWhatDependsOnSatchelAndStops() throws SQLException {
        try (var database = SampleDatabase.create()) {
            Schemas.run(
                    database.ownerDataSource(), "CREATE VIEW public.finished AS SELECT id FROM public.export_history");
            var before = Schemas.everything(database);

            var refusal = catchThrowableOfType(
                    RollbackRefusedException.class, () -> new Rollback(database.ownerDataSource()).destroy());

            assertThat(refusal.getMessage()).isEqualTo("""
                    others depend on Satchel's objects
                    view public.finished depends on table public.export_history
                    Nothing was changed. Drop them, then roll back again.""");
            assertThat(Schemas.everything(database)).isEqualTo(before);
        }
    }

    @Test
    void aRoleThatDoesNotOwnTheTablesIsRefused() throws SQLException {
        try (var database = SampleDatabase.create()) {
            var refusal = catchThrowableOfType(
                    RollbackRefusedException.class, () -> new Rollback(database.workerDataSource()).destroy());

            assertThat(((SQLException) refusal.getCause()).getSQLState()).isEqualTo("42501");
        }
    }

    @Test
    void eightAtOnceRollBackOnce() throws Exception {
        try (var database = SampleDatabase.create()) {
            var notices = MigrationIT.atOnce(8, () -> new Rollback(database.ownerDataSource()).destroy());

            assertThat(notices.stream().filter(said -> said.isEmpty())).hasSize(1);
            assertThat(notices.stream().filter(said -> !said.isEmpty()))
                    .allMatch(said -> said.get(0).startsWith("nothing to roll back"));
        }
    }

    @Test
    void meetsMigrationsHalfWayWithoutHarm() throws Exception {
        try (var database = Schemas.unmigrated()) {
            var before = Schemas.everything(database);
            var turn = new java.util.concurrent.atomic.AtomicInteger();

            MigrationIT.atOnce(
                    6,
                    () -> turn.getAndIncrement() % 2 == 0
                            ? new Migration(database.ownerDataSource()).migrate()
                            : new Rollback(database.ownerDataSource()).destroy());

            new Rollback(database.ownerDataSource()).destroy();
            assertThat(Schemas.everything(database)).isEqualTo(before);
        }
    }
}

package dev.satchel.batchexport.bench.survival;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.judge.DatabaseWitness;
import dev.satchel.judge.Event;
import dev.satchel.judge.Watched;
import dev.satchel.migrations.SampleDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** What the judge's witness notes of a table, on a real PostgreSQL. */
class DatabaseWitnessIT {

    private static final Watched WATCHED = new Watched(
            "public.jobs", "NEW.state = 'busy'", "NEW.state = 'done'", "NEW.state = 'failed'", "'s3://' || NEW.file");

    private SampleDatabase database;
    private DatabaseWitness witness;

    @BeforeEach
    void watch() throws SQLException {
        database = SampleDatabase.createEmpty();
        execute(
                "owner",
                "CREATE TABLE public.jobs (id text, state text, file text);"
                        + " INSERT INTO public.jobs (id) VALUES ('one'), ('two')");
        witness = DatabaseWitness.of(database.ownerDataSource(), WATCHED);
    }

    @AfterEach
    void drop() {
        database.close();
    }

    private void execute(String worker, String sql) throws SQLException {
        PGSimpleDataSource source = database.ownerDataSource();
        source.setApplicationName(worker);
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private List<? extends Event> notedOf(Class<? extends Event> kind) throws SQLException {
        return witness.events().stream().filter(kind::isInstance).toList();
    }

    @Test
    void notesWhoClaimedAndWhoPublished() throws SQLException {
        execute("worker-1", "UPDATE public.jobs SET state = 'busy' WHERE id = 'one'");
        execute("worker-2", "UPDATE public.jobs SET state = 'done', file = 'a' WHERE id = 'one'");

        List<Event> events = witness.events();
        assertThat(events)
                .containsExactly(
                        new Event.Claimed(events.get(0).at(), "one", "worker-1"),
                        new Event.Published(events.get(1).at(), "one", "s3://a", "worker-2"));
    }

    @Test
    void notesWhatIsGivenUpOrForgotten() throws SQLException {
        execute("worker-1", "UPDATE public.jobs SET state = 'failed' WHERE id = 'one'");
        execute("worker-1", "DELETE FROM public.jobs WHERE id = 'two'");

        assertThat(notedOf(Event.GivenUp.class)).hasSize(2);
    }

    @Test
    void notesNothingThatIsRolledBack() throws SQLException {
        execute("worker-1", "BEGIN; UPDATE public.jobs SET state = 'done' WHERE id = 'one'; ROLLBACK");

        assertThat(witness.events()).isEmpty();
    }

    @Test
    void knowsWhoIsBusy() throws SQLException {
        execute("worker-1", "UPDATE public.jobs SET state = 'busy' WHERE id = 'one'");
        execute("worker-2", "UPDATE public.jobs SET state = 'busy' WHERE id = 'two'");
        execute("worker-2", "UPDATE public.jobs SET state = 'done' WHERE id = 'two'");

        assertThat(witness.busy()).isEqualTo(Map.of("worker-1", "one"));
    }
}

package dev.satchel.judge;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;

/**
 * Notes what a system tells its users, by a trigger on the table in which it tells them. No change is missed, and one that
 * is rolled back is not noted.
 *
 * <p>Workers are told apart by the {@code application_name} of their connections, so each process needs its own.
 */
public final class DatabaseWitness {

    // SECURITY DEFINER: workers may not write here.
    private static final String INSTALL = """
            CREATE SCHEMA witness;
            CREATE TABLE witness.event (
                number bigint      GENERATED ALWAYS AS IDENTITY,
                at     timestamptz NOT NULL DEFAULT clock_timestamp(),
                kind   text        NOT NULL,
                export text        NOT NULL,
                object text,
                worker text        NOT NULL DEFAULT current_setting('application_name'),
                CONSTRAINT event_pkey PRIMARY KEY (number)
            );
            CREATE FUNCTION witness.note() RETURNS trigger
            LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $function$
            BEGIN
                IF %s THEN
                    INSERT INTO witness.event (kind, export) VALUES ('claimed', NEW.id);
                END IF;
                IF %s THEN
                    INSERT INTO witness.event (kind, export, object) VALUES ('published', NEW.id, %s);
                END IF;
                IF %s THEN
                    INSERT INTO witness.event (kind, export) VALUES ('given up', NEW.id);
                END IF;
                RETURN NULL;
            END
            $function$;
            CREATE FUNCTION witness.note_deletion() RETURNS trigger
            LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $function$
            BEGIN
                INSERT INTO witness.event (kind, export) VALUES ('given up', OLD.id);
                RETURN NULL;
            END
            $function$;
            CREATE TRIGGER witness_changes AFTER UPDATE ON %s FOR EACH ROW EXECUTE FUNCTION witness.note();
            CREATE TRIGGER witness_deletions AFTER DELETE ON %s FOR EACH ROW EXECUTE FUNCTION witness.note_deletion();
            """;

    private static final String EVENTS = """
            SELECT at, kind, export, object, worker
              FROM witness.event
             ORDER BY number
            """;

    // The export that each worker has taken up last, and that nobody has published or taken up since.
    private static final String BUSY = """
            SELECT worker, export
              FROM (SELECT DISTINCT ON (worker) worker, export, number
                      FROM witness.event
                     WHERE kind = 'claimed'
                     ORDER BY worker, number DESC) AS latest
             WHERE NOT EXISTS (SELECT FROM witness.event AS later
                                WHERE later.export = latest.export
                                  AND later.number > latest.number)
            """;

    private final DataSource owner;

    private DatabaseWitness(DataSource owner) {
        this.owner = owner;
    }

    /** Begins to watch; {@code owner} connects as the owner of the table. */
    public static DatabaseWitness of(DataSource owner, Watched watched) throws SQLException {
        try (Connection connection = owner.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(INSTALL.formatted(
                    watched.claimed(),
                    watched.published(),
                    watched.object(),
                    watched.givenUp(),
                    watched.table(),
                    watched.table()));
        }
        return new DatabaseWitness(owner);
    }

    /** What was noted so far. */
    public List<Event> events() throws SQLException {
        List<Event> events = new ArrayList<>();
        try (Connection connection = owner.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(EVENTS)) {
            while (row.next()) {
                events.add(event(row));
            }
        }
        return events;
    }

    /** The export that each worker is busy with, as far as the table shows it. */
    public Map<String, String> busy() throws SQLException {
        Map<String, String> busy = new HashMap<>();
        try (Connection connection = owner.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(BUSY)) {
            while (row.next()) {
                busy.put(row.getString("worker"), row.getString("export"));
            }
        }
        return busy;
    }

    private static Event event(ResultSet row) throws SQLException {
        var at = row.getObject("at", OffsetDateTime.class).toInstant();
        String export = row.getString("export");
        String worker = row.getString("worker");
        String kind = row.getString("kind");
        return switch (kind) {
            case "claimed" -> new Event.Claimed(at, export, worker);
            case "published" -> new Event.Published(at, export, String.valueOf(row.getString("object")), worker);
            case "given up" -> new Event.GivenUp(at, export);
            default -> throw new IllegalStateException("a kind of event that no witness writes: " + kind);
        };
    }
}

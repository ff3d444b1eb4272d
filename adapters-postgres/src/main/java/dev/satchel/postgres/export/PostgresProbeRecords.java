package dev.satchel.postgres.export;

import dev.satchel.store.ProbeRecords;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The probes in {@code satchel.store_probe}. */
final class PostgresProbeRecords implements ProbeRecords {

    private static final String BEGIN = """
            INSERT INTO satchel.store_probe (url, begun_at)
            VALUES (:url, statement_timestamp())
            """;

    private static final String END = """
            DELETE FROM satchel.store_probe
             WHERE url = :url
            """;

    private static final String FIND_ABANDONED = """
            SELECT url
              FROM satchel.store_probe
             WHERE starts_with(url, :root)
               AND begun_at <= statement_timestamp() - :age * interval '1 millisecond'
             LIMIT :limit
            """;

    private final JdbcClient jdbc;

    public PostgresProbeRecords(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    @Override
    public void begun(URI location) {
        jdbc.sql(BEGIN).param("url", location.toString()).update();
    }

    @Override
    public void ended(URI location) {
        jdbc.sql(END).param("url", location.toString()).update();
    }

    @Override
    public List<URI> abandoned(URI root, Duration age, int limit) {
        return jdbc.sql(FIND_ABANDONED)
                .param("root", root.toString())
                .param("age", age.toMillis())
                .param("limit", limit)
                .query((row, number) -> URI.create(row.getString("url")))
                .list();
    }
}

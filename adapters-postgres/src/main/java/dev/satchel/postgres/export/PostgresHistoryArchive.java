package dev.satchel.postgres.export;

import dev.satchel.archive.ArchivedMonth;
import dev.satchel.archive.HistoryArchive;
import dev.satchel.postgres.session.StatementSettings;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import javax.sql.DataSource;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/** The archive in {@code satchel.export_archive}, whose files are objects of {@code satchel.upload_journal}. */
final class PostgresHistoryArchive implements HistoryArchive {

    /** Rows that are fetched at once. */
    private static final int FETCHED = 100;

    // As satchel.remove_archived_exports() asks, but for the age. Rows of other programs may lack the time of
    // completion.
    private static final String IS_OLD = """
               AND e.status::text IN ('completed', 'failed')
               AND e.file_url IS NULL
               AND coalesce(e.completed_at, e.updated_at) <= statement_timestamp() - %1$s * interval '1 millisecond'
               AND NOT EXISTS (SELECT FROM satchel.upload_journal AS object WHERE object.export_id = e.id)
            """;

    // Along the index of created_at, whose oldest rows are those that are due.
    private static final String NEXT = """
            SELECT month.first_day,
                   coalesce((SELECT max(part) FROM satchel.export_archive WHERE month = month.first_day), 0) + 1 AS part
              FROM (SELECT date_trunc('month', e.created_at AT TIME ZONE 'UTC')::date AS first_day
                      FROM public.export_history AS e
                     -- A year that has four digits in a file.
                     WHERE e.created_at >= '0001-01-01 00:00:00+00'
                       AND e.created_at < date_trunc('month', (statement_timestamp() - :age * interval '1 millisecond')
                                                              AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'
                       AND date_trunc('month', e.created_at AT TIME ZONE 'UTC')::date <> ALL (:except::date[])
                       -- Its rows are about to be deleted: a second file would hold them again.
                       AND NOT EXISTS (SELECT
                                         FROM satchel.export_archive AS unfinished
                                        WHERE unfinished.month
                                              = date_trunc('month', e.created_at AT TIME ZONE 'UTC')::date
                                          AND unfinished.emptied_at IS NULL)
            """ + IS_OLD.formatted(":age") + """
                     ORDER BY e.created_at
                     LIMIT 1) AS month
            """;

    private static final String FILES = """
            SELECT id, month, part, url, exports, bytes, sha256, emptied_at IS NOT NULL AS is_emptied
              FROM satchel.export_archive
             ORDER BY month, part
            """;

    private static final String WRITE = """
            SELECT row_to_json(e)::text
              FROM public.export_history AS e
             WHERE e.created_at >= ?::timestamp AT TIME ZONE 'UTC'
               AND e.created_at < ?::timestamp AT TIME ZONE 'UTC'
            """ + IS_OLD.formatted("?") + """
             ORDER BY e.created_at, e.id
            """;

    // Long before the clean-up takes the file for one that will never be published.
    private static final String PUBLISH = """
            WITH published AS (
                UPDATE satchel.upload_journal
                   SET published_at = statement_timestamp()
                 WHERE url = :url
                   AND export_id = :id
                   AND published_at IS NULL
                   AND opened_at > statement_timestamp() - interval '12 hours'
                RETURNING url
            )
            INSERT INTO satchel.export_archive (id, month, part, url, exports, bytes, sha256)
            SELECT :id, :month, :part, url, :exports, :bytes, :sha256
              FROM published
            """;

    private static final String REMOVE = "SELECT satchel.remove_archived_exports(:id, :lines::jsonb)";

    private static final String EMPTIED = """
            UPDATE satchel.export_archive
               SET emptied_at = statement_timestamp()
             WHERE id = :id
               AND emptied_at IS NULL
            """;

    private final JdbcClient jdbc;
    private final JdbcTemplate rows;
    private final TransactionTemplate transactions;

    PostgresHistoryArchive(JdbcClient jdbc, DataSource dataSource) {
        this.jdbc = jdbc;
        this.rows = new JdbcTemplate(dataSource);
        this.rows.setFetchSize(FETCHED);
        this.transactions = StatementSettings.ownTransactions(dataSource);
    }

    @Override
    public Optional<DueMonth> next(Duration age, Set<YearMonth> except) {
        return jdbc.sql(NEXT)
                .param("age", age.toMillis())
                .param("except", literal(except))
                .query((row, number) -> new DueMonth(month(row, "first_day"), row.getInt("part")))
                .optional();
    }

    @Override
    public List<ArchivedMonth> files() {
        return jdbc.sql(FILES).query((row, number) -> file(row)).list();
    }

    @Override
    public void begin(UUID id, URI location) {
        jdbc.sql(PostgresUploadJournal.OPEN)
                .param("url", location.toString())
                .param("id", id)
                .param("token", id)
                .update();
    }

    @Override
    public long write(YearMonth month, Duration age, OutputStream out) throws IOException {
        try {
            Long lines = transactions.execute(transaction -> {
                // The function that deletes compares the times as text.
                rows.execute("SET LOCAL timezone = 'UTC'; SET LOCAL datestyle = 'ISO, MDY'");
                long[] written = {0};
                rows.query(
                        WRITE,
                        row -> {
                            try {
                                out.write((row.getString(1) + "\n").getBytes(StandardCharsets.UTF_8));
                            } catch (IOException refused) {
                                throw new UncheckedIOException(refused);
                            }
                            written[0]++;
                        },
                        month.atDay(1),
                        month.plusMonths(1).atDay(1),
                        age.toMillis());
                return written[0];
            });
            return lines == null ? 0 : lines;
        } catch (UncheckedIOException refused) {
            throw refused.getCause();
        }
    }

    @Override
    public boolean publish(ArchivedMonth file) {
        try {
            return jdbc.sql(PUBLISH)
                            .param("url", file.location().toString())
                            .param("id", file.id())
                            .param("month", file.month().atDay(1))
                            .param("part", file.part())
                            .param("exports", file.exports())
                            .param("bytes", file.bytes())
                            .param("sha256", file.sha256())
                            .update()
                    == 1;
        } catch (DuplicateKeyException another) {
            return false;
        }
    }

    @Override
    public int remove(UUID id, List<String> lines) {
        return jdbc.sql(REMOVE)
                .param("id", id)
                .param("lines", "[" + String.join(",", lines) + "]")
                .query(Integer.class)
                .single();
    }

    @Override
    public void emptied(UUID id) {
        jdbc.sql(EMPTIED).param("id", id).update();
    }

    private static String literal(Collection<YearMonth> months) {
        return "{"
                + String.join(
                        ",",
                        months.stream().map(month -> month.atDay(1).toString()).toList()) + "}";
    }

    private static ArchivedMonth file(ResultSet row) throws SQLException {
        return new ArchivedMonth(
                row.getObject("id", UUID.class),
                month(row, "month"),
                row.getInt("part"),
                URI.create(row.getString("url")),
                row.getLong("exports"),
                row.getLong("bytes"),
                row.getString("sha256"),
                row.getBoolean("is_emptied"));
    }

    private static YearMonth month(ResultSet row, String column) throws SQLException {
        return YearMonth.from(row.getObject(column, LocalDate.class));
    }
}

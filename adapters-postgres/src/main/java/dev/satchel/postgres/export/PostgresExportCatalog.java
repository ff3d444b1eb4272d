package dev.satchel.postgres.export;

import dev.satchel.UserId;
import dev.satchel.export.ExportCatalog;
import dev.satchel.export.Failure;
import java.net.URI;
import java.net.URISyntaxException;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Reads {@code public.export_history} as it is, whichever program wrote the rows.
 *
 * <p>Except {@code file_url}, which other programs may write too: it counts only where {@code satchel.upload_journal} has it
 * as what a worker published for that export.
 */
final class PostgresExportCatalog implements ExportCatalog {

    private static final String ENTRIES = """
            SELECT h.id, h.user_id, h.export_type, h.export_format, h.status, h.records_count, h.file_size_bytes,
                   f.url, coalesce(h.filters, '{}')::text AS filters, coalesce(h.data, '{}')::text AS manifest,
                   h.error_message, h.retry_count, h.created_at, h.started_at, h.completed_at, h.expires_at
              FROM public.export_history h
              LEFT JOIN satchel.upload_journal f
                ON f.url = h.file_url AND f.export_id = h.id AND f.published_at IS NOT NULL
            """;

    private static final String FIND = ENTRIES + " WHERE h.id = :id";

    private static final String NEWEST = ENTRIES + """
             WHERE (:user::uuid IS NULL OR h.user_id = :user::uuid)
               AND (:status::text IS NULL OR h.status = :status::text)
             ORDER BY h.created_at DESC, h.id
             LIMIT :limit
            """;

    // Says what the partial index is of, which no plan could use for a parameter alone.
    private static final String NEWEST_ACTIVE = ENTRIES + """
             WHERE h.status::text IN ('pending', 'processing')
               AND h.status = :status::text
             ORDER BY h.created_at DESC, h.id
             LIMIT :limit
            """;

    // Without a bound, few failures in a long history would have all of it read.
    private static final String NEWEST_FAILED = ENTRIES + """
             WHERE h.status = 'failed'
               AND h.created_at > statement_timestamp() - :age * interval '1 millisecond'
             ORDER BY h.created_at DESC, h.id
             LIMIT :limit
            """;

    private static final String FIND_DOWNLOADABLE = """
            SELECT h.id, h.user_id, f.url,
                   floor(extract(epoch FROM h.expires_at - statement_timestamp()) * 1000)::bigint AS remaining
              FROM public.export_history h
              JOIN satchel.upload_journal f
                ON f.url = h.file_url AND f.export_id = h.id AND f.published_at IS NOT NULL
             WHERE h.id = :id
               AND h.status = 'completed'
               AND h.expires_at > statement_timestamp()
               AND h.expires_at < 'infinity'
            """;

    // Each part reads an index that holds little: active rows, leases, files that are there.
    private static final String LAG = """
            SELECT waiting.exports AS pending,
                   floor(extract(epoch FROM statement_timestamp() - waiting.oldest) * 1000)::bigint AS oldest_pending,
                   (SELECT count(*)
                      FROM satchel.export_lease l
                      JOIN public.export_history h ON h.id = l.export_id
                     WHERE l.token IS NOT NULL
                       AND l.expires_at <= statement_timestamp() - :grace * interval '1 millisecond'
                       AND h.status = 'processing') AS stuck,
                   expired.files AS overdue,
                   floor(extract(epoch FROM statement_timestamp() - expired.oldest) * 1000)::bigint AS oldest_overdue,
                   failed.codes, failed.exports AS by_code
              FROM (SELECT count(*) AS exports, min(created_at) FILTER (WHERE isfinite(created_at)) AS oldest
                      FROM public.export_history
                     WHERE status = 'pending') waiting
             CROSS JOIN (SELECT count(*) AS files, min(expires_at) FILTER (WHERE isfinite(expires_at)) AS oldest
                           FROM public.export_history
                          WHERE file_url IS NOT NULL
                            AND expires_at <= statement_timestamp()) expired
             CROSS JOIN (SELECT array_agg(each.code) AS codes, array_agg(each.exports) AS exports
                           FROM (SELECT split_part(error_message, ':', 1) AS code, count(*) AS exports
                                   FROM public.export_history
                                  WHERE status = 'pending'
                                    AND error_message IS NOT NULL
                                  GROUP BY 1) each) failed
            """;

    private final JdbcClient jdbc;
    private final JdbcClient hurried;

    /** @param hurried gives up a statement that takes long */
    public PostgresExportCatalog(JdbcClient jdbc, JdbcClient hurried) {
        this.jdbc = jdbc;
        this.hurried = hurried;
    }

    @Override
    public Optional<Entry> find(UUID id) {
        return jdbc.sql(FIND).param("id", id).query((row, number) -> entry(row)).optional();
    }

    @Override
    public List<Entry> newest(@Nullable UserId user, @Nullable String status, int limit) {
        return jdbc.sql(NEWEST)
                .param("user", user == null ? null : user.value())
                .param("status", status)
                .param("limit", limit)
                .query((row, number) -> entry(row))
                .list();
    }

    @Override
    public List<Entry> newestActive(String status, int limit) {
        return hurried.sql(NEWEST_ACTIVE)
                .param("status", status)
                .param("limit", limit)
                .query((row, number) -> entry(row))
                .list();
    }

    @Override
    public List<Entry> newestFailed(Duration age, int limit) {
        return hurried.sql(NEWEST_FAILED)
                .param("age", age.toMillis())
                .param("limit", limit)
                .query((row, number) -> entry(row))
                .list();
    }

    @Override
    public Optional<Downloadable> downloadable(UUID id) {
        return jdbc.sql(FIND_DOWNLOADABLE)
                .param("id", id)
                .query((row, number) -> downloadable(row))
                .optional()
                .flatMap(found -> found);
    }

    @Override
    public Lag lag(Duration grace) {
        return hurried.sql(LAG)
                .param("grace", grace.toMillis())
                .query((row, number) -> new Lag(
                        row.getLong("pending"),
                        duration(row, "oldest_pending"),
                        row.getLong("stuck"),
                        row.getLong("overdue"),
                        duration(row, "oldest_overdue"),
                        waiting(row)))
                .single();
    }

    // What another program wrote may be no code.
    private static Map<Failure.Code, Long> waiting(ResultSet row) throws SQLException {
        Map<Failure.Code, Long> waiting = new EnumMap<>(Failure.Code.class);
        Array codes = row.getArray("codes");
        if (codes != null) {
            List<String> names = List.of((String[]) codes.getArray());
            Long[] exports = (Long[]) row.getArray("by_code").getArray();
            for (Failure.Code code : Failure.Code.values()) {
                int at = names.indexOf(code.code());
                if (at >= 0) {
                    waiting.put(code, exports[at]);
                }
            }
        }
        return waiting;
    }

    // Null is read as zero. A row of another program may claim to come from the future.
    private static Duration duration(ResultSet row, String column) throws SQLException {
        return Duration.ofMillis(Math.max(0, row.getLong(column)));
    }

    private static Optional<Downloadable> downloadable(ResultSet row) throws SQLException {
        URI location = location(row);
        if (location == null) {
            return Optional.empty();
        }
        return Optional.of(new Downloadable(
                row.getObject("id", UUID.class),
                new UserId(row.getObject("user_id", UUID.class)),
                location,
                Duration.ofMillis(row.getLong("remaining"))));
    }

    private static Entry entry(ResultSet row) throws SQLException {
        return new Entry(
                row.getObject("id", UUID.class),
                new UserId(row.getObject("user_id", UUID.class)),
                row.getString("export_type"),
                row.getString("export_format"),
                row.getString("status"),
                row.getLong("records_count"),
                row.getObject("file_size_bytes", Long.class),
                location(row),
                row.getString("filters"),
                row.getString("manifest"),
                row.getString("error_message"),
                row.getInt("retry_count"),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                instant(row, "started_at"),
                instant(row, "completed_at"),
                instant(row, "expires_at"));
    }

    // A record from before its column was checked may be no location; it must not spoil a whole list.
    private static @Nullable URI location(ResultSet row) throws SQLException {
        String text = row.getString("url");
        try {
            return text == null ? null : new URI(text);
        } catch (URISyntaxException foreign) {
            return null;
        }
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }
}

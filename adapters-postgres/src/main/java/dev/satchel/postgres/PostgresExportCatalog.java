package dev.satchel.postgres;

import dev.satchel.UserId;
import dev.satchel.export.ExportCatalog;
import java.net.URI;
import java.net.URISyntaxException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Reads {@code public.export_history} as it is, whoever wrote the rows. */
final class PostgresExportCatalog implements ExportCatalog {

    private static final String FIND = """
            SELECT id, user_id, export_type, export_format, status, records_count, file_size_bytes, file_url,
                   coalesce(filters, '{}')::text AS filters, coalesce(data, '{}')::text AS manifest,
                   error_message, retry_count, created_at, started_at, completed_at, expires_at
              FROM public.export_history
             WHERE id = :id
            """;

    private static final String NEWEST = """
            SELECT id, user_id, export_type, export_format, status, records_count, file_size_bytes, file_url,
                   coalesce(filters, '{}')::text AS filters, coalesce(data, '{}')::text AS manifest,
                   error_message, retry_count, created_at, started_at, completed_at, expires_at
              FROM public.export_history
             WHERE (:user::uuid IS NULL OR user_id = :user::uuid)
               AND (:status::text IS NULL OR status = :status::text)
             ORDER BY created_at DESC, id
             LIMIT :limit
            """;

    private static final String FIND_DOWNLOADABLE = """
            SELECT id, user_id, file_url,
                   floor(extract(epoch FROM expires_at - statement_timestamp()) * 1000)::bigint AS remaining
              FROM public.export_history
             WHERE id = :id
               AND status = 'completed'
               AND file_url IS NOT NULL
               AND expires_at > statement_timestamp()
               AND expires_at < 'infinity'
            """;

    private final JdbcClient jdbc;

    PostgresExportCatalog(JdbcClient jdbc) {
        this.jdbc = jdbc;
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
    public Optional<Downloadable> downloadable(UUID id) {
        return jdbc.sql(FIND_DOWNLOADABLE)
                .param("id", id)
                .query((row, number) -> downloadable(row))
                .optional()
                .flatMap(found -> found);
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

    // A text that is no location was not written by Satchel, and leads to no file; it must not spoil a whole list.
    private static @Nullable URI location(ResultSet row) throws SQLException {
        String text = row.getString("file_url");
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

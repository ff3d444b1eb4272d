package dev.satchel.postgres.export;

import dev.satchel.export.DeliveredFile;
import dev.satchel.export.Export;
import dev.satchel.export.Failure;
import dev.satchel.export.StaleExportException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * How an attempt ends: each step changes the export only while the attempt's token is the current one.
 *
 * <p>A step locks the export's row first and finds its lease afterwards, by a write that looks at the newest token. So a
 * worker that waited for the row while the lease passed on is refused, and deleting an account, which takes the same
 * locks in the same order, never deadlocks with a step.
 */
final class ExportOutcomes {

    // The count is exact in the manifest; the column cannot hold more than an integer.
    private static final String COMPLETE = """
            WITH held AS MATERIALIZED (
                SELECT id
                  FROM public.export_history
                 WHERE id = :id
                   AND status = 'processing'
                   FOR UPDATE
            ), ended AS (
                DELETE FROM satchel.export_lease l
                 USING held
                 WHERE l.export_id = held.id
                   AND l.token = :token
                RETURNING l.export_id
            ), published AS (
                INSERT INTO satchel.upload_journal AS f (url, export_id, token, published_at)
                SELECT :url, export_id, :token, statement_timestamp()
                  FROM ended
                ON CONFLICT (url) DO UPDATE
                   SET published_at = excluded.published_at
            )
            UPDATE public.export_history h
               SET status = 'completed',
                   records_count = least(:records, 2147483647),
                   file_size_bytes = :bytes,
                   file_url = :url,
                   data = :manifest::jsonb,
                   error_message = NULL,
                   completed_at = statement_timestamp(),
                   processing_time_seconds = least(greatest(floor(
                       extract(epoch FROM statement_timestamp()
                                          - CASE WHEN isfinite(h.started_at) THEN h.started_at END)), 0), 2147483647),
                   expires_at = statement_timestamp() + :retention * interval '1 millisecond'
              FROM ended
             WHERE h.id = ended.export_id
            RETURNING h.completed_at, h.expires_at
            """;

    // The location holds random bits of one attempt, so finding it proves that this attempt completed the export.
    private static final String FIND_PUBLISHED = """
            SELECT completed_at, expires_at
              FROM public.export_history
             WHERE id = :id
               AND status = 'completed'
               AND file_url = :url
            """;

    private static final String RETRY = """
            WITH held AS MATERIALIZED (
                SELECT id
                  FROM public.export_history
                 WHERE id = :id
                   AND status = 'processing'
                   FOR UPDATE
            ), waiting AS (
                UPDATE satchel.export_lease l
                   SET token = NULL,
                       owner = NULL,
                       heartbeat_at = NULL,
                       expires_at = NULL,
                       run_after = statement_timestamp() + :delay * interval '1 millisecond'
                  FROM held
                 WHERE l.export_id = held.id
                   AND l.token = :token
                RETURNING l.export_id, l.attempt
            )
            UPDATE public.export_history h
               SET status = 'pending',
                   started_at = NULL,
                   error_message = :error
              FROM waiting
             WHERE h.id = waiting.export_id
            RETURNING waiting.attempt
            """;

    private static final String POSTPONE = """
            WITH held AS MATERIALIZED (
                SELECT id
                  FROM public.export_history
                 WHERE id = :id
                   AND status = 'processing'
                   FOR UPDATE
            ), waiting AS (
                UPDATE satchel.export_lease l
                   SET attempt = l.attempt - 1,
                       token = NULL,
                       owner = NULL,
                       heartbeat_at = NULL,
                       expires_at = NULL,
                       run_after = statement_timestamp() + :delay * interval '1 millisecond'
                  FROM held
                 WHERE l.export_id = held.id
                   AND l.token = :token
                RETURNING l.export_id, l.attempt
            )
            UPDATE public.export_history h
               SET status = 'pending',
                   started_at = NULL,
                   retry_count = greatest(waiting.attempt - 1, 0),
                   error_message = :error
              FROM waiting
             WHERE h.id = waiting.export_id
            RETURNING waiting.attempt
            """;

    private static final String RELEASE = """
            WITH held AS MATERIALIZED (
                SELECT id
                  FROM public.export_history
                 WHERE id = :id
                   AND status = 'processing'
                   FOR UPDATE
            ), freed AS (
                UPDATE satchel.export_lease l
                   SET attempt = l.attempt - 1,
                       token = NULL,
                       owner = NULL,
                       heartbeat_at = NULL,
                       expires_at = NULL
                  FROM held
                 WHERE l.export_id = held.id
                   AND l.token = :token
                RETURNING l.export_id, l.attempt
            )
            UPDATE public.export_history h
               SET status = 'pending',
                   started_at = NULL,
                   retry_count = greatest(freed.attempt - 1, 0)
              FROM freed
             WHERE h.id = freed.export_id
            RETURNING freed.attempt
            """;

    private static final String FAIL = """
            WITH held AS MATERIALIZED (
                SELECT id
                  FROM public.export_history
                 WHERE id = :id
                   AND status = 'processing'
                   FOR UPDATE
            ), ended AS (
                DELETE FROM satchel.export_lease l
                 USING held
                 WHERE l.export_id = held.id
                   AND l.token = :token
                RETURNING l.export_id, l.attempt
            )
            UPDATE public.export_history h
               SET status = 'failed',
                   error_message = :error,
                   processing_time_seconds = least(greatest(floor(
                       extract(epoch FROM statement_timestamp()
                                          - CASE WHEN isfinite(h.started_at) THEN h.started_at END)), 0), 2147483647)
              FROM ended
             WHERE h.id = ended.export_id
            RETURNING ended.attempt
            """;

    private final JdbcClient jdbc;

    ExportOutcomes(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    Export.Completed complete(Export.Processing export, DeliveredFile file, Duration retention) {
        return publish(export, file, retention)
                // A second statement, because it must see what the first one may have waited for.
                .or(() -> findPublished(export, file))
                .orElseThrow(() -> new StaleExportException(export.id()));
    }

    private Optional<Export.Completed> publish(Export.Processing export, DeliveredFile file, Duration retention) {
        return jdbc.sql(COMPLETE)
                .param("id", export.id())
                .param("token", export.token())
                .param("url", file.location().toString())
                .param("records", file.recordCount())
                .param("bytes", file.bytes())
                .param("manifest", RowManifest.of(file))
                .param("retention", retention.toMillis())
                .query((row, number) -> completed(export, file, row))
                .optional();
    }

    private Optional<Export.Completed> findPublished(Export.Processing export, DeliveredFile file) {
        return jdbc.sql(FIND_PUBLISHED)
                .param("id", export.id())
                .param("url", file.location().toString())
                .query((row, number) -> completed(export, file, row))
                .optional();
    }

    Export.Pending retry(Export.Processing export, Failure failure, Duration delay) {
        int attempts = attemptsAfter(
                export, step(RETRY, export).param("error", failure.message()).param("delay", delay.toMillis()));
        return new Export.Pending(export.id(), export.request(), export.requestedAt(), attempts);
    }

    Export.Pending postpone(Export.Processing export, Failure failure, Duration delay) {
        int attempts = attemptsAfter(
                export, step(POSTPONE, export).param("error", failure.message()).param("delay", delay.toMillis()));
        return new Export.Pending(export.id(), export.request(), export.requestedAt(), attempts);
    }

    Export.Pending release(Export.Processing export) {
        int attempts = attemptsAfter(export, step(RELEASE, export));
        return new Export.Pending(export.id(), export.request(), export.requestedAt(), attempts);
    }

    Export.Failed fail(Export.Processing export, Failure failure) {
        int attempts = attemptsAfter(export, step(FAIL, export).param("error", failure.message()));
        return new Export.Failed(export.id(), export.request(), failure, attempts);
    }

    /** Fails an export that asks for what does not exist, so that there is no {@link Export.Processing} of it. */
    void refuse(UUID id, UUID token, Failure failure) {
        // No row changes when its user deleted it meanwhile, which ends it just as well.
        jdbc.sql(FAIL)
                .param("id", id)
                .param("token", token)
                .param("error", failure.message())
                .query(Integer.class)
                .optional();
    }

    private JdbcClient.StatementSpec step(String sql, Export.Processing export) {
        return jdbc.sql(sql).param("id", export.id()).param("token", export.token());
    }

    private static int attemptsAfter(Export.Processing export, JdbcClient.StatementSpec step) {
        return step.query(Integer.class).optional().orElseThrow(() -> new StaleExportException(export.id()));
    }

    private static Export.Completed completed(Export.Processing export, DeliveredFile file, ResultSet row)
            throws SQLException {
        return new Export.Completed(
                export.id(), export.request(), file, instant(row, "completed_at"), instant(row, "expires_at"));
    }

    static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }
}

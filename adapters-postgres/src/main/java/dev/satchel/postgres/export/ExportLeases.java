package dev.satchel.postgres.export;

import dev.satchel.export.Export;
import dev.satchel.export.ExportHistory;
import dev.satchel.export.Failure;
import dev.satchel.export.ImpossibleExportException;
import dev.satchel.export.StaleExportException;
import dev.satchel.record.DatasetCatalogue;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Who holds an export, in {@code satchel.export_lease}: a worker claims the next one, extends its lease, and loses the export
 * when the lease ends.
 */
final class ExportLeases {

    // One statement finds and claims, so that two workers can never hold the same export. Rounds are what lets users
    // take turns: each has one export in a round.
    static final String CLAIM_NEXT = """
            WITH next AS MATERIALIZED (
                SELECT h.id
                  FROM satchel.export_queue q
                  JOIN public.export_history h ON h.id = q.export_id
                  LEFT JOIN satchel.export_lease l ON l.export_id = h.id
                 WHERE h.status = 'pending'
                   AND (l.run_after IS NULL OR l.run_after <= statement_timestamp())
                 ORDER BY q.round, q.asked_at
                 LIMIT 1
                   FOR UPDATE OF h SKIP LOCKED
            ), leased AS (
                INSERT INTO satchel.export_lease AS l
                       (export_id, attempt, token, owner, heartbeat_at, expires_at)
                SELECT id,
                       1,
                       gen_random_uuid(),
                       :worker,
                       statement_timestamp(),
                       statement_timestamp() + :lease * interval '1 millisecond'
                  FROM next
                ON CONFLICT (export_id) DO UPDATE
                   SET attempt = l.attempt + 1,
                       token = excluded.token,
                       owner = excluded.owner,
                       heartbeat_at = excluded.heartbeat_at,
                       expires_at = excluded.expires_at,
                       run_after = NULL
                RETURNING export_id, attempt, token
            )
            UPDATE public.export_history h
               SET status = 'processing',
                   started_at = statement_timestamp(),
                   retry_count = leased.attempt - 1,
                   error_message = NULL
              FROM leased
             WHERE h.id = leased.export_id
            RETURNING h.id, h.created_at, h.started_at, leased.attempt, leased.token,
            """ + RequestRow.COLUMNS;

    // Locks nothing but the lease, so that it waits for no other step.
    private static final String HEARTBEAT = """
            UPDATE satchel.export_lease l
               SET heartbeat_at = statement_timestamp(),
                   expires_at = statement_timestamp() + :lease * interval '1 millisecond'
             WHERE l.export_id = :id
               AND l.token = :token
               AND EXISTS (SELECT FROM public.export_history h WHERE h.id = :id AND h.status = 'processing')
            """;

    // A row that another program marked as processing has no lease. That program gets a quarter of an hour from its
    // last change of the row; without an end, the row would block its user's request for ever. The same holds for a
    // lease that never ends. Satchel writes none, and the next heartbeat of a live worker gives it an end.
    private static final String RECLAIM_EXPIRED = """
            WITH lost AS MATERIALIZED (
                SELECT h.id, l.token IS NOT NULL AS leased
                  FROM public.export_history h
                  LEFT JOIN satchel.export_lease l ON l.export_id = h.id
                 WHERE h.status = 'processing'
                   AND (l.expires_at <= statement_timestamp()
                        OR (l.token IS NULL OR l.expires_at = 'infinity')
                           AND h.updated_at <= statement_timestamp() - interval '15 minutes')
                   FOR UPDATE OF h SKIP LOCKED
            ), freed AS (
                UPDATE satchel.export_lease l
                   SET token = NULL,
                       owner = NULL,
                       heartbeat_at = NULL,
                       expires_at = NULL,
                       run_after = CASE WHEN l.attempt > 1
                                        THEN statement_timestamp()
                                             + least(interval '15 minutes',
                                                     interval '10 seconds' * 2 ^ least(l.attempt - 2, 10)) END
                  FROM lost
                 WHERE l.export_id = lost.id
                   AND (l.expires_at <= statement_timestamp() OR l.expires_at = 'infinity')
                   AND l.attempt < :attempts
                RETURNING l.export_id
            ), spent AS (
                DELETE FROM satchel.export_lease l
                 USING lost
                 WHERE l.export_id = lost.id
                   AND (l.expires_at <= statement_timestamp() OR l.expires_at = 'infinity')
                   AND l.attempt >= :attempts
                RETURNING l.export_id
            ), ended AS (
                SELECT export_id, 'pending' AS status FROM freed
                 UNION ALL
                SELECT export_id, 'failed' FROM spent
                 UNION ALL
                SELECT id, 'pending' FROM lost WHERE NOT leased
            )
            UPDATE public.export_history h
               SET status = ended.status,
                   started_at = CASE ended.status WHEN 'failed' THEN h.started_at END,
                   error_message = :error
              FROM ended
             WHERE h.id = ended.export_id
            RETURNING h.id, h.status = 'failed' AS failed
            """;

    private static final Failure WORKER_LOST =
            new Failure(Failure.Code.WORKER_LOST, "the worker that delivered the export stopped answering");

    private final JdbcClient jdbc;
    private final Supplier<DatasetCatalogue> catalogue;
    private final ExportBacklog queue;
    private final ExportOutcomes outcomes;

    ExportLeases(JdbcClient jdbc, Supplier<DatasetCatalogue> catalogue, ExportBacklog queue, ExportOutcomes outcomes) {
        this.jdbc = jdbc;
        this.catalogue = catalogue;
        this.queue = queue;
        this.outcomes = outcomes;
    }

    Optional<Export.Processing> claim(String worker, Duration lease) {
        Optional<Claimed> next = claimNext(worker, lease);
        if (next.isEmpty() && queue.queueTheRest() > 0) {
            next = claimNext(worker, lease);
        }
        return next.map(this::possible);
    }

    private Optional<Claimed> claimNext(String worker, Duration lease) {
        return jdbc.sql(CLAIM_NEXT)
                .param("worker", RequestRow.legible(worker))
                .param("lease", lease.toMillis())
                .query(ExportLeases::claimed)
                .optional();
    }

    private Export.Processing possible(Claimed claimed) {
        try {
            return claimed.processing(catalogue.get());
        } catch (IllegalArgumentException impossible) {
            Failure failure = new Failure(Failure.Code.INVALID_REQUEST, String.valueOf(impossible.getMessage()));
            outcomes.refuse(claimed.id(), claimed.token(), failure);
            throw new ImpossibleExportException(claimed.id(), failure);
        }
    }

    void heartbeat(Export.Processing export, Duration lease) {
        int extended = jdbc.sql(HEARTBEAT)
                .param("id", export.id())
                .param("token", export.token())
                .param("lease", lease.toMillis())
                .update();
        if (extended != 1) {
            throw new StaleExportException(export.id());
        }
    }

    List<ExportHistory.Reclaimed> reclaimExpired(int attempts) {
        List<ExportHistory.Reclaimed> reclaimed = jdbc.sql(RECLAIM_EXPIRED)
                .param("attempts", attempts)
                .param("error", WORKER_LOST.message())
                .query((row, number) ->
                        new ExportHistory.Reclaimed(row.getObject("id", UUID.class), row.getBoolean("failed")))
                .list();
        // Also here, so that they do not wait until the queue is empty.
        queue.queueTheRest();
        return reclaimed;
    }

    private static Claimed claimed(ResultSet row, int number) throws SQLException {
        return new Claimed(
                row.getObject("id", UUID.class),
                RequestRow.of(row),
                ExportOutcomes.instant(row, "created_at"),
                ExportOutcomes.instant(row, "started_at"),
                row.getInt("attempt"),
                row.getObject("token", UUID.class));
    }

    private record Claimed(
            UUID id, RequestRow request, Instant requestedAt, Instant startedAt, int attempt, UUID token) {

        /** @throws IllegalArgumentException if the row asks for what does not exist */
        Export.Processing processing(DatasetCatalogue catalogue) {
            return new Export.Processing(id, request.request(catalogue), requestedAt, startedAt, attempt, token);
        }
    }
}

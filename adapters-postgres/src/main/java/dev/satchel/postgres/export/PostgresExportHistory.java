package dev.satchel.postgres.export;

import dev.satchel.UnknownUserException;
import dev.satchel.UserId;
import dev.satchel.export.DeliveredFile;
import dev.satchel.export.Export;
import dev.satchel.export.ExportFormat;
import dev.satchel.export.ExportHistory;
import dev.satchel.export.ExportRequest;
import dev.satchel.export.Failure;
import dev.satchel.export.ImpossibleExportException;
import dev.satchel.export.StaleExportException;
import dev.satchel.export.TooManyExportsException;
import dev.satchel.record.Dataset;
import dev.satchel.record.DatasetCatalogue;
import dev.satchel.record.ExportFilters;
import dev.satchel.record.ExportType;
import dev.satchel.record.HiddenRecords;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.NonTransientDataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The history in {@code public.export_history}, with the leases in {@code satchel.export_lease}.
 *
 * <p>A step locks the export's row first and finds its lease afterwards, by a write that looks at the newest token. So a
 * worker that waited for the row while the lease passed on is refused, and deleting an account, which takes the same
 * locks in the same order, never deadlocks with a step.
 */
final class PostgresExportHistory implements ExportHistory {

    // Finds nothing when an equal request was committed by another after this statement began. One that ended after it
    // began still looks active to the second half, although the first could add another.
    private static final String REQUEST = """
            WITH added AS (
                INSERT INTO public.export_history (user_id, export_type, export_format, filters)
                VALUES (:user, :type, :format, nullif(jsonb_object(:names::text[], :values::text[]), '{}'))
                ON CONFLICT (user_id, export_type, export_format, coalesce(filters, '{}'::jsonb))
                      WHERE status IN ('pending', 'processing')
                      DO NOTHING
                RETURNING id
            )
            SELECT id, true AS added
              FROM added
             UNION ALL
            SELECT id, false AS added
              FROM public.export_history
             WHERE user_id = :user
               AND export_type = :type
               AND export_format = :format
               AND coalesce(filters, '{}'::jsonb) = jsonb_object(:names::text[], :values::text[])
               AND status IN ('pending', 'processing')
               AND NOT EXISTS (SELECT FROM added)
            """;

    private static final String REQUEST_FOR_ALL_USERS = """
            INSERT INTO public.export_history (user_id, export_type, export_format, filters)
            SELECT user_id, :type, :format, nullif(jsonb_object(:names::text[], :values::text[]), '{}')
              FROM satchel.users_with_room() AS user_id
            ON CONFLICT (user_id, export_type, export_format, coalesce(filters, '{}'::jsonb))
                  WHERE status IN ('pending', 'processing')
                  DO NOTHING
            RETURNING id
            """;

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
            RETURNING h.id, h.user_id, h.export_type, h.export_format, h.created_at, h.started_at,
                      leased.attempt, leased.token, jsonb_typeof(h.filters) AS filters_kind,
                      ARRAY(SELECT f.key
                              FROM jsonb_each_text(CASE jsonb_typeof(h.filters)
                                                   WHEN 'object' THEN h.filters ELSE '{}' END) AS f
                             ORDER BY f.key) AS filter_names,
                      ARRAY(SELECT f.value
                              FROM jsonb_each_text(CASE jsonb_typeof(h.filters)
                                                   WHEN 'object' THEN h.filters ELSE '{}' END) AS f
                             ORDER BY f.key) AS filter_values
            """;

    // Rows that were written while the triggers were off have no place in the queue.
    private static final String QUEUE_THE_REST = "SELECT satchel.queue_the_rest()";

    // A row in processing without a lease is another program's. The delay is rounded up, so that it is due by then; one
    // without an end has none, and before version 17 nothing could be taken from infinity.
    private static final String FIND_BACKLOG = """
            SELECT h.status,
                   CASE h.status WHEN 'pending' THEN coalesce(split_part(h.error_message, ':', 1), '') END AS code,
                   count(*) AS exports,
                   count(*) FILTER (WHERE l.heartbeat_at <= statement_timestamp()
                                                            - :silence * interval '1 millisecond') AS silent,
                   ceil(extract(epoch FROM
                       min(greatest(l.run_after, statement_timestamp()))
                           FILTER (WHERE coalesce(l.run_after < 'infinity', true))
                       - statement_timestamp()) * 1000)::bigint
                       AS milliseconds
              FROM public.export_history h
              LEFT JOIN satchel.export_lease l ON l.export_id = h.id
             WHERE h.status = 'pending'
                OR h.status = 'processing' AND l.token IS NOT NULL
             GROUP BY 1, 2
            """;

    // Locks nothing but the lease, so that it waits for no other step.
    private static final String HEARTBEAT = """
            UPDATE satchel.export_lease l
               SET heartbeat_at = statement_timestamp(),
                   expires_at = statement_timestamp() + :lease * interval '1 millisecond'
             WHERE l.export_id = :id
               AND l.token = :token
               AND EXISTS (SELECT FROM public.export_history h WHERE h.id = :id AND h.status = 'processing')
            """;

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
                   data = jsonb_build_object(
                       'manifest_version', 1,
                       'content_type', :contentType::text,
                       'bytes', :bytes::bigint,
                       'sha256', :sha256::text,
                       'snapshot_at', :snapshotAt::text,
                       'schema_version', :schemaVersion::text,
                       'records', (SELECT coalesce(jsonb_object_agg(d.name, d.records), '{}')
                                     FROM unnest(:datasets::text[], :counts::bigint[]) AS d (name, records)),
                       'absent', to_jsonb(:absent::text[]),
                       'entries', (SELECT coalesce(jsonb_agg(jsonb_build_object(
                                              'name', e.name, 'bytes', e.bytes, 'sha256', e.sha256)
                                              ORDER BY e.position), '[]')
                                     FROM unnest(:entryNames::text[], :entryBytes::bigint[], :entrySums::text[])
                                          WITH ORDINALITY AS e (name, bytes, sha256, position)))
                       || CASE cardinality(:gapDatasets::text[])
                              WHEN 0 THEN '{}'
                              ELSE jsonb_build_object('left_out',
                                      (SELECT jsonb_agg(jsonb_build_object(
                                                  'dataset', g.dataset, 'table', g.name, 'records', g.records,
                                                  'reason', g.reason)
                                                  ORDER BY g.position)
                                         FROM unnest(:gapDatasets::text[], :gapTables::text[],
                                                     :gapRecords::bigint[], :gapReasons::text[])
                                              WITH ORDINALITY AS g (dataset, name, records, reason, position)))
                          END,
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

    private static final String RESUME = """
            WITH waiting AS MATERIALIZED (
                SELECT h.id
                  FROM public.export_history h
                  JOIN satchel.export_lease l ON l.export_id = h.id
                 WHERE h.status = 'pending'
                   AND split_part(h.error_message, ':', 1) = ANY (:codes::text[])
                   AND l.run_after > statement_timestamp()
                   FOR UPDATE OF h SKIP LOCKED
            )
            UPDATE satchel.export_lease l
               SET run_after = NULL
              FROM waiting
             WHERE l.export_id = waiting.id
               AND l.token IS NULL
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

    // A row that another program marked as processing has no lease. That program gets a quarter of an hour from its
    // last
    // word; without an end, the row would block its user's request for ever. So does one whose lease never ends, which
    // none of Satchel's has: a worker that lives gives it an end with its next heartbeat.
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
                       expires_at = NULL
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
            RETURNING h.id, h.status = 'failed' AS given_up
            """;

    private static final String FIND_FAILED = """
            SELECT h.user_id, h.export_type, h.export_format, jsonb_typeof(h.filters) AS filters_kind,
                   ARRAY(SELECT f.key
                           FROM jsonb_each_text(CASE jsonb_typeof(h.filters)
                                                WHEN 'object' THEN h.filters ELSE '{}' END) AS f
                          ORDER BY f.key) AS filter_names,
                   ARRAY(SELECT f.value
                           FROM jsonb_each_text(CASE jsonb_typeof(h.filters)
                                                WHEN 'object' THEN h.filters ELSE '{}' END) AS f
                          ORDER BY f.key) AS filter_values
              FROM public.export_history h
             WHERE h.id = :id
               AND h.status = 'failed'
            """;

    // As many of a user as may be under way; the rest can be asked for again once those have ended.
    private static final String REQUEST_AGAIN = """
            INSERT INTO public.export_history (user_id, export_type, export_format, filters)
            SELECT user_id, export_type, export_format, filters
              FROM (SELECT f.user_id, f.export_type, f.export_format, f.filters,
                           row_number() OVER (PARTITION BY f.user_id ORDER BY f.created_at DESC, f.id)
                               + (SELECT count(*)
                                    FROM public.export_history active
                                   WHERE active.user_id = f.user_id
                                     AND active.status IN ('pending', 'processing')) AS place
                      FROM public.export_history f
                     WHERE f.status = 'failed'
                       AND split_part(f.error_message, ':', 1) = :code
                       AND NOT EXISTS (SELECT
                                         FROM public.export_history later
                                        WHERE later.user_id = f.user_id
                                          AND later.created_at > f.created_at
                                          AND later.export_type = f.export_type
                                          AND later.export_format = f.export_format
                                          AND coalesce(later.filters, '{}') = coalesce(f.filters, '{}'))) AS failed
             WHERE place <= :most
            ON CONFLICT (user_id, export_type, export_format, coalesce(filters, '{}'::jsonb))
                  WHERE status IN ('pending', 'processing')
                  DO NOTHING
            RETURNING id
            """;

    private static final Failure WORKER_LOST =
            new Failure(Failure.Code.WORKER_LOST, "the worker that delivered the export stopped answering");

    /** What an export waits for that only the operator can help. */
    private static final Set<String> OPERATOR_CODES = Arrays.stream(Failure.Code.values())
            .filter(code -> code.verdict() == Failure.Verdict.OPERATOR)
            .map(Failure.Code::code)
            .collect(Collectors.toUnmodifiableSet());

    private static final String FOREIGN_KEY_VIOLATION = "23503";

    /** What the database says when a user would have more exports under way than {@link #MOST_ACTIVE}. */
    private static final String TOO_MANY_REQUESTS = "PT429";

    /** Longer than every name and value that a request can rightly hold. */
    private static final int LONGEST_QUOTE = 60;

    private final JdbcClient jdbc;
    private final DatasetCatalogue catalogue;

    public PostgresExportHistory(JdbcClient jdbc, DatasetCatalogue catalogue) {
        this.jdbc = jdbc;
        this.catalogue = catalogue;
    }

    @Override
    public Requested request(ExportRequest request) {
        // Ends: a round without an answer means that another request was added or ended meanwhile.
        while (true) {
            Optional<Requested> answer = requestOnce(request);
            if (answer.isPresent()) {
                return answer.get();
            }
        }
    }

    private Optional<Requested> requestOnce(ExportRequest request) {
        try {
            return asking(REQUEST, request.type(), request.format(), request.filters())
                    .param("user", request.user().value())
                    .query((row, number) ->
                            new Requested(row.getObject("id", UUID.class), request.user(), row.getBoolean("added")))
                    .optional();
        } catch (NonTransientDataAccessException refused) {
            String state = refused.getMostSpecificCause() instanceof SQLException cause ? cause.getSQLState() : null;
            if (FOREIGN_KEY_VIOLATION.equals(state)) {
                throw new UnknownUserException(request.user());
            }
            if (TOO_MANY_REQUESTS.equals(state)) {
                throw new TooManyExportsException(request.user());
            }
            throw refused;
        }
    }

    @Override
    public List<UUID> requestForAllUsers(ExportType type, ExportFormat format, ExportFilters filters) {
        ExportRequest forAnyone = new ExportRequest(new UserId(new UUID(0, 0)), type, format, filters);
        return asking(REQUEST_FOR_ALL_USERS, forAnyone.type(), forAnyone.format(), forAnyone.filters())
                .query(PostgresExportHistory::id)
                .list();
    }

    private JdbcClient.StatementSpec asking(String sql, ExportType type, ExportFormat format, ExportFilters filters) {
        Map<String, String> texts = new TreeMap<>(filters.texts());
        return jdbc.sql(sql)
                .param("type", type.name())
                .param("format", format.code())
                .param("names", texts.keySet().toArray(String[]::new))
                .param("values", texts.values().toArray(String[]::new));
    }

    @Override
    public Optional<Export.Processing> claim(String worker, Duration lease) {
        Optional<Claimed> next = claimNext(worker, lease);
        if (next.isEmpty() && queueTheRest() > 0) {
            next = claimNext(worker, lease);
        }
        return next.map(this::possible);
    }

    private Optional<Claimed> claimNext(String worker, Duration lease) {
        return jdbc.sql(CLAIM_NEXT)
                .param("worker", legible(worker))
                .param("lease", lease.toMillis())
                .query(PostgresExportHistory::claimed)
                .optional();
    }

    private Export.Processing possible(Claimed claimed) {
        try {
            return claimed.processing(catalogue);
        } catch (IllegalArgumentException impossible) {
            Failure failure = new Failure(Failure.Code.INVALID_REQUEST, String.valueOf(impossible.getMessage()));
            refuse(claimed, failure);
            throw new ImpossibleExportException(claimed.id(), failure);
        }
    }

    private int queueTheRest() {
        return jdbc.sql(QUEUE_THE_REST).query(Integer.class).single();
    }

    private void refuse(Claimed export, Failure failure) {
        // No row changes when its user deleted it meanwhile, which ends it just as well.
        jdbc.sql(FAIL)
                .param("id", export.id())
                .param("token", export.token())
                .param("error", failure.message())
                .query(Integer.class)
                .optional();
    }

    @Override
    public Backlog backlog(Duration silence) {
        Map<String, Long> pending = new TreeMap<>();
        List<Duration> due = new ArrayList<>();
        long[] leases = new long[2];
        jdbc.sql(FIND_BACKLOG).param("silence", silence.toMillis()).query(row -> {
            if (row.getString("status").equals("processing")) {
                leases[0] = row.getLong("exports") - row.getLong("silent");
                leases[1] = row.getLong("silent");
                return;
            }
            pending.put(row.getString("code"), row.getLong("exports"));
            Long milliseconds = row.getObject("milliseconds", Long.class);
            if (milliseconds == null) {
                return;
            }
            Duration delay = Duration.ofMillis(milliseconds);
            if (delay.isZero() || !OPERATOR_CODES.contains(row.getString("code"))) {
                due.add(delay);
            }
        });
        return new Backlog(due.stream().min(Comparator.naturalOrder()), pending, leases[0], leases[1]);
    }

    @Override
    public void heartbeat(Export.Processing export, Duration lease) {
        int extended = jdbc.sql(HEARTBEAT)
                .param("id", export.id())
                .param("token", export.token())
                .param("lease", lease.toMillis())
                .update();
        if (extended != 1) {
            throw new StaleExportException(export.id());
        }
    }

    @Override
    public Export.Completed complete(Export.Processing export, DeliveredFile file, Duration retention) {
        return publish(export, file, retention)
                // A second statement, because it must see what the first one may have waited for.
                .or(() -> findPublished(export, file))
                .orElseThrow(() -> new StaleExportException(export.id()));
    }

    private Optional<Export.Completed> publish(Export.Processing export, DeliveredFile file, Duration retention) {
        Map<Dataset, Long> records = file.records();
        List<DeliveredFile.Entry> entries = file.entries();
        return jdbc.sql(COMPLETE)
                .param("id", export.id())
                .param("token", export.token())
                .param("url", file.location().toString())
                .param("records", file.recordCount())
                .param("bytes", file.bytes())
                .param("contentType", file.contentType())
                .param("sha256", file.sha256())
                .param("snapshotAt", file.snapshotAt().toString())
                .param("schemaVersion", file.schemaVersion())
                .param("datasets", records.keySet().stream().map(Dataset::name).toArray(String[]::new))
                .param("counts", records.values().toArray(Long[]::new))
                .param("absent", file.absent().stream().map(Dataset::name).toArray(String[]::new))
                .param(
                        "entryNames",
                        entries.stream().map(DeliveredFile.Entry::name).toArray(String[]::new))
                .param(
                        "entryBytes",
                        entries.stream().map(DeliveredFile.Entry::bytes).toArray(Long[]::new))
                .param(
                        "entrySums",
                        entries.stream().map(DeliveredFile.Entry::sha256).toArray(String[]::new))
                .param(
                        "gapDatasets",
                        file.hidden().stream().map(gap -> gap.dataset().name()).toArray(String[]::new))
                .param(
                        "gapTables",
                        file.hidden().stream().map(HiddenRecords::table).toArray(String[]::new))
                .param(
                        "gapRecords",
                        file.hidden().stream().map(HiddenRecords::records).toArray(Long[]::new))
                .param(
                        "gapReasons",
                        file.hidden().stream().map(HiddenRecords::reason).toArray(String[]::new))
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

    @Override
    public Export.Pending retry(Export.Processing export, Failure failure, Duration delay) {
        int attempts = attemptsAfter(
                export, step(RETRY, export).param("error", failure.message()).param("delay", delay.toMillis()));
        return new Export.Pending(export.id(), export.request(), export.requestedAt(), attempts);
    }

    @Override
    public Export.Pending postpone(Export.Processing export, Failure failure, Duration delay) {
        int attempts = attemptsAfter(
                export, step(POSTPONE, export).param("error", failure.message()).param("delay", delay.toMillis()));
        return new Export.Pending(export.id(), export.request(), export.requestedAt(), attempts);
    }

    @Override
    public void resume() {
        jdbc.sql(RESUME).param("codes", OPERATOR_CODES.toArray(String[]::new)).update();
    }

    @Override
    public Export.Pending release(Export.Processing export) {
        int attempts = attemptsAfter(export, step(RELEASE, export));
        return new Export.Pending(export.id(), export.request(), export.requestedAt(), attempts);
    }

    @Override
    public Export.Failed fail(Export.Processing export, Failure failure) {
        int attempts = attemptsAfter(export, step(FAIL, export).param("error", failure.message()));
        return new Export.Failed(export.id(), export.request(), failure, attempts);
    }

    private JdbcClient.StatementSpec step(String sql, Export.Processing export) {
        return jdbc.sql(sql).param("id", export.id()).param("token", export.token());
    }

    private static int attemptsAfter(Export.Processing export, JdbcClient.StatementSpec step) {
        return step.query(Integer.class).optional().orElseThrow(() -> new StaleExportException(export.id()));
    }

    @Override
    public List<Reclaimed> reclaimExpired(int attempts) {
        List<Reclaimed> reclaimed = jdbc.sql(RECLAIM_EXPIRED)
                .param("attempts", attempts)
                .param("error", WORKER_LOST.message())
                .query((row, number) -> new Reclaimed(row.getObject("id", UUID.class), row.getBoolean("given_up")))
                .list();
        // Also here, so that they do not wait until the queue is empty.
        queueTheRest();
        return reclaimed;
    }

    @Override
    public Optional<Requested> requestAgain(UUID failed) {
        return jdbc.sql(FIND_FAILED)
                .param("id", failed)
                .query((row, number) -> asked(row).request(catalogue))
                .optional()
                .map(this::request);
    }

    @Override
    public List<UUID> requestAgain(Failure.Code code) {
        return jdbc.sql(REQUEST_AGAIN)
                .param("code", code.code())
                .param("most", MOST_ACTIVE)
                .query(PostgresExportHistory::id)
                .list();
    }

    private static Export.Completed completed(Export.Processing export, DeliveredFile file, ResultSet row)
            throws SQLException {
        return new Export.Completed(
                export.id(), export.request(), file, instant(row, "completed_at"), instant(row, "expires_at"));
    }

    private static Claimed claimed(ResultSet row, int number) throws SQLException {
        return new Claimed(
                row.getObject("id", UUID.class),
                asked(row),
                instant(row, "created_at"),
                instant(row, "started_at"),
                row.getInt("attempt"),
                row.getObject("token", UUID.class));
    }

    private static Asked asked(ResultSet row) throws SQLException {
        return new Asked(
                new UserId(row.getObject("user_id", UUID.class)),
                row.getString("export_type"),
                row.getString("export_format"),
                row.getString("filters_kind"),
                texts(row, "filter_names"),
                texts(row, "filter_values"));
    }

    private static UUID id(ResultSet row, int number) throws SQLException {
        return row.getObject("id", UUID.class);
    }

    private static List<@Nullable String> texts(ResultSet row, String column) throws SQLException {
        List<@Nullable String> texts = new ArrayList<>();
        for (Object text : (Object[]) row.getArray(column).getArray()) {
            texts.add((String) text);
        }
        return texts;
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    // What is cut or replaced here was wrong before, and stays so; the message that quotes it stays one readable line.
    private static String legible(String text) {
        StringBuilder legible = new StringBuilder();
        text.codePoints()
                .limit(LONGEST_QUOTE)
                .map(point -> Character.isISOControl(point) || Character.getType(point) == Character.FORMAT
                        ? '\uFFFD'
                        : point)
                .forEach(legible::appendCodePoint);
        return text.codePointCount(0, text.length()) > LONGEST_QUOTE
                ? legible.append('\u2026').toString()
                : legible.toString();
    }

    private record Claimed(UUID id, Asked asked, Instant requestedAt, Instant startedAt, int attempt, UUID token) {

        /** @throws IllegalArgumentException if the row asks for what does not exist */
        Export.Processing processing(DatasetCatalogue catalogue) {
            return new Export.Processing(id, asked.request(catalogue), requestedAt, startedAt, attempt, token);
        }
    }

    /** What a row asks for, as it was written, by Satchel or by anybody else. */
    private record Asked(
            UserId user,
            String type,
            String format,
            @Nullable String filtersKind,
            List<@Nullable String> filterNames,
            List<@Nullable String> filterValues) {

        /** @throws IllegalArgumentException if the row asks for what does not exist */
        ExportRequest request(DatasetCatalogue catalogue) {
            return new ExportRequest(
                    user, catalogue.type(legible(type)), ExportFormat.of(legible(format)), ExportFilters.of(filters()));
        }

        private Map<String, String> filters() {
            if (filtersKind != null && !filtersKind.equals("object")) {
                throw new IllegalArgumentException(
                        "the filters are a JSON " + filtersKind + ": expected an object of names and values");
            }
            Map<String, String> filters = new TreeMap<>();
            for (int index = 0; index < filterNames.size(); index++) {
                String name = legible(String.valueOf(filterNames.get(index)));
                String value = filterValues.get(index);
                if (value == null) {
                    throw new IllegalArgumentException("the filter '" + name + "' has no value");
                }
                filters.put(name, legible(value));
            }
            return filters;
        }
    }
}

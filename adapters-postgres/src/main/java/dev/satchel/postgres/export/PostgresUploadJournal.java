package dev.satchel.postgres.export;

import dev.satchel.export.Export;
import dev.satchel.store.UploadJournal;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The journal in {@code satchel.upload_journal}, whose rows outlive the exports they were written for. */
final class PostgresUploadJournal implements UploadJournal {

    // Written to the store that is expected at the longest root.
    static final String OPEN = """
            INSERT INTO satchel.upload_journal (url, export_id, token, opened_at, store_id)
            SELECT :url,
                   :id,
                   :token,
                   statement_timestamp(),
                   (SELECT id
                      FROM satchel.store
                     WHERE starts_with(:url, root)
                     ORDER BY length(root) DESC, generation DESC
                     LIMIT 1)
            """;

    private static final String UNANSWERED = """
            UPDATE satchel.upload_journal
               SET unanswered_at = statement_timestamp()
             WHERE url = :url
            """;

    // A login from which row security hides the exports would take every file for one that has lost its row.
    private static final String SEES_EVERY_EXPORT = """
            SELECT NOT row_security_active('public.export_history')
                   OR pg_has_role(current_user, 'satchel_exports', 'USAGE')
            """;

    /** What the database accepts as a location. */
    static final String LOCATION =
            "^[a-z][a-z0-9+.-]*://[A-Za-z0-9._~$&+,;=:@-]*/" + "([A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})+$";

    // The row was updated whenever one of its attempts ended, so the grace counts from then at the earliest. A lease
    // that ended but was not taken back keeps its file: the worker may be late, and could still publish it. A lease of
    // an export that was ended by hand keeps nothing.
    // No export promises a file that never expires: it goes once its row has stayed so for the grace.
    // In no order, so that objects which cannot be removed today do not keep the others waiting.
    private static final String DUE = """
            WITH files AS (
                SELECT f.url,
                       f.export_id,
                       f.store_id,
                       CASE
                           WHEN f.store_id IS NULL THEN starts_with(f.url, :root)
                           ELSE f.store_id IS NOT DISTINCT FROM here.id
                       END AS here,
                       CASE
                           WHEN a.url IS NOT NULL THEN NULL
                           WHEN h.id IS NULL THEN
                               CASE WHEN f.published_at IS NOT NULL
                                         OR f.opened_at <= CASE WHEN f.token = f.export_id
                                                                THEN due.before_archive ELSE due.before END
                                    THEN 'ROW_DELETED' END
                           WHEN h.file_url = f.url AND f.published_at IS NOT NULL THEN
                               CASE WHEN h.expires_at <= statement_timestamp()
                                         -- No link leads to it either.
                                         OR coalesce(h.expires_at, 'infinity') = 'infinity'
                                            AND h.updated_at <= due.before
                                    THEN 'EXPIRED' END
                           WHEN f.token IS DISTINCT FROM l.token
                                AND f.opened_at <= due.before
                                AND h.updated_at <= due.before THEN 'NEVER_PUBLISHED'
                       END AS reason
                  FROM satchel.upload_journal f
                 -- A file of the archive, whose two ids are one, is published within half a day or never.
                 CROSS JOIN (SELECT moment.before, least(moment.before, statement_timestamp() - interval '1 day')
                                                   AS before_archive
                               FROM (SELECT statement_timestamp() - :grace * interval '1 millisecond' AS before) moment
                            ) due
                 CROSS JOIN (SELECT (SELECT id
                                       FROM satchel.store
                                      WHERE root = :root
                                      ORDER BY generation DESC
                                      LIMIT 1) AS id) here
                  LEFT JOIN satchel.export_archive a ON a.url = f.url
                  LEFT JOIN public.export_history h ON h.id = f.export_id
                  LEFT JOIN satchel.export_lease l ON l.export_id = f.export_id AND h.status = 'processing'
                 WHERE f.url COLLATE "C" ~ :location
            )
            """;

    private static final String FIND_LEFTOVERS = DUE + """
            SELECT url, export_id, reason
              FROM files
             WHERE here
               AND reason IS NOT NULL
             ORDER BY random()
             LIMIT :limit
            """;

    private static final String FIND_UNREADABLE = """
            SELECT url, export_id
              FROM satchel.upload_journal
             WHERE url COLLATE "C" !~ :location
             ORDER BY url
             LIMIT :limit
            """;

    // Files that are older than the record of stores are told apart by what is left of their URLs without the last two
    // parts, which
    // name the export and the attempt.
    private static final String FIND_ELSEWHERE = DUE + """
            SELECT coalesce(s.root, regexp_replace(files.url, '^([^/]*//[^/]*/(.*/|))[^/]+/[^/]*$', '\\1')) AS root, count(*) AS objects
              FROM files
              LEFT JOIN satchel.store s ON s.id = files.store_id
             WHERE NOT files.here
               AND files.reason IS NOT NULL
             GROUP BY 1
             ORDER BY 1
            """;

    private static final String FIND_PUBLISHED = """
            SELECT url
              FROM satchel.upload_journal
             WHERE published_at IS NOT NULL
               AND unanswered_at IS NULL
               AND url COLLATE "C" ~ :location
               AND CASE
                       WHEN store_id IS NULL THEN starts_with(url, :root)
                       ELSE store_id = (SELECT id
                                          FROM satchel.store
                                         WHERE root = :root
                                         ORDER BY generation DESC
                                         LIMIT 1)
                   END
             ORDER BY published_at DESC
             LIMIT :limit
            """;

    // Published by the last request, a file had all answers unless something else is noted. Of an attempt that never
    // published, the last request is not known: it was sent before the row last changed, or on the day of its begin,
    // because no attempt lasts longer.
    private static final String FIND_SETTLED = """
            SELECT CASE
                       WHEN f.published_at IS NOT NULL THEN f.unanswered_at IS NULL OR f.unanswered_at <= due.before
                       WHEN h.id IS NULL THEN f.opened_at <= due.before - interval '1 day'
                       ELSE greatest(f.opened_at, f.unanswered_at, h.updated_at) <= due.before
                   END
              FROM satchel.upload_journal f
             CROSS JOIN (SELECT statement_timestamp() - :lifetime * interval '1 millisecond' AS before) due
              LEFT JOIN public.export_history h ON h.id = f.export_id
             WHERE f.url = :url
            """;

    private static final String REMOVE = """
            WITH removed AS (
                SELECT url, export_id
                  FROM satchel.upload_journal
                 WHERE url = :url
            ), forgotten AS (
                DELETE FROM satchel.upload_journal f
                 USING removed
                 WHERE f.url = removed.url
                   AND :settled
            )
            UPDATE public.export_history h
               SET file_url = NULL,
                   data = CASE jsonb_typeof(h.data) WHEN 'object' THEN h.data ELSE '{}' END
                          || jsonb_build_object('expired_at', to_char(
                                 statement_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
              FROM removed
             WHERE h.id = removed.export_id
               AND h.file_url = removed.url
            """;

    private final JdbcClient jdbc;

    public PostgresUploadJournal(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    @Override
    public void opened(Export.Processing export, URI location) {
        jdbc.sql(OPEN)
                .param("url", location.toString())
                .param("id", export.id())
                .param("token", export.token())
                .update();
    }

    @Override
    public void unanswered(URI location) {
        jdbc.sql(UNANSWERED).param("url", location.toString()).update();
    }

    @Override
    public List<Leftover> leftovers(URI root, Duration grace, int limit) {
        requireSight();
        return jdbc.sql(FIND_LEFTOVERS)
                .param("root", root.toString())
                .param("grace", grace.toMillis())
                .param("location", LOCATION)
                .param("limit", limit)
                .query((row, number) -> new Leftover(
                        URI.create(row.getString("url")),
                        row.getObject("export_id", UUID.class),
                        Reason.valueOf(row.getString("reason"))))
                .list();
    }

    @Override
    public List<Unreadable> unreadable(int limit) {
        return jdbc.sql(FIND_UNREADABLE)
                .param("location", LOCATION)
                .param("limit", limit)
                .query((row, number) -> new Unreadable(row.getString("url"), row.getObject("export_id", UUID.class)))
                .list();
    }

    @Override
    public List<Elsewhere> elsewhere(URI root, Duration grace) {
        requireSight();
        return jdbc.sql(FIND_ELSEWHERE)
                .param("root", root.toString())
                .param("grace", grace.toMillis())
                .param("location", LOCATION)
                .query((row, number) -> new Elsewhere(row.getString("root"), row.getLong("objects")))
                .list();
    }

    private void requireSight() {
        if (!jdbc.sql(SEES_EVERY_EXPORT).query(Boolean.class).single()) {
            throw new IllegalStateException(
                    "row security hides exports from this database user, so their files cannot be told from leftovers:"
                            + " log in as a member of satchel_exports");
        }
    }

    @Override
    public List<URI> published(URI root, int limit) {
        return jdbc.sql(FIND_PUBLISHED)
                .param("root", root.toString())
                .param("location", LOCATION)
                .param("limit", limit)
                .query((row, number) -> URI.create(row.getString("url")))
                .list();
    }

    @Override
    public void deleted(URI location) {
        removed(location, true);
    }

    @Override
    public boolean isSettled(URI location, Duration requestLifetime) {
        return requestLifetime.isZero()
                || jdbc.sql(FIND_SETTLED)
                        .param("url", location.toString())
                        .param("lifetime", requestLifetime.toMillis())
                        .query(Boolean.class)
                        .optional()
                        .orElse(true);
    }

    @Override
    public void removed(URI location, boolean settled) {
        jdbc.sql(REMOVE)
                .param("url", location.toString())
                .param("settled", settled)
                .update();
    }
}

package dev.satchel.postgres;

import dev.satchel.export.Export;
import dev.satchel.export.FileLedger;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The ledger in {@code satchel.export_file}, whose rows outlive the exports they were written for. */
final class PostgresFileLedger implements FileLedger {

    private static final String OPEN = """
            INSERT INTO satchel.export_file (url, export_id, token, opened_at)
            VALUES (:url, :id, :token, statement_timestamp())
            """;

    // To somebody from whom row security hides the exports, every file would seem to have lost its row.
    private static final String SEES_EVERY_EXPORT = """
            SELECT NOT row_security_active('public.export_history')
                   OR pg_has_role(current_user, 'satchel_exports', 'USAGE')
            """;

    /** What the database accepts as a location since V012; a row from before may be anything. */
    static final String LOCATION =
            "^[a-z][a-z0-9+.-]*://[A-Za-z0-9._~$&+,;=:@-]*/" + "([A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})+$";

    // The row was updated whenever one of its attempts ended, so the grace counts from then at the earliest. A lease
    // that ended but was not taken back keeps its file: the worker may be late, and could still publish it. A lease of
    // an export that somebody ended by hand keeps nothing.
    // In no order, so that objects which cannot be removed today do not keep the others waiting.
    private static final String FIND_LEFTOVERS = """
            SELECT url, export_id, reason
              FROM (SELECT f.url,
                           f.export_id,
                           CASE
                               WHEN h.id IS NULL THEN
                                   CASE WHEN f.published_at IS NOT NULL OR f.opened_at <= due.before
                                        THEN 'ROW_DELETED' END
                               WHEN h.file_url = f.url AND f.published_at IS NOT NULL THEN
                                   CASE WHEN h.expires_at <= statement_timestamp()
                                        THEN 'EXPIRED' END
                               WHEN f.token IS DISTINCT FROM l.token
                                    AND f.opened_at <= due.before
                                    AND h.updated_at <= due.before THEN 'NEVER_PUBLISHED'
                           END AS reason
                      FROM satchel.export_file f
                     CROSS JOIN (SELECT statement_timestamp() - :grace * interval '1 millisecond' AS before) due
                      LEFT JOIN public.export_history h ON h.id = f.export_id
                      LEFT JOIN satchel.export_lease l ON l.export_id = f.export_id AND h.status = 'processing'
                     WHERE f.url COLLATE "C" ~ :location) files
             WHERE reason IS NOT NULL
             ORDER BY random()
             LIMIT :limit
            """;

    private static final String FIND_UNREADABLE = """
            SELECT url, export_id
              FROM satchel.export_file
             WHERE url COLLATE "C" !~ :location
             ORDER BY url
             LIMIT :limit
            """;

    private static final String FORGET = """
            WITH gone AS (
                DELETE FROM satchel.export_file
                 WHERE url = :url
                RETURNING export_id, url
            )
            UPDATE public.export_history h
               SET file_url = NULL,
                   data = CASE jsonb_typeof(h.data) WHEN 'object' THEN h.data ELSE '{}' END
                          || jsonb_build_object('expired_at', to_char(
                                 statement_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
              FROM gone
             WHERE h.id = gone.export_id
               AND h.file_url = gone.url
            """;

    private final JdbcClient jdbc;

    PostgresFileLedger(JdbcClient jdbc) {
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
    public List<Leftover> leftovers(Duration grace, int limit) {
        if (!jdbc.sql(SEES_EVERY_EXPORT).query(Boolean.class).single()) {
            throw new IllegalStateException(
                    "row security hides exports from this database user, so their files cannot be told from leftovers:"
                            + " log in as a member of satchel_exports");
        }
        return jdbc.sql(FIND_LEFTOVERS)
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
    public void deleted(URI location) {
        jdbc.sql(FORGET).param("url", location.toString()).update();
    }
}

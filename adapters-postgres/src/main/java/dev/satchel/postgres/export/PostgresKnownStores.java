package dev.satchel.postgres.export;

import dev.satchel.store.KnownStore;
import dev.satchel.store.KnownStores;
import java.net.URI;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The stores in {@code satchel.store}. Every step is one statement. */
final class PostgresKnownStores implements KnownStores {

    private static final String FIND = """
            SELECT id, root, address, marked_at IS NOT NULL AS marked
              FROM satchel.store
             WHERE root = :root
             ORDER BY generation DESC
             LIMIT 1
            """;

    // Adds nothing where a store is known; of several at once, the unique constraint lets one through.
    private static final String ADD = """
            INSERT INTO satchel.store (root, generation, address)
            SELECT :root, 1, :address
             WHERE NOT EXISTS (SELECT FROM satchel.store WHERE root = :root)
            ON CONFLICT (root, generation) DO NOTHING
            """;

    private static final String MARKED = """
            WITH marked AS (
                UPDATE satchel.store
                   SET marked_at = coalesce(marked_at, statement_timestamp())
                 WHERE id = :id
                RETURNING id, root
            )
            UPDATE satchel.upload_journal f
               SET store_id = marked.id
              FROM marked
             WHERE f.store_id IS NULL
               AND starts_with(f.url, marked.root)
               AND f.url COLLATE "C" ~ :location
            """;

    private static final String REPLACE = """
            INSERT INTO satchel.store (root, generation, address)
            SELECT root, max(generation) + 1, :address
              FROM satchel.store
             WHERE root = :root
             GROUP BY root
            RETURNING id, root, address, false AS marked
            """;

    private static final String REINSTATE = """
            UPDATE satchel.store
               SET generation = latest.generation + 1
              FROM (SELECT max(generation) AS generation FROM satchel.store WHERE root = :root) latest
             WHERE id = :id
               AND store.generation < latest.generation
            """;

    // Files that are older than the record of stores are told apart by what is left of their URLs without the last two
    // parts, which
    // name the export and the attempt.
    private static final String FIND_ALL = """
            SELECT s.id,
                   s.root,
                   s.address,
                   s.marked_at IS NOT NULL AS marked,
                   s.generation = max(s.generation) OVER (PARTITION BY s.root) AS expected,
                   (SELECT count(*) FROM satchel.upload_journal f WHERE f.store_id = s.id) AS files
              FROM satchel.store s
             UNION ALL
            SELECT NULL, regexp_replace(url, '^([^/]*//[^/]*/(.*/|))[^/]+/[^/]*$', '\\1'), NULL, false, false, count(*)
              FROM satchel.upload_journal
             WHERE store_id IS NULL
               AND url COLLATE "C" ~ :location
             GROUP BY 2
             ORDER BY 2, 5 DESC, 1
            """;

    private static final String FORGET = """
            WITH files AS (
                DELETE FROM satchel.upload_journal
                 WHERE store_id = :id
                    OR :id::uuid IS NULL
                       AND store_id IS NULL
                       AND url COLLATE "C" ~ :location
                       AND regexp_replace(url, '^([^/]*//[^/]*/(.*/|))[^/]+/[^/]*$', '\\1') = :root
                RETURNING export_id, url
            ), archived AS (
                DELETE FROM satchel.export_archive WHERE url IN (SELECT url FROM files)
            ), rows AS (
                UPDATE public.export_history h
                   SET file_url = NULL,
                       data = CASE jsonb_typeof(h.data) WHEN 'object' THEN h.data ELSE '{}' END
                              || jsonb_build_object('forgotten_at', to_char(
                                     statement_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
                  FROM files
                 WHERE h.id = files.export_id
                   AND h.file_url = files.url
            ), store AS (
                DELETE FROM satchel.store WHERE id = :id
            )
            SELECT count(*) FROM files
            """;

    private final JdbcClient jdbc;

    public PostgresKnownStores(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    @Override
    public Optional<KnownStore> find(URI root) {
        return jdbc.sql(FIND)
                .param("root", root.toString())
                .query(PostgresKnownStores::store)
                .optional();
    }

    @Override
    public KnownStore add(URI root, String address) {
        jdbc.sql(ADD).param("root", root.toString()).param("address", address).update();
        // A second statement, because it must see what the first one may have waited for.
        return find(root).orElseThrow(() -> new IllegalStateException("the store " + root + " was just forgotten"));
    }

    @Override
    public void marked(KnownStore store) {
        jdbc.sql(MARKED)
                .param("id", store.id())
                .param("location", PostgresUploadJournal.LOCATION)
                .update();
    }

    @Override
    public KnownStore replace(KnownStore earlier, String address) {
        return jdbc.sql(REPLACE)
                .param("root", earlier.root().toString())
                .param("address", address)
                .query(PostgresKnownStores::store)
                .single();
    }

    @Override
    public void reinstate(KnownStore store) {
        jdbc.sql(REINSTATE)
                .param("id", store.id())
                .param("root", store.root().toString())
                .update();
    }

    @Override
    public List<Use> all() {
        return jdbc.sql(FIND_ALL)
                .param("location", PostgresUploadJournal.LOCATION)
                .query(PostgresKnownStores::use)
                .list();
    }

    @Override
    public long forget(Use use) {
        return jdbc.sql(FORGET)
                .param("id", use.store().map(KnownStore::id).orElse(null))
                .param("root", use.root().toString())
                .param("location", PostgresUploadJournal.LOCATION)
                .query(Long.class)
                .single();
    }

    private static Use use(ResultSet row, int number) throws SQLException {
        return new Use(
                row.getObject("id") == null ? Optional.empty() : Optional.of(store(row, number)),
                URI.create(row.getString("root")),
                row.getBoolean("expected"),
                row.getLong("files"));
    }

    private static KnownStore store(ResultSet row, int number) throws SQLException {
        return new KnownStore(
                row.getObject("id", UUID.class),
                URI.create(row.getString("root")),
                row.getString("address"),
                row.getBoolean("marked"));
    }
}

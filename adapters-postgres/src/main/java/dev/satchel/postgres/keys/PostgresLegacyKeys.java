package dev.satchel.postgres.keys;

import dev.satchel.UserId;
import dev.satchel.keys.Provider;
import dev.satchel.keys.legacy.LegacyKey;
import dev.satchel.keys.legacy.LegacyKeys;
import dev.satchel.postgres.session.StatementSettings;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The legacy table, which the migrations moved to {@code satchel.adopted_user_api_keys}. Only its owner may read it.
 * Without the table, there are no keys.
 *
 * <p>No key is sent to the database: a key is erased by the id of its row, if the row was not changed since it was
 * read. No lock is held while a key is sealed, so that accounts can be deleted at the same time.
 */
final class PostgresLegacyKeys implements LegacyKeys {

    /** Those that the script knew which made such a table; a provider that came later has no column in it. */
    private static final Set<Provider> PROVIDERS = EnumSet.of(Provider.OPENAI, Provider.ANTHROPIC, Provider.UNSPLASH);

    private static final String EXISTS = "SELECT to_regclass('satchel.adopted_user_api_keys') IS NOT NULL";

    // Makes it an error if a policy hides rows, whose keys would otherwise be overlooked.
    private static final String SHOW_EVERY_ROW = "SET LOCAL row_security = off";

    private static final String COUNT = """
            SELECT coalesce(sum(num_nonnulls(openai_api_key, anthropic_api_key, unsplash_api_key)), 0)
              FROM satchel.adopted_user_api_keys
            """;

    // Read as bytes, because a String cannot be overwritten in memory.
    private static final String FIND_NEXT = """
            SELECT id, user_id, xmin::text AS version,
                   convert_to(openai_api_key, 'UTF8') AS openai,
                   convert_to(anthropic_api_key, 'UTF8') AS anthropic,
                   convert_to(unsplash_api_key, 'UTF8') AS unsplash
              FROM satchel.adopted_user_api_keys
             WHERE (CAST(:after AS uuid) IS NULL OR id > :after)
               AND num_nonnulls(openai_api_key, anthropic_api_key, unsplash_api_key) > 0
             ORDER BY id
             LIMIT 1
            """;

    private static final String ERASE = """
            UPDATE satchel.adopted_user_api_keys
               SET openai_api_key = CASE WHEN 'openai' = ANY (:providers) THEN NULL ELSE openai_api_key END,
                   anthropic_api_key = CASE WHEN 'anthropic' = ANY (:providers) THEN NULL ELSE anthropic_api_key END,
                   unsplash_api_key = CASE WHEN 'unsplash' = ANY (:providers) THEN NULL ELSE unsplash_api_key END
             WHERE id = :row
               AND xmin::text = :version
            """;

    private static final String ERASE_ALL = """
            UPDATE satchel.adopted_user_api_keys
               SET openai_api_key = NULL,
                   anthropic_api_key = NULL,
                   unsplash_api_key = NULL
             WHERE num_nonnulls(openai_api_key, anthropic_api_key, unsplash_api_key) > 0
            """;

    // Rewrites the live rows to a new file. VACUUM leaves the bytes of erased values in the pages, and VACUUM FULL
    // copies rows that an older snapshot can still see.
    private static final String REWRITE = """
            ALTER TABLE satchel.adopted_user_api_keys
                ALTER COLUMN openai_api_key TYPE text USING openai_api_key || ''
            """;

    private static final String LOCK_TIMEOUT = "SET LOCAL lock_timeout = '5s'";

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;

    public PostgresLegacyKeys(DataSource dataSource) {
        this.jdbc = StatementSettings.client(dataSource);
        this.transaction = StatementSettings.ownTransactions(dataSource);
    }

    @Override
    public long count() {
        return exists() ? seeingAll(() -> jdbc.sql(COUNT).query(Long.class).single()) : 0;
    }

    @Override
    public void adoptEach(Adopter adopter) {
        if (!exists()) {
            return;
        }
        Optional<Row> row = next(null);
        while (row.isPresent()) {
            adopt(row.get(), adopter);
            row = next(row.get().id());
        }
    }

    private Optional<Row> next(@Nullable UUID after) {
        return seeingAll(() -> jdbc.sql(FIND_NEXT)
                .param("after", after)
                .query(PostgresLegacyKeys::row)
                .optional());
    }

    private void adopt(Row row, Adopter adopter) {
        List<String> done = new ArrayList<>();
        for (LegacyKey key : row.keys()) {
            try (key) {
                if (adopter.isDone(key)) {
                    done.add(key.provider().code());
                }
            }
        }
        if (!done.isEmpty()) {
            seeingAll(() -> jdbc.sql(ERASE)
                    .param("providers", done.toArray(String[]::new))
                    .param("row", row.id())
                    .param("version", row.version())
                    .update());
        }
    }

    @Override
    public long discardAll() {
        if (!exists()) {
            return 0;
        }
        return seeingAll(() -> {
            jdbc.sql("LOCK TABLE satchel.adopted_user_api_keys IN SHARE ROW EXCLUSIVE MODE")
                    .update();
            long keys = jdbc.sql(COUNT).query(Long.class).single();
            jdbc.sql(ERASE_ALL).update();
            return keys;
        });
    }

    @Override
    public void removeErased() {
        if (exists()) {
            seeingAll(() -> jdbc.sql(REWRITE).update());
        }
    }

    private boolean exists() {
        return jdbc.sql(EXISTS).query(Boolean.class).single();
    }

    private <T> T seeingAll(Supplier<T> work) {
        return Objects.requireNonNull(transaction.execute(status -> {
            jdbc.sql(SHOW_EVERY_ROW).update();
            jdbc.sql(LOCK_TIMEOUT).update();
            return work.get();
        }));
    }

    private static Row row(ResultSet row, int number) throws SQLException {
        UUID id = row.getObject("id", UUID.class);
        UUID user = row.getObject("user_id", UUID.class);
        List<LegacyKey> keys = new ArrayList<>();
        for (Provider provider : PROVIDERS) {
            byte @Nullable [] stored = row.getBytes(provider.code());
            if (stored != null) {
                keys.add(new LegacyKey(id, user == null ? null : new UserId(user), provider, stored));
            }
        }
        return new Row(id, row.getString("version"), keys);
    }

    private record Row(UUID id, String version, List<LegacyKey> keys) {}
}

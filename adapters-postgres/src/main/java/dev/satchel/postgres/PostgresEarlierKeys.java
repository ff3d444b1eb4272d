package dev.satchel.postgres;

import dev.satchel.UserId;
import dev.satchel.keys.EarlierKey;
import dev.satchel.keys.EarlierKeys;
import dev.satchel.keys.Provider;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The application's earlier table, which the migrations moved to {@code satchel.adopted_user_api_keys}; without one, no
 * keys. Only its owner may read it.
 *
 * <p>A key is never sent to the database: it is erased by the id of its row, which stays locked since it was read.
 */
final class PostgresEarlierKeys implements EarlierKeys {

    private static final String EXISTS = "SELECT to_regclass('satchel.adopted_user_api_keys') IS NOT NULL";

    // Rows that a policy hides must be an error, and not keys that nobody hears of.
    private static final String SHOW_EVERY_ROW = "SET LOCAL row_security = off";

    private static final String COUNT = """
            SELECT coalesce(sum(num_nonnulls(openai_api_key, anthropic_api_key, unsplash_api_key)), 0)
              FROM satchel.adopted_user_api_keys
            """;

    // As bytes, because a string could not be wiped.
    private static final String LOCK_NEXT = """
            SELECT id, user_id,
                   convert_to(openai_api_key, 'UTF8') AS openai,
                   convert_to(anthropic_api_key, 'UTF8') AS anthropic,
                   convert_to(unsplash_api_key, 'UTF8') AS unsplash
              FROM satchel.adopted_user_api_keys
             WHERE id > :after
               AND num_nonnulls(openai_api_key, anthropic_api_key, unsplash_api_key) > 0
             ORDER BY id
             LIMIT 1
               FOR UPDATE SKIP LOCKED
            """;

    private static final String ERASE = """
            UPDATE satchel.adopted_user_api_keys
               SET openai_api_key = CASE WHEN 'openai' = ANY (:providers) THEN NULL ELSE openai_api_key END,
                   anthropic_api_key = CASE WHEN 'anthropic' = ANY (:providers) THEN NULL ELSE anthropic_api_key END,
                   unsplash_api_key = CASE WHEN 'unsplash' = ANY (:providers) THEN NULL ELSE unsplash_api_key END
             WHERE id = :row
            """;

    private static final String ERASE_ALL = """
            UPDATE satchel.adopted_user_api_keys
               SET openai_api_key = NULL,
                   anthropic_api_key = NULL,
                   unsplash_api_key = NULL
             WHERE num_nonnulls(openai_api_key, anthropic_api_key, unsplash_api_key) > 0
            """;

    // Full, because the ordinary one leaves the bytes of what was erased in the table's pages.
    private static final String REWRITE = "VACUUM (FULL) satchel.adopted_user_api_keys";

    private static final UUID BEFORE_ALL = new UUID(0, 0);

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;

    PostgresEarlierKeys(DataSource dataSource) {
        this.jdbc = JdbcClient.create(dataSource);
        this.transaction = new TransactionTemplate(new JdbcTransactionManager(dataSource));
        this.transaction.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
        this.transaction.setIsolationLevel(TransactionDefinition.ISOLATION_READ_COMMITTED);
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
        Optional<UUID> row = Optional.of(BEFORE_ALL);
        while (row.isPresent()) {
            UUID after = row.get();
            row = seeingAll(() -> adoptNext(after, adopter));
        }
    }

    private Optional<UUID> adoptNext(UUID after, Adopter adopter) {
        Optional<List<EarlierKey>> keys = jdbc.sql(LOCK_NEXT)
                .param("after", after)
                .query(PostgresEarlierKeys::keys)
                .optional();
        if (keys.isEmpty()) {
            return Optional.empty();
        }
        UUID row = keys.get().get(0).row();
        List<String> done = new ArrayList<>();
        for (EarlierKey key : keys.get()) {
            try (key) {
                if (adopter.isDone(key)) {
                    done.add(key.provider().key());
                }
            }
        }
        if (!done.isEmpty()) {
            jdbc.sql(ERASE)
                    .param("providers", done.toArray(String[]::new))
                    .param("row", row)
                    .update();
        }
        return Optional.of(row);
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
            jdbc.sql(REWRITE).update();
        }
    }

    private boolean exists() {
        return jdbc.sql(EXISTS).query(Boolean.class).single();
    }

    private <T> T seeingAll(Supplier<T> work) {
        return Objects.requireNonNull(transaction.execute(status -> {
            jdbc.sql(SHOW_EVERY_ROW).update();
            return work.get();
        }));
    }

    private static List<EarlierKey> keys(ResultSet row, int number) throws SQLException {
        UUID id = row.getObject("id", UUID.class);
        UUID user = row.getObject("user_id", UUID.class);
        List<EarlierKey> keys = new ArrayList<>();
        for (Provider provider : Provider.values()) {
            byte @Nullable [] stored = row.getBytes(provider.key());
            if (stored != null) {
                keys.add(new EarlierKey(id, user == null ? null : new UserId(user), provider, stored));
            }
        }
        return keys;
    }
}

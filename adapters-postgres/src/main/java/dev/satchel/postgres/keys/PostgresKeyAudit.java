package dev.satchel.postgres.keys;

import dev.satchel.UserId;
import dev.satchel.keys.KeyAudit;
import dev.satchel.keys.Provider;
import dev.satchel.keys.Purpose;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Reads {@code satchel.key_audit}. The vault adds openings to it; a trigger adds keys that are set and removed. */
final class PostgresKeyAudit implements KeyAudit {

    private static final String NEWEST = """
            SELECT at, user_id, provider, action, purpose, data_key_id, login
              FROM satchel.key_audit
             WHERE user_id = :user
             ORDER BY at DESC
             LIMIT :limit
            """;

    private final JdbcClient jdbc;

    public PostgresKeyAudit(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    @Override
    public List<Entry> newest(UserId user, int limit) {
        return jdbc.sql(NEWEST)
                .param("user", user.value())
                .param("limit", limit)
                .query(PostgresKeyAudit::entry)
                .list();
    }

    private static Entry entry(ResultSet row, int number) throws SQLException {
        String purpose = row.getString("purpose");
        return new Entry(
                row.getObject("at", OffsetDateTime.class).toInstant(),
                new UserId(row.getObject("user_id", UUID.class)),
                Provider.of(row.getString("provider")),
                Action.valueOf(row.getString("action").toUpperCase(Locale.ROOT)),
                purpose == null ? null : new Purpose(purpose),
                row.getObject("data_key_id", UUID.class),
                row.getString("login"));
    }
}

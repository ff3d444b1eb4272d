package dev.satchel.batchexport.report;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What providers last said about the keys that users have set. The database keeps the last check of each key only. */
final class KeyChecks {

    private static final String IS_ALLOWED = "SELECT has_table_privilege('satchel.key_check', 'SELECT')";

    private static final String BY_PROVIDER = """
            SELECT provider,
                   count(*) AS keys,
                   count(*) FILTER (WHERE verdict = 'valid') AS valid,
                   count(*) FILTER (WHERE verdict = 'invalid') AS invalid,
                   count(*) FILTER (WHERE verdict = 'unknown') AS unknown,
                   count(*) FILTER (WHERE checked_at >= :from) AS checked,
                   count(*) FILTER (WHERE checked_at IS NULL) AS never,
                   count(*) FILTER (WHERE next_check_at <= :now) AS due,
                   max(checked_at) FILTER (WHERE isfinite(checked_at)) AS last_at
              FROM satchel.key_check
             GROUP BY provider
             ORDER BY provider
             LIMIT 50
            """;

    /**
     * The keys for one provider.
     *
     * @param checked in the period
     * @param due for a check by the schedule
     */
    record Group(
            String provider,
            long keys,
            long valid,
            long invalid,
            long unknown,
            long checked,
            long never,
            long due,
            @Nullable Instant lastAt) {}

    private KeyChecks() {}

    /** Empty if the login may not read them. */
    static Optional<List<Group>> read(JdbcClient jdbc, Period period) {
        if (!jdbc.sql(IS_ALLOWED).query(Boolean.class).single()) {
            return Optional.empty();
        }
        return Optional.of(jdbc.sql(BY_PROVIDER)
                .param("from", period.from().atOffset(ZoneOffset.UTC))
                .param("now", period.now().atOffset(ZoneOffset.UTC))
                .query((row, number) -> {
                    OffsetDateTime last = row.getObject("last_at", OffsetDateTime.class);
                    return new Group(
                            row.getString("provider"),
                            row.getLong("keys"),
                            row.getLong("valid"),
                            row.getLong("invalid"),
                            row.getLong("unknown"),
                            row.getLong("checked"),
                            row.getLong("never"),
                            row.getLong("due"),
                            last == null ? null : last.toInstant());
                })
                .list());
    }
}

package dev.satchel.batchexport.doctor;

import dev.satchel.batchexport.doctor.finding.Finding;
import dev.satchel.batchexport.doctor.finding.Words;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** How large Satchel's tables are, and whether vacuum keeps up with them. */
public final class OwnTables {

    private static final String CHECK = "tables";
    private static final int SHOWN = 3;

    /** Below this, dead rows cost nothing. */
    private static final long MANY_DEAD = 10_000;

    private static final String TABLES = """
            SELECT format('%I.%I', n.nspname, c.relname) AS name,
                   pg_total_relation_size(c.oid) AS bytes,
                   coalesce(s.n_live_tup, 0) AS live,
                   coalesce(s.n_dead_tup, 0) AS dead,
                   coalesce(s.n_tup_ins, 0) AS inserted,
                   coalesce(s.n_tup_del, 0) AS deleted,
                   greatest(s.last_autovacuum, s.last_vacuum) AS vacuumed_at
              FROM pg_class AS c
              JOIN pg_namespace AS n ON n.oid = c.relnamespace
              LEFT JOIN pg_stat_all_tables AS s ON s.relid = c.oid
             WHERE c.relkind IN ('r', 'p')
               AND (n.nspname = 'satchel'
                    OR n.nspname = 'public'
                       AND c.relname IN ('export_history', 'user_progress', 'user_api_keys'))
             ORDER BY 2 DESC, 1
            """;

    /**
     * One of Satchel's tables.
     *
     * @param bytes on disk, with its indexes
     * @param live its rows, as PostgreSQL estimates them; so are the dead ones
     * @param inserted rows, since the statistics began; so are the deleted ones
     */
    public record Table(
            String name,
            long bytes,
            long live,
            long dead,
            long inserted,
            long deleted,
            @Nullable Instant vacuumedAt) {

        boolean isBloated() {
            return dead > MANY_DEAD && dead > live / 2;
        }

        @Override
        public String toString() {
            return name + " " + Words.size(bytes) + " (" + live + " rows, " + dead + " dead, "
                    + (vacuumedAt == null
                            ? "never vacuumed"
                            : "last vacuumed " + vacuumedAt.truncatedTo(ChronoUnit.SECONDS))
                    + ")";
        }
    }

    private OwnTables() {}

    /** All of them, the largest first. */
    public static List<Table> tables(JdbcClient jdbc) {
        return jdbc.sql(TABLES)
                .query((row, number) -> {
                    OffsetDateTime vacuumed = row.getObject("vacuumed_at", OffsetDateTime.class);
                    return new Table(
                            row.getString("name"),
                            row.getLong("bytes"),
                            row.getLong("live"),
                            row.getLong("dead"),
                            row.getLong("inserted"),
                            row.getLong("deleted"),
                            vacuumed == null ? null : vacuumed.toInstant());
                })
                .list();
    }

    static Finding look(JdbcClient jdbc) {
        List<Table> tables = tables(jdbc);
        if (tables.isEmpty()) {
            return Finding.notChecked(CHECK, "there are none", "Run 'satchel migrate' as the owner of the tables.");
        }
        String found = tables.size() + " tables with their indexes take "
                + Words.size(tables.stream().mapToLong(Table::bytes).sum()) + "; the largest: "
                + named(tables.stream().limit(SHOWN).toList());
        List<Table> bloated = tables.stream().filter(Table::isBloated).toList();
        return bloated.isEmpty()
                ? Finding.ok(CHECK, found)
                : Finding.warning(
                        CHECK,
                        "more than half as many dead rows as live ones: " + named(bloated) + "; " + found,
                        "Look for what keeps vacuum from removing them (old transactions in pg_stat_activity, replication"
                                + " slots, prepared transactions), then run VACUUM on them as their owner.");
    }

    private static String named(List<Table> tables) {
        return tables.stream().map(Table::toString).collect(Collectors.joining(", "));
    }
}

package dev.satchel.postgres.progress;

import dev.satchel.UserId;
import dev.satchel.postgres.session.StatementSettings;
import dev.satchel.progress.Drift;
import dev.satchel.progress.ProgressUpkeep;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.CannotAcquireLockException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/** {@link ProgressUpkeep} with the functions of schema {@code satchel}, which see the rows of all users. */
final class PostgresProgressUpkeep implements ProgressUpkeep {

    /** Users per transaction. Sessions of these users wait to end until it commits. */
    private static final int BATCH = 100;

    private static final String END_BROKEN_STREAKS = "SELECT satchel.end_broken_streaks(:most)";

    private static final String FORGET_DEPARTED = "SELECT satchel.forget_departed()";

    private static final String NEXT_USERS =
            "SELECT unnest(satchel.next_users(CAST(:after AS uuid), :most)) AS user_id ORDER BY user_id";

    private static final String WAIT_A_MINUTE = "SET LOCAL lock_timeout = '1min'";

    private static final String LOCK = "SELECT unnest(satchel.lock_progress(CAST(:users AS uuid[])))";

    private static final String FIND_DRIFT = """
            SELECT user_id, what, expected, found
              FROM satchel.progress_drift(CAST(:users AS uuid[]))
             ORDER BY user_id, what
            """;

    private static final String REPAIR = "SELECT satchel.repair_progress(CAST(:users AS uuid[]))";

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;

    public PostgresProgressUpkeep(DataSource dataSource) {
        this.jdbc = StatementSettings.client(dataSource);
        // Each step commits independently of the caller, and must see what was committed while it waited for a lock.
        this.transaction = StatementSettings.ownTransactions(dataSource);
    }

    @Override
    public long endBrokenStreaks() {
        long ended = 0;
        for (int some = endSome(); some > 0; some = endSome()) {
            ended += some;
        }
        return ended;
    }

    private int endSome() {
        return committed(() -> jdbc.sql(END_BROKEN_STREAKS)
                .param("most", BATCH)
                .query(Integer.class)
                .single());
    }

    @Override
    public long forgetDeparted() {
        return committed(() -> jdbc.sql(FORGET_DEPARTED).query(Long.class).single());
    }

    @Override
    public Reconciliation reconcile(boolean repair, Consumer<Drift> drifts) {
        long users = 0;
        long busy = 0;
        long[] found = {0};
        Consumer<Drift> counting = drift -> {
            found[0]++;
            drifts.accept(drift);
        };
        for (List<UUID> batch = after(null); !batch.isEmpty(); batch = after(batch.get(batch.size() - 1))) {
            Set<UUID> waiting = new HashSet<>(batch);
            waiting.removeAll(reconcile(batch, repair, counting));
            for (UUID user : waiting) {
                try {
                    reconcile(List.of(user), repair, counting);
                } catch (CannotAcquireLockException held) {
                    busy++;
                }
            }
            users += batch.size();
        }
        return new Reconciliation(users - busy, found[0], busy);
    }

    private List<UUID> after(@Nullable UUID last) {
        return jdbc.sql(NEXT_USERS)
                .param("after", last == null ? null : last.toString())
                .param("most", BATCH)
                .query((row, number) -> row.getObject(1, UUID.class))
                .list();
    }

    /**
     * Compares the users that are not locked by other transactions, and returns them. Waits for the lock if there is
     * only one user.
     */
    private List<UUID> reconcile(List<UUID> users, boolean repair, Consumer<Drift> drifts) {
        List<Drift> found = new ArrayList<>();
        List<UUID> held = committed(() -> {
            jdbc.sql(WAIT_A_MINUTE).update();
            List<UUID> locked = jdbc.sql(LOCK)
                    .param("users", array(users))
                    .query((row, number) -> row.getObject(1, UUID.class))
                    .list();
            found.addAll(jdbc.sql(FIND_DRIFT)
                    .param("users", array(locked))
                    .query((row, number) -> new Drift(
                            new UserId(row.getObject("user_id", UUID.class)),
                            row.getString("what"),
                            row.getString("expected"),
                            row.getString("found")))
                    .list());
            if (repair && !found.isEmpty()) {
                List<UUID> drifted = found.stream()
                        .map(drift -> drift.user().value())
                        .distinct()
                        .toList();
                jdbc.sql(REPAIR).param("users", array(drifted)).query(rows -> {});
            }
            return locked;
        });
        // Reported after the commit, without holding locks.
        found.forEach(drifts);
        return held;
    }

    private static String array(List<UUID> users) {
        return users.stream().map(UUID::toString).collect(Collectors.joining(",", "{", "}"));
    }

    private <T> T committed(Supplier<T> work) {
        T result = transaction.execute(status -> work.get());
        return Objects.requireNonNull(result);
    }
}

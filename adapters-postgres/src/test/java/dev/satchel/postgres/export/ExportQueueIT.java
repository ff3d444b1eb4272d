package dev.satchel.postgres.export;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.satchel.UserId;
import dev.satchel.export.Export;
import dev.satchel.export.ExportHistory;
import dev.satchel.export.Exports;
import dev.satchel.export.Requests;
import dev.satchel.migrations.OwnThread;
import dev.satchel.migrations.SampleDatabase;
import dev.satchel.postgres.SatchelPostgres;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/**
 * How users share the queue while one of them asks for far too much, beside a long history: who is served next, by which
 * plan, and what the others notice. Prints medians.
 */
class ExportQueueIT {

    private static final Duration LEASE = Duration.ofMinutes(2);
    private static final int WORKERS = 4;
    private static final int ROUNDS = 5;
    private static final String TOO_MANY = "PT429";

    @AutoClose
    private final SampleDatabase database = SampleDatabase.create();

    private final JdbcClient owner = JdbcClient.create(database.ownerDataSource());
    /** The exports that another user's was delivered before. */
    private final Set<UUID> others = new HashSet<>();

    private ExportHistory history;

    @Test
    void isSharedBesideAFewThousandRowsOfHistory() throws Exception {
        share(20_000, 1_000, 300);
    }

    @Test
    @Tag("chaos")
    void isSharedBesideAMillionRowsOfHistory() throws Exception {
        share(1_000_000, 1_000, 10_000);
    }

    private void share(int rows, int pending, int flood) throws Exception {
        HikariConfig config = new HikariConfig();
        config.setDataSource(database.workerDataSource());
        config.setMaximumPoolSize(50);
        config.setMinimumIdle(0);
        try (HikariDataSource pool = new HikariDataSource(config)) {
            history = new SatchelPostgres(pool).exportHistory();
            fill(rows);
            equalRequestsAtTheSameMomentAreOne();
            aUserWithManyDelaysAnotherByOneExportPerWorker(pending);
            claimAndRequestReadNoTableAsAWhole();
            owner.sql("DELETE FROM export_history WHERE status IN ('pending', 'processing')")
                    .update();
            aFloodIsRefusedAndOthersAreServedNext(flood);
        }
    }

    // Of users who need not exist, without the triggers.
    private void fill(int rows) throws SQLException {
        try (Connection connection = database.superuserDataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("SET session_replication_role = replica");
            statement.execute("""
                    INSERT INTO public.export_history (user_id, export_type, export_format, status, created_at)
                    SELECT md5((n %% 5000)::text)::uuid, 'vocabulary', 'csv',
                           CASE n %% 7 WHEN 0 THEN 'failed' ELSE 'completed' END, now() - n * interval '31 seconds'
                      FROM generate_series(1, %d) AS n
                    """.formatted(rows));
            statement.execute("ANALYZE public.export_history");
        }
    }

    private void equalRequestsAtTheSameMomentAreOne() throws Exception {
        UserId user = addUser();
        ExecutorService threads = Executors.newFixedThreadPool(50);
        try {
            CyclicBarrier start = new CyclicBarrier(50);
            Callable<ExportHistory.Requested> atOnce = () -> {
                start.await();
                return history.request(Requests.of(user));
            };
            List<ExportHistory.Requested> answers = new ArrayList<>();
            for (Future<ExportHistory.Requested> answer : threads.invokeAll(Collections.nCopies(50, atOnce))) {
                answers.add(answer.get());
            }

            assertThat(answers.stream().map(ExportHistory.Requested::id).distinct())
                    .hasSize(1);
            assertThat(answers.stream().filter(ExportHistory.Requested::added)).hasSize(1);
            assertThat(count(user)).isOne();
        } finally {
            threads.shutdownNow();
        }
        complete(claimed());
    }

    private void aUserWithManyDelaysAnotherByOneExportPerWorker(int pending) {
        owner.sql("INSERT INTO satchel.export_limits (active, hourly) VALUES (10000, 1000)")
                .update();
        UserId busy = addUser();
        owner.sql("""
                INSERT INTO export_history (user_id, export_type, export_format, filters)
                SELECT :user, 'vocabulary', 'csv', jsonb_build_object('from', date '2020-01-01' + n)
                  FROM generate_series(1, :pending) AS n
                """).param("user", busy.value()).param("pending", pending).update();
        List<Export.Processing> held = new ArrayList<>();
        for (int worker = 0; worker < WORKERS; worker++) {
            held.add(claimed());
        }
        assertThat(held).allMatch(export -> export.request().user().equals(busy));

        UserId one = addUser();
        UserId other = addUser();
        history.request(Requests.of(one));
        history.request(Requests.of(other));

        // The worker that is free first serves the one, the next the other, and then it is the busy user's turn again.
        List<UserId> served = new ArrayList<>();
        for (Export.Processing export : held) {
            complete(export);
            Export.Processing next = claimed();
            served.add(next.request().user());
            complete(next);
        }
        assertThat(served).startsWith(one, other).endsWith(busy, busy);
        owner.sql("DELETE FROM satchel.export_limits").update();
    }

    private void claimAndRequestReadNoTableAsAWhole() throws SQLException {
        UserId user = addUser();
        try (Connection connection = database.workerDataSource().getConnection()) {
            connection.setAutoCommit(false);
            ExportHistory once = new SatchelPostgres(new SingleConnectionDataSource(connection, true)).exportHistory();

            once.request(Requests.of(user));
            assertThat(once.claim("worker", LEASE)).isPresent();

            assertThat(JdbcClient.create(new SingleConnectionDataSource(connection, true))
                            .sql("""
                                    SELECT relname
                                      FROM pg_stat_xact_user_tables
                                     WHERE relname IN ('export_history', 'export_queue')
                                       AND seq_scan > 0
                                    """)
                            .query(String.class)
                            .list())
                    .isEmpty();
            connection.rollback();
        }
    }

    // What others notice is compared with what they notice of as many requests that have nothing to do with exports:
    // the
    // machine has few processors, and a flood of anything takes one of them.
    private void aFloodIsRefusedAndOthersAreServedNext(int requests) throws Exception {
        owner.sql("CREATE TABLE public.refused_note (user_id uuid, note text CONSTRAINT never CHECK (note IS NULL))")
                .update();
        owner.sql("GRANT INSERT ON public.refused_note TO authenticated").update();
        UserId flooding = addUser();
        List<Long> alone = new ArrayList<>();
        List<Long> besideNotes = new ArrayList<>();
        List<Long> besideRequests = new ArrayList<>();
        int refused = 0;
        for (int round = 0; round < ROUNDS; round++) {
            for (int sample = 0; sample < 10; sample++) {
                alone.add(served());
            }
            int first = round * requests / ROUNDS;
            int last = (round + 1) * requests / ROUNDS;
            besideNotes.addAll(servedBeside(
                    CompletableFuture.supplyAsync(() -> flood(flooding, Flood.OF_NOTES, first, last), OwnThread::start),
                    flooding));
            CompletableFuture<Integer> flood = CompletableFuture.supplyAsync(
                    () -> flood(flooding, Flood.OF_EXPORTS, first, last), OwnThread::start);
            besideRequests.addAll(servedBeside(flood, flooding));
            refused += flood.get();
        }

        assertThat(refused).isEqualTo(requests - count(flooding));
        assertThat(count(flooding)).isLessThanOrEqualTo(100);
        System.out.printf(
                Locale.ROOT,
                "an export is asked for, claimed and completed in %d µs; beside %d refused rows of another table in %d µs;"
                        + " beside %d requests, of which %d were refused, in %d µs: %.2f of the second (medians of %d, %d"
                        + " and %d)%n",
                median(alone),
                requests,
                median(besideNotes),
                requests,
                refused,
                median(besideRequests),
                (double) median(besideRequests) / median(besideNotes),
                alone.size(),
                besideNotes.size(),
                besideRequests.size());
    }

    private List<Long> servedBeside(CompletableFuture<Integer> flood, UserId flooding) {
        List<Long> meanwhile = new ArrayList<>();
        do {
            meanwhile.add(served());
            assertThat(active(flooding)).isLessThanOrEqualTo(ExportHistory.MOST_ACTIVE);
        } while (!flood.isDone());
        return meanwhile;
    }

    /** What one user asks for again and again, and how it is refused. */
    private enum Flood {
        OF_EXPORTS("""
                INSERT INTO public.export_history (user_id, export_type, export_format, filters)
                VALUES (?, 'vocabulary', 'csv', jsonb_build_object('from', ?))
                """, TOO_MANY),
        OF_NOTES("INSERT INTO public.refused_note (user_id, note) VALUES (?, ?)", "23514");

        private final String insert;
        private final String refusal;

        Flood(String insert, String refusal) {
            this.insert = insert;
            this.refusal = refusal;
        }
    }

    /** Requests as users do, each in a transaction of its own; returns how many the database refused. */
    private int flood(UserId user, Flood flood, int first, int last) {
        int refused = 0;
        try (Connection connection = database.workerDataSource().getConnection()) {
            connection.setAutoCommit(false);
            for (int day = first; day < last; day++) {
                try (Statement statement = connection.createStatement();
                        PreparedStatement insert = connection.prepareStatement(flood.insert)) {
                    statement.execute("SELECT set_config('request.jwt.claims', '{\"sub\": \"" + user + "\"}', true)");
                    statement.execute("SET LOCAL ROLE authenticated");
                    insert.setObject(1, user.value());
                    insert.setString(2, LocalDate.of(1990, 1, 1).plusDays(day).toString());
                    insert.executeUpdate();
                    connection.commit();
                } catch (SQLException tooMany) {
                    assertThat(tooMany.getSQLState()).isEqualTo(flood.refusal);
                    refused++;
                    connection.rollback();
                }
            }
        } catch (SQLException unexpected) {
            throw new AssertionError(unexpected);
        }
        return refused;
    }

    /**
     * How long it takes to ask for a new user's export, to claim and to complete it. A worker may have to deliver another's
     * first, for which no time is counted: users take turns.
     */
    private long served() {
        UserId user = addUser();
        long begun = System.nanoTime();
        UUID id = history.request(Requests.of(user)).id();
        long taken = System.nanoTime() - begun;
        Export.Processing claimed;
        do {
            begun = System.nanoTime();
            claimed = claimed();
            long claim = System.nanoTime() - begun;
            begun = System.nanoTime();
            complete(claimed);
            if (claimed.id().equals(id)) {
                taken += claim + System.nanoTime() - begun;
            } else {
                assertThat(others.add(id))
                        .as("another user is served first at most once")
                        .isTrue();
            }
        } while (!claimed.id().equals(id));
        return TimeUnit.NANOSECONDS.toMicros(taken);
    }

    private static long median(List<Long> values) {
        return values.stream().sorted().skip(values.size() / 2).findFirst().orElseThrow();
    }

    private Export.Processing claimed() {
        return history.claim("worker", LEASE).orElseThrow();
    }

    private void complete(Export.Processing export) {
        history.complete(export, Exports.anyFileOf(export), Duration.ofDays(7));
    }

    private long count(UserId user) {
        return owner.sql("SELECT count(*) FROM export_history WHERE user_id = :user")
                .param("user", user.value())
                .query(Long.class)
                .single();
    }

    private long active(UserId user) {
        return owner.sql("SELECT count(*) FROM satchel.export_queue WHERE user_id = :user")
                .param("user", user.value())
                .query(Long.class)
                .single();
    }

    private UserId addUser() {
        UserId user = Requests.anyUser();
        owner.sql("INSERT INTO users (id, email) VALUES (:id, :email)")
                .param("id", user.value())
                .param("email", user + "@example.org")
                .update();
        return user;
    }
}

package dev.satchel.migrations;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A statement on sessions locks the progress of their users before it writes anything of Satchel's: what waits for a user
 * holds nothing that the holder of that user may want next.
 */
class ProgressLockOrderIT {

    private static final String HOLD = "SELECT FROM public.user_progress WHERE user_id = ? FOR NO KEY UPDATE";

    private static final String PROGRESS = """
            SELECT progress.total_sessions, (SELECT count(*)
                                               FROM satchel.session_contribution AS contribution
                                              WHERE contribution.user_id = progress.user_id)
              FROM public.user_progress AS progress
             WHERE progress.user_id = ?
            """;

    private final ExecutorService thread = Executors.newSingleThreadExecutor();

    @AutoClose
    private SampleDatabase database;

    @AutoClose
    private Session holder;

    @AutoClose
    private Session other;

    @AutoClose
    private Session observer;

    @BeforeEach
    void open() throws SQLException {
        database = SampleDatabase.create();
        holder = Session.open(database.ownerDataSource());
        other = Session.open(database.ownerDataSource());
        observer = Session.open(database.ownerDataSource());
    }

    @AfterEach
    void endThread() {
        thread.shutdownNow();
    }

    @Test
    void sessionsThatEndTogetherWriteNoSumsBeforeAllTheirUsersAreLocked() throws Exception {
        var users = List.of(holder.addUser(), holder.addUser());
        for (var user : users) {
            add(user, "NULL");
        }
        holder.begin();
        holder.rows(HOLD, users.get(0));

        var ending = run("UPDATE public.sessions SET ended_at = now()");
        awaitBlocked(ending);

        assertThat(holder.rows("SELECT FROM satchel.progress_total FOR UPDATE NOWAIT"))
                .hasSize(2);
        holder.commit();
        ending.get(30, TimeUnit.SECONDS);
        for (var user : users) {
            assertThat(observer.value(PROGRESS, user)).isEqualTo("1 | 1");
        }
    }

    @Test
    void aPurgeRecordsNothingBeforeItsUserIsLocked() throws Exception {
        var user = holder.addUser();
        add(user, "now() - interval '1 hour'");
        // As before the first count.
        holder.run("DELETE FROM satchel.session_contribution");
        holder.run("DELETE FROM satchel.progress_total");
        holder.begin();
        holder.rows(HOLD, user);

        var purge = run("DELETE FROM public.sessions");
        awaitBlocked(purge);

        holder.value("SELECT satchel.backfill_progress(NULL, 10)");
        holder.commit();
        purge.get(30, TimeUnit.SECONDS);
        assertThat(observer.value(PROGRESS, user)).isEqualTo("1 | 1");
    }

    /** What was written in the same transaction is checked against the user again, who is locked by then. */
    @Test
    void aSecondSessionOfATransactionDoesNotWaitForTheDeletionOfItsUser() throws Exception {
        var user = holder.addUser();
        add(user, "NULL");
        add(user, "NULL");
        holder.begin();
        holder.rows("SELECT FROM public.sessions WHERE user_id = ? FOR UPDATE", user);

        var deletion = thread.submit(() -> other.run("DELETE FROM public.users WHERE id = ?", user));
        awaitBlocked(deletion);

        endOldest(holder);
        endOldest(holder);
        holder.commit();
        deletion.get(30, TimeUnit.SECONDS);
        assertThat(observer.rows(PROGRESS, user)).isEmpty();
    }

    private static void endOldest(Session session) throws SQLException {
        session.run("UPDATE public.sessions SET ended_at = now()"
                + " WHERE id = (SELECT id FROM public.sessions WHERE ended_at IS NULL ORDER BY id LIMIT 1)");
    }

    private void add(UUID user, String ended) throws SQLException {
        holder.run(
                "INSERT INTO public.sessions (user_id, session_type, started_at, ended_at)"
                        + " VALUES (?, 'qa', now() - interval '2 hours', " + ended + ")",
                user);
    }

    private Future<Integer> run(String sql) {
        return thread.submit(() -> other.run(sql));
    }

    private void awaitBlocked(Future<?> statement) throws SQLException {
        var holderPid = Integer.parseInt(holder.value("SELECT pg_backend_pid()"));
        while (observer.value("SELECT count(*) FROM pg_stat_activity WHERE ? = ANY (pg_blocking_pids(pid))", holderPid)
                .equals("0")) {
            assertThat(statement).as("what was to wait for the user").isNotDone();
        }
    }
}

package dev.satchel.migrations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.util.PSQLException;

/** How users cancel their exports through the API, by the column {@code cancelled_at}, and what the database refuses. */
class ExportCancelIT {

    private static final String CANCEL = "UPDATE public.export_history SET cancelled_at = now() WHERE id = ?";

    @AutoClose
    private static SampleDatabase database;

    @AutoClose
    private static Session owner;

    private UUID user;
    private UUID export;

    @BeforeAll
    static void open() throws SQLException {
        database = SampleDatabase.create();
        owner = Session.open(database.ownerDataSource());
    }

    @BeforeEach
    void request() throws SQLException {
        user = owner.addUser();
        export = UUID.fromString(owner.value(
                "INSERT INTO public.export_history (user_id, export_type, export_format) VALUES (?, 'all', 'csv')"
                        + " RETURNING id",
                user));
    }

    private void claim() throws SQLException {
        owner.run("UPDATE public.export_history SET status = 'processing', started_at = now() WHERE id = ?", export);
        owner.run("""
                INSERT INTO satchel.export_lease (export_id, attempt, token, owner, heartbeat_at, expires_at)
                VALUES (?, 1, gen_random_uuid(), 'worker', now(), now() + interval '1 hour')
                """, export);
    }

    private int cancelAs(UUID who) throws SQLException {
        try (var session = Session.speakingFor(who, database.workerDataSource())) {
            var cancelled = session.run(CANCEL, export);
            session.commit();
            return cancelled;
        }
    }

    private String row() throws SQLException {
        return owner.rows(
                        "SELECT status, split_part(error_message, ':', 1) FROM public.export_history WHERE id = ?",
                        export)
                .get(0);
    }

    private int inQueueAndHeld() throws SQLException {
        return Integer.parseInt(owner.value(
                "SELECT (SELECT count(*) FROM satchel.export_queue WHERE export_id = ?)"
                        + " + (SELECT count(*) FROM satchel.export_lease WHERE export_id = ?)",
                export,
                export));
    }

    @Test
    void aUserCancelsAnExportThatWaits() throws SQLException {
        assertThat(cancelAs(user)).isOne();

        assertThat(row()).isEqualTo("failed | cancelled");
        assertThat(inQueueAndHeld()).isZero();
    }

    @Test
    void aUserCancelsAnExportThatAWorkerDelivers() throws SQLException {
        claim();

        assertThat(cancelAs(user)).isOne();

        assertThat(row()).isEqualTo("failed | cancelled");
        assertThat(inQueueAndHeld()).isZero();
    }

    @Test
    void anotherUsersExportIsOutOfReach() throws SQLException {
        assertThat(cancelAs(owner.addUser())).isZero();

        assertThat(row()).isEqualTo("pending | NULL");
    }

    @Test
    void anonMayNotCancel() throws SQLException {
        try (var session = Session.open(database.superuserDataSource())) {
            session.run("SET ROLE anon");

            var refusal = catchThrowableOfType(PSQLException.class, () -> session.run(CANCEL, export));

            assertThat(refusal.getSQLState()).isEqualTo("42501");
        }
    }

    @Test
    void theTimeIsTheDatabases() throws SQLException {
        owner.run("UPDATE public.export_history SET cancelled_at = '1999-01-01Z' WHERE id = ?", export);

        assertThat(owner.value(
                        "SELECT cancelled_at > now() - interval '5 minutes' FROM public.export_history WHERE id = ?",
                        export))
                .isEqualTo("t");
    }

    @Test
    void theSecondTimeChangesNothing() throws SQLException {
        cancelAs(user);
        var first = owner.value("SELECT cancelled_at FROM public.export_history WHERE id = ?", export);

        assertThat(cancelAs(user)).isOne();
        owner.run("UPDATE public.export_history SET cancelled_at = NULL WHERE id = ?", export);

        assertThat(owner.value("SELECT cancelled_at FROM public.export_history WHERE id = ?", export))
                .isEqualTo(first);
        assertThat(row()).isEqualTo("failed | cancelled");
    }

    @Test
    void aSecondCancelKeepsWhatElseTheStatementChanges() throws SQLException {
        cancelAs(user);
        var first = owner.value("SELECT cancelled_at FROM public.export_history WHERE id = ?", export);

        // As an object-relational mapper does, which writes the whole row, with its times rounded.
        owner.run(
                "UPDATE public.export_history SET cancelled_at = date_trunc('day', cancelled_at),"
                        + " error_message = 'cancelled: by support' WHERE id = ?",
                export);

        assertThat(owner.value("SELECT cancelled_at, error_message FROM public.export_history WHERE id = ?", export))
                .isEqualTo(first + " | cancelled: by support");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            pending    | NULL
            processing | NULL
            completed  | NULL
            failed     | NULL
            cancelled  | NULL
            cancelled  | now()
            cancelled  | now() + interval '1 year'
            cancelled  | cancelled_at
            """)
    void anUpdateWithoutEffectLeavesTheRowAsItWas(String status, String time) throws SQLException {
        bring(status);
        var before = wholeRow();

        try (var session = Session.speakingFor(user, database.workerDataSource())) {
            session.run("UPDATE public.export_history SET cancelled_at = " + time + " WHERE id = ?", export);
            session.commit();
        }

        assertThat(wholeRow()).isEqualTo(before);
    }

    private void bring(String status) throws SQLException {
        if (status.equals("cancelled")) {
            cancelAs(user);
        } else if (!status.equals("pending")) {
            claim();
            owner.run("UPDATE public.export_history SET status = ? WHERE id = ?", status, export);
        }
    }

    private String wholeRow() throws SQLException {
        return owner.value("SELECT to_jsonb(h) FROM public.export_history AS h WHERE id = ?", export);
    }

    @ParameterizedTest
    @ValueSource(strings = {"NULL", "now()", "now() + interval '1 year'"})
    void anotherUsersExportKeepsItsWholeRow(String time) throws SQLException {
        var before = wholeRow();

        try (var session = Session.speakingFor(owner.addUser(), database.workerDataSource())) {
            assertThat(session.run("UPDATE public.export_history SET cancelled_at = " + time))
                    .isZero();
            session.commit();
        }

        assertThat(wholeRow()).isEqualTo(before);
    }

    @Test
    void aCancelMovesTheTimeOfTheLastUpdate() throws SQLException {
        cancelAs(user);

        assertThat(owner.value("SELECT updated_at > created_at FROM public.export_history WHERE id = ?", export))
                .isEqualTo("t");
    }

    @Test
    void besideItsCompletionAnExportIsCompletedOrCancelled() throws Exception {
        var executor = Executors.newSingleThreadExecutor();
        try (var worker = Session.open(database.ownerDataSource())) {
            for (var round = 0; round < 200; round++) {
                request();
                claim();
                var id = export;
                var start = new CyclicBarrier(2);
                var completed = executor.submit(() -> {
                    start.await();
                    return worker.run(
                            "UPDATE public.export_history SET status = 'completed' WHERE id = ? AND status = 'processing'",
                            id);
                });
                start.await();
                var cancelled = cancelsBesideACompletion(id);

                assertThat(List.of(completed.get(), cancelled, row()))
                        .isIn(List.of(1, 0, "completed | NULL"), List.of(0, 1, "failed | cancelled"));
            }
        } finally {
            executor.shutdownNow();
        }
    }

    // Without a condition on the status, as users do.
    private static int cancelsBesideACompletion(UUID id) throws SQLException {
        try {
            return owner.run(CANCEL, id);
        } catch (PSQLException refused) {
            assertThat(refused.getSQLState()).isEqualTo("PT409");
            return 0;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"completed", "failed"})
    void whatHasEndedIsNotCancelled(String status) throws SQLException {
        claim();
        owner.run("UPDATE public.export_history SET status = ?, error_message = NULL WHERE id = ?", status, export);

        var refusal = catchThrowableOfType(PSQLException.class, () -> cancelAs(user));

        assertThat(refusal.getSQLState()).isEqualTo("PT409");
        assertThat(refusal.getServerErrorMessage().getMessage())
                .isEqualTo("export " + export + " cannot be cancelled: it is " + status + " already");
        assertThat(refusal.getServerErrorMessage().getConstraint()).isEqualTo("export_history_cancels_active");
        assertThat(row()).isEqualTo(status + " | NULL");
    }

    @Test
    void aRequestCannotBeCancelledWhenItIsMade() throws SQLException {
        var refusal = catchThrowableOfType(PSQLException.class, () -> owner.run("""
                        INSERT INTO public.export_history (user_id, export_type, export_format, cancelled_at)
                        VALUES (?, 'qa', 'csv', now())
                        """, user));

        assertThat(refusal.getServerErrorMessage().getConstraint()).isEqualTo("export_history_cancelled_at_check");
    }

    @Test
    void theSameMayBeAskedForAgain() throws SQLException {
        cancelAs(user);

        assertThat(owner.run(
                        "INSERT INTO public.export_history (user_id, export_type, export_format) VALUES (?, 'all', 'csv')",
                        user))
                .isOne();
    }
}

package dev.satchel.postgres.progress;

import dev.satchel.UserId;
import dev.satchel.migrations.SampleDatabase;
import dev.satchel.postgres.SatchelPostgres;
import dev.satchel.progress.LearnerProgress;
import dev.satchel.progress.LearningSession;
import dev.satchel.progress.ProgressUnderTest;
import dev.satchel.record.filter.Phase;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.UUID;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/** Puts progress in a real PostgreSQL under the contract: the port as the worker, the world as the owner. */
final class PostgresProgressUnderTest implements ProgressUnderTest, AutoCloseable {

    private final SampleDatabase database = SampleDatabase.create();
    // A new connection for each of many thousand statements would take minutes.
    private final SingleConnectionDataSource workerConnection = connectedTo(database.workerDataSource());
    private final SingleConnectionDataSource ownerConnection = connectedTo(database.ownerDataSource());
    private final LearnerProgress progress = new SatchelPostgres(workerConnection).learnerProgress();
    private final JdbcClient owner = JdbcClient.create(ownerConnection);

    private static SingleConnectionDataSource connectedTo(DataSource database) {
        try {
            return new SingleConnectionDataSource(database.getConnection(), true);
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
    }

    PostgresProgressUnderTest emptied() {
        owner.sql("DELETE FROM public.users").update();
        return this;
    }

    SampleDatabase database() {
        return database;
    }

    JdbcClient owner() {
        return owner;
    }

    @Override
    public LearnerProgress progress() {
        return progress;
    }

    @Override
    public Instant now() {
        return owner.sql("SELECT clock_timestamp()")
                .query((row, number) -> row.getObject(1, OffsetDateTime.class).toInstant())
                .single();
    }

    @Override
    public UserId addUser() {
        UUID id = UUID.randomUUID();
        owner.sql("INSERT INTO public.users (id, email) VALUES (:id, :id::text || '@example.org')")
                .param("id", id)
                .update();
        return new UserId(id);
    }

    @Override
    public void deleteUser(UserId user) {
        owner.sql("DELETE FROM public.users WHERE id = :id")
                .param("id", user.value())
                .update();
    }

    @Override
    public void insert(UUID id, LearningSession session) {
        store("""
                INSERT INTO public.sessions (id, session_type, user_id, started_at, ended_at, descriptions_generated,
                                             images_processed, qa_attempts, qa_correct, vocabulary_learned)
                VALUES (:id, 'mixed', :user, :startedAt, :endedAt, :descriptions, :images, :attempts, :correct,
                        :vocabulary)
                """, id, session);
    }

    @Override
    public void update(UUID id, LearningSession session) {
        store("""
                UPDATE public.sessions
                   SET user_id = :user,
                       started_at = :startedAt,
                       ended_at = :endedAt,
                       descriptions_generated = :descriptions,
                       images_processed = :images,
                       qa_attempts = :attempts,
                       qa_correct = :correct,
                       vocabulary_learned = :vocabulary
                 WHERE id = :id
                """, id, session);
    }

    private void store(String sql, UUID id, LearningSession session) {
        int stored = owner.sql(sql)
                .param("id", id)
                .param("user", session.user() == null ? null : session.user().value())
                .param("startedAt", atUtc(session.startedAt()))
                .param("endedAt", atUtc(session.endedAt()))
                .param("descriptions", session.descriptions())
                .param("images", session.images())
                .param("attempts", session.attempts())
                .param("correct", session.correct())
                .param("vocabulary", session.vocabulary())
                .update();
        if (stored != 1) {
            throw new IllegalStateException("there is no session " + id);
        }
    }

    @Override
    public void delete(UUID id) {
        owner.sql("DELETE FROM public.sessions WHERE id = :id").param("id", id).update();
    }

    @Override
    public void setZone(UserId user, Instant since, ZoneId zone) {
        owner.sql("""
                INSERT INTO satchel.user_zone (user_id, since, zone)
                VALUES (:user, :since, :zone)
                    ON CONFLICT (user_id, since) DO UPDATE
                   SET zone = excluded.zone
                """)
                .param("user", user.value())
                .param("since", atUtc(since))
                .param("zone", zone.getId())
                .update();
    }

    @Override
    public void setWords(UserId user, Collection<Phase> phases) {
        owner.sql("DELETE FROM public.learning_progress WHERE user_id = :user")
                .param("user", user.value())
                .update();
        for (Phase phase : phases) {
            owner.sql("""
                    WITH item AS (
                        INSERT INTO public.vocabulary_items (spanish_text, english_translation)
                        VALUES ('palabra', 'word')
                        RETURNING id
                    )
                    INSERT INTO public.learning_progress (user_id, vocabulary_item_id, learning_phase)
                    SELECT :user, id, :phase::public.learning_phase FROM item
                    """)
                    .param("user", user.value())
                    .param("phase", phase.code())
                    .update();
        }
    }

    private static OffsetDateTime atUtc(Instant moment) {
        return moment == null ? null : moment.atOffset(ZoneOffset.UTC);
    }

    @Override
    public void close() {
        workerConnection.destroy();
        ownerConnection.destroy();
        database.close();
    }
}

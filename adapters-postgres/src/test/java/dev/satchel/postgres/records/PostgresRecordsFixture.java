package dev.satchel.postgres.records;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.AbortSignal;
import dev.satchel.UserId;
import dev.satchel.migrations.SampleDatabase;
import dev.satchel.postgres.dataset.PostgresDatasets;
import dev.satchel.record.Dataset;
import dev.satchel.record.ExportFilters;
import dev.satchel.record.LearningTypes;
import dev.satchel.record.RecordSink;
import dev.satchel.record.RecordingSink;
import dev.satchel.record.UserRecords;
import dev.satchel.record.filter.Difficulty;
import dev.satchel.record.filter.Phase;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A sample database for each test, and what the tests of {@link PostgresUserRecords} put into it and read from it. */
abstract class PostgresRecordsFixture {

    static final Duration LONG = Duration.ofMinutes(5);

    @AutoClose
    SampleDatabase database;

    JdbcClient owner;

    @BeforeEach
    void createDatabase() {
        database = SampleDatabase.create();
        owner = JdbcClient.create(database.ownerDataSource());
    }

    UserRecords records() {
        return new PostgresUserRecords(database.workerDataSource(), PostgresDatasets.builtIn(), LONG);
    }

    UserId addUser() {
        UUID id = UUID.randomUUID();
        run("INSERT INTO public.users (id, email) VALUES (?, ?)", id, id + "@example.org");
        return new UserId(id);
    }

    UUID addSession(UserId user, Instant startedAt) {
        UUID id = UUID.randomUUID();
        run(
                "INSERT INTO public.sessions (id, user_id, session_type, started_at) VALUES (?, ?, 'mixed', ?)",
                id,
                user.value(),
                startedAt.atOffset(ZoneOffset.UTC));
        return id;
    }

    void addWord(UserId user, String spanish, Difficulty difficulty, Phase phase) {
        study(user, word(list(null, true), spanish, difficulty), phase);
    }

    void dropAnalytics() {
        run("DROP TABLE public.learning_analytics");
    }

    void run(String sql, Object... values) {
        owner.sql(sql).params(values).update();
    }

    static String sealed(String quartet) {
        return "dk1.00000000-0000-4000-8000-000000000007." + quartet.repeat(21);
    }

    UUID list(UUID createdBy, boolean isPublic, UUID... sharedWith) {
        UUID id = UUID.randomUUID();
        run(
                "INSERT INTO public.vocabulary_lists (id, name, created_by, is_public, shared_with, description)"
                        + " VALUES (?, ?, ?, ?, ?::uuid[], 'secret of the list')",
                id,
                "list " + id,
                createdBy,
                isPublic,
                "{"
                        + String.join(
                                ",",
                                List.of(sharedWith).stream().map(UUID::toString).toList()) + "}");
        return id;
    }

    UUID word(UUID list, String spanish, Difficulty difficulty) {
        UUID id = UUID.randomUUID();
        run(
                "INSERT INTO public.vocabulary_items (id, vocabulary_list_id, spanish_text, english_translation,"
                        + " difficulty_level) VALUES (?, ?, ?, '', ?::public.difficulty_level)",
                id,
                list,
                spanish,
                difficulty.code());
        return id;
    }

    void study(UserId user, UUID word, Phase phase) {
        run(
                "INSERT INTO public.learning_progress (user_id, vocabulary_item_id, learning_phase)"
                        + " VALUES (?, ?, ?::public.learning_phase)",
                user.value(),
                word,
                phase.code());
    }

    RecordingSink all(UserId user) throws IOException {
        return all(user, records());
    }

    static RecordingSink all(UserId user, UserRecords records) throws IOException {
        RecordingSink sink = RecordingSink.hashing();
        UserRecords.Snapshot snapshot =
                records.read(user, LearningTypes.ALL.datasets(), ExportFilters.NONE, sink, new AbortSignal());
        assertThat(snapshot.hashes())
                .as("what PostgreSQL computed of the same values")
                .isEqualTo(sink.hashes());
        return sink;
    }

    static Map<String, Object> only(RecordingSink sink, Dataset dataset) {
        assertThat(sink.records(dataset)).hasSize(1);
        return sink.records(dataset).get(0);
    }

    static String everything(RecordingSink sink) {
        StringBuilder text = new StringBuilder();
        sink.datasets().forEach(dataset -> text.append(sink.rows(dataset)).append('\n'));
        return text.toString();
    }

    /** Does something just before each call of that name, and passes everything on. */
    static RecordSink before(String call, RecordSink sink, Hook hook) {
        return (RecordSink) Proxy.newProxyInstance(
                RecordSink.class.getClassLoader(), new Class<?>[] {RecordSink.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals(call)) {
                        hook.run();
                    }
                    try {
                        return method.invoke(sink, arguments);
                    } catch (InvocationTargetException refused) {
                        throw refused.getCause();
                    }
                });
    }

    interface Hook {
        void run() throws Exception;
    }

    static String sqlState(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException refused) {
                return refused.getSQLState();
            }
        }
        return "no SQLException among the causes";
    }
}

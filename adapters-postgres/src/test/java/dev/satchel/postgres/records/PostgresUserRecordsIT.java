package dev.satchel.postgres.records;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.satchel.AbortSignal;
import dev.satchel.UserId;
import dev.satchel.migrations.SampleDatabase;
import dev.satchel.postgres.dataset.PostgresDatasets;
import dev.satchel.record.Column;
import dev.satchel.record.Dataset;
import dev.satchel.record.ExportFilters;
import dev.satchel.record.LearningDatasets;
import dev.satchel.record.LearningTypes;
import dev.satchel.record.RecordSink;
import dev.satchel.record.RecordingSink;
import dev.satchel.record.RefusedStatementException;
import dev.satchel.record.UserRecords;
import dev.satchel.record.UserRecordsContract;
import dev.satchel.record.filter.Difficulty;
import dev.satchel.record.filter.Period;
import dev.satchel.record.filter.Phase;
import java.io.IOException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;

class PostgresUserRecordsIT extends PostgresRecordsFixture {

    @Nested
    class Contract extends UserRecordsContract {

        @Override
        protected UserRecords records() {
            return PostgresUserRecordsIT.this.records();
        }

        @Override
        protected UserId addUser() {
            return PostgresUserRecordsIT.this.addUser();
        }

        @Override
        protected UUID addSession(UserId user, Instant startedAt) {
            return PostgresUserRecordsIT.this.addSession(user, startedAt);
        }

        @Override
        protected void addWord(UserId user, String spanish, Difficulty difficulty, Phase phase) {
            PostgresUserRecordsIT.this.addWord(user, spanish, difficulty, phase);
        }

        @Override
        protected void dropAnalytics() {
            PostgresUserRecordsIT.this.dropAnalytics();
        }
    }

    @Nested
    class OnePeriod {

        @Test
        void choosesDatesByTheCalendarAndNotByTheZone() throws Exception {
            UserId user = addUser();
            for (String day : List.of("2026-01-09", "2026-01-10", "2026-01-11", "2026-01-12", "infinity")) {
                run(
                        "INSERT INTO public.learning_analytics (user_id, date_recorded) VALUES (?, ?::date)",
                        user.value(),
                        day);
            }
            Period days = new Period(
                    LocalDate.parse("2026-01-10"), LocalDate.parse("2026-01-11"), ZoneId.of("Pacific/Kiritimati"));
            RecordingSink sink = new RecordingSink();

            records()
                    .read(
                            user,
                            List.of(LearningDatasets.ANALYTICS),
                            new ExportFilters(days, null, null),
                            sink,
                            new AbortSignal());

            assertThat(sink.values(LearningDatasets.ANALYTICS, "date_recorded"))
                    .containsExactly(LocalDate.parse("2026-01-10"), LocalDate.parse("2026-01-11"));
        }

        @ParameterizedTest
        @FieldSource("dev.satchel.record.LearningDatasets#ALL")
        void canBeAskedOfEveryDatasetTogetherWithTheOtherFilters(Dataset dataset) throws Exception {
            UserId user = addUser();
            Period all = new Period(
                    LocalDate.parse("0001-01-01"), LocalDate.parse("9999-12-31"), ZoneId.of("Asia/Kathmandu"));
            RecordingSink sink = new RecordingSink();

            records()
                    .read(
                            user,
                            List.of(dataset),
                            new ExportFilters(all, Difficulty.ADVANCED, Phase.NEW),
                            sink,
                            new AbortSignal());

            assertThat(sink.datasets()).containsExactly(dataset);
        }
    }

    @Nested
    class ADatabaseThatLacks {

        @Test
        void aColumnLacksItInTheFile() throws Exception {
            UserId user = addUser();
            addSession(user, Instant.EPOCH);
            run("ALTER TABLE public.sessions DROP COLUMN user_agent");

            RecordingSink sink = all(user);

            assertThat(sink.columns(LearningDatasets.SESSIONS))
                    .extracting(Column::name)
                    .contains("session_data", "ip_address")
                    .doesNotContain("user_agent");
            assertThat(sink.rows(LearningDatasets.SESSIONS)).hasSize(1);
        }

        @Test
        void everyColumnOfADatasetLacksTheDataset() throws Exception {
            UserId user = addUser();
            run("""
                    DO $$
                    DECLARE
                        name text;
                    BEGIN
                        FOR name IN SELECT attname FROM pg_attribute
                                     WHERE attrelid = 'public.user_settings'::regclass AND attnum > 0
                                       AND NOT attisdropped AND attname <> 'user_id'
                        LOOP
                            EXECUTE format('ALTER TABLE public.user_settings DROP COLUMN %I CASCADE', name);
                        END LOOP;
                    END
                    $$
                    """);
            RecordingSink sink = new RecordingSink();

            UserRecords.Snapshot snapshot = records()
                    .read(user, List.of(LearningDatasets.SETTINGS), ExportFilters.NONE, sink, new AbortSignal());

            assertThat(snapshot.absent()).containsExactly(LearningDatasets.SETTINGS);
            assertThat(sink.datasets()).isEmpty();
        }

        @Test
        void aJoinedTableLosesItsColumnsAndNoRecord() throws Exception {
            UserId user = addUser();
            run(
                    "INSERT INTO public.saved_descriptions (user_id, english_description, spanish_description,"
                            + " description_style) VALUES (?, 'x', 'x', 'poetico')",
                    user.value());
            run("DROP TABLE public.images CASCADE");

            RecordingSink sink = all(user);

            assertThat(sink.rows(LearningDatasets.DESCRIPTIONS)).hasSize(1);
            assertThat(sink.columns(LearningDatasets.DESCRIPTIONS))
                    .extracting(Column::name)
                    .contains("image_id")
                    .doesNotContain("image_url");
        }

        @Test
        void someTablesOfWordsExportsTheOthers() throws Exception {
            UserId user = addUser();
            UUID own = list(user.value(), false);
            study(user, word(own, "gato", Difficulty.BEGINNER), Phase.NEW);

            run("DROP TABLE public.learning_progress");
            RecordingSink withoutLearning = all(user);
            run("DROP TABLE public.vocabulary_items");
            RecordingSink withoutWords = all(user);
            run("DROP TABLE public.vocabulary_lists CASCADE");
            RecordingSink sink = new RecordingSink();
            UserRecords.Snapshot withoutAny =
                    records().read(user, LearningTypes.ALL.datasets(), ExportFilters.NONE, sink, new AbortSignal());

            assertThat(only(withoutLearning, LearningDatasets.VOCABULARY))
                    .containsEntry("spanish_text", "gato")
                    .containsEntry("list_id", own)
                    .doesNotContainKey("mastery_level");
            assertThat(only(withoutWords, LearningDatasets.VOCABULARY))
                    .containsEntry("list_id", own)
                    .doesNotContainKey("spanish_text");
            assertThat(withoutAny.absent()).containsExactly(LearningDatasets.VOCABULARY);
        }

        @Test
        void satchelsTablesReportsNoVersionAndTheirDatasetsAsAbsent() throws Exception {
            try (SampleDatabase bare = SampleDatabase.createUnmigrated()) {
                UUID id = UUID.randomUUID();
                JdbcClient.create(bare.ownerDataSource())
                        .sql("INSERT INTO public.users (id, email) VALUES (?, 'a@example.org')")
                        .param(id)
                        .update();

                UserRecords.Snapshot snapshot = new PostgresUserRecords(
                                bare.superuserDataSource(), PostgresDatasets.builtIn(), LONG)
                        .read(
                                new UserId(id),
                                LearningTypes.ALL.datasets(),
                                ExportFilters.NONE,
                                new RecordingSink(),
                                new AbortSignal());

                assertThat(snapshot.absent())
                        .containsExactly(
                                LearningDatasets.PROGRESS, LearningDatasets.EXPORTS, LearningDatasets.API_KEYS);
                assertThat(snapshot.schemaVersion()).isEqualTo("unknown");
                assertThat(snapshot.records()).containsEntry(LearningDatasets.PROFILE, 1L);
            }
        }

        @Test
        void whatAPolicyOrAPathNamesIsOfTheDatasetsAndNotOfSatchel() throws Exception {
            UserId user = addUser();
            addSession(user, Instant.EPOCH);
            run("CREATE TABLE public.members (user_id uuid)");
            run("CREATE FUNCTION public.is_member(who uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS"
                    + " 'BEGIN RETURN EXISTS (SELECT FROM public.members WHERE user_id = who); END'");
            run(
                    "CREATE POLICY members ON public.sessions FOR SELECT TO authenticated USING (public.is_member(user_id))");
            run("DROP TABLE public.members");

            assertThatThrownBy(() -> all(user))
                    .isInstanceOf(RefusedStatementException.class)
                    .satisfies(thrown -> assertThat(sqlState(thrown)).isEqualTo("42P01"));

            run("DROP POLICY members ON public.sessions");
            run("ALTER TABLE public.user_settings DROP user_id CASCADE, ADD user_id bigint");

            assertThatThrownBy(() -> all(user))
                    .isInstanceOf(RefusedStatementException.class)
                    .hasMessage(
                            "a table, a column or a function of a policy is not what the datasets file says: 'satchel"
                                    + " datasets check' and 'satchel verify' name what differs")
                    .satisfies(thrown -> assertThat(sqlState(thrown)).isEqualTo("42883"));
        }

        @Test
        void aGrantThrowsWithTheSqlState() throws Exception {
            UserId user = addUser();
            run("REVOKE SELECT ON public.sessions FROM authenticated");

            assertThatThrownBy(() -> all(user))
                    .isInstanceOf(DataAccessException.class)
                    .satisfies(thrown -> assertThat(sqlState(thrown)).isEqualTo("42501"));
        }
    }

    @Test
    void tellsTheObserverWhenADatasetBeginsAndEnds() throws Exception {
        UserId user = addUser();
        List<String> told = new ArrayList<>();
        PostgresUserRecords records =
                new PostgresUserRecords(database.workerDataSource(), PostgresDatasets.builtIn(), LONG);
        records.observe(dataset -> {
            told.add("begins " + dataset.name());
            return () -> told.add("ended " + dataset.name());
        });
        RecordSink failing = before("endDataset", new RecordingSink(), () -> {
            if (told.size() == 3) {
                throw new IOException("full");
            }
        });

        assertThatThrownBy(() -> records.read(
                        user,
                        List.of(LearningDatasets.PROFILE, LearningDatasets.SESSIONS),
                        ExportFilters.NONE,
                        failing,
                        new AbortSignal()))
                .hasMessage("full");

        assertThat(told).containsExactly("begins profile", "ended profile", "begins sessions", "ended sessions");
    }

    @Test
    void tellsTheZoneOfTheUsersDays() throws Exception {
        UserId user = addUser();
        UserId another = addUser();
        run(
                "INSERT INTO satchel.user_zone (user_id, since, zone) VALUES"
                        + " (?, '2020-01-01', 'Asia/Tokyo'), (?, '2021-01-01', 'Europe/Madrid'), (?, 'infinity', 'America/Lima')",
                user.value(),
                user.value(),
                user.value());

        assertThat(zoneOf(user, ExportFilters.NONE)).isEqualTo(ZoneId.of("Europe/Madrid"));
        assertThat(zoneOf(another, ExportFilters.NONE)).isEqualTo(ZoneOffset.UTC);
        assertThat(zoneOf(user, ExportFilters.of(Map.of("from", "2026-01-01", "zone", "America/Lima"))))
                .as("the zone of the request")
                .isEqualTo(ZoneId.of("America/Lima"));
        assertThat(zoneOf(user, ExportFilters.of(Map.of("from", "2026-01-01"))))
                .as("the user's own where the request has dates and no zone")
                .isEqualTo(ZoneId.of("Europe/Madrid"));
        assertThat(zoneOf(user, ExportFilters.of(Map.of("from", "2026-01-01", "zone", "UTC"))))
                .isEqualTo(ZoneOffset.UTC);

        // An operator may take the right away from the workers.
        run("REVOKE SELECT ON satchel.user_zone FROM satchel_exports");
        assertThat(zoneOf(user, ExportFilters.NONE)).isEqualTo(ZoneOffset.UTC);
    }

    private ZoneId zoneOf(UserId user, ExportFilters filters) throws Exception {
        RecordingSink sink = new RecordingSink();
        records().read(user, List.of(LearningDatasets.SESSIONS), filters, sink, new AbortSignal());
        return sink.zone().orElseThrow();
    }

    @Test
    void readsTheSampleLearnersWhole() throws Exception {
        database.withLearners();
        Map<Dataset, String> tables = Map.of(
                LearningDatasets.SETTINGS, "user_settings",
                LearningDatasets.PROGRESS, "user_progress",
                LearningDatasets.SESSIONS, "sessions",
                LearningDatasets.DESCRIPTIONS, "saved_descriptions",
                LearningDatasets.QA, "qa_responses",
                LearningDatasets.INTERACTIONS, "user_interactions",
                LearningDatasets.ANALYTICS, "learning_analytics",
                LearningDatasets.EXPORTS, "export_history");
        List<UUID> learners =
                owner.sql("SELECT id FROM public.users").query(UUID.class).list();

        for (UUID learner : learners) {
            RecordingSink sink = all(new UserId(learner));

            tables.forEach((dataset, table) -> assertThat(sink.values(dataset, "id"))
                    .as("%s of %s", table, learner)
                    .containsExactlyInAnyOrderElementsOf(
                            owner.sql("SELECT id FROM public." + table + " WHERE user_id = ?")
                                    .param(learner)
                                    .query()
                                    .singleColumn()));
            assertThat(sink.values(LearningDatasets.VOCABULARY, "vocabulary_item_id"))
                    .as("words of %s", learner)
                    .containsExactlyInAnyOrderElementsOf(
                            owner.sql("""
                                SELECT vocabulary_item_id
                                  FROM public.learning_progress
                                 WHERE user_id = :learner
                                 UNION
                                SELECT word.id
                                  FROM public.vocabulary_items AS word
                                  JOIN public.vocabulary_lists AS list ON list.id = word.vocabulary_list_id
                                 WHERE list.created_by = :learner
                                """).param("learner", learner).query().singleColumn());
        }
        assertThat(learners).hasSizeGreaterThanOrEqualTo(20);
    }
}

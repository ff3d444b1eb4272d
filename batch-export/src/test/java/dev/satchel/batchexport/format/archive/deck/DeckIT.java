package dev.satchel.batchexport.format.archive.deck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.AbortSignal;
import dev.satchel.UserId;
import dev.satchel.batchexport.format.archive.Language;
import dev.satchel.batchexport.format.archive.Shown;
import dev.satchel.migrations.SampleDatabase;
import dev.satchel.postgres.SatchelPostgres;
import dev.satchel.record.ExportFilters;
import dev.satchel.record.LearningDatasets;
import dev.satchel.record.UserRecords;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The deck of a learner in a real database, compared with what that database says. */
class DeckIT {

    private static final UUID LEARNER = UUID.fromString("11111111-1111-4111-8111-111111111111");

    /** Every third word was never studied, and some of the rest have no next review, no ease, or an odd interval. */
    private static final String FILL = """
            INSERT INTO public.users (id, email) VALUES ('%1$s', 'learner@example.org'),
                                                        ('22222222-2222-4222-8222-222222222222', 'other@example.org');
            INSERT INTO public.vocabulary_lists (id, name, created_by)
            VALUES ('33333333-3333-4333-8333-333333333333', 'Mi lista', '%1$s'),
                   ('44444444-4444-4444-8444-444444444444', 'Vacía', '%1$s');
            INSERT INTO public.vocabulary_items (id, vocabulary_list_id, spanish_text, english_translation, created_at)
            SELECT ('55555555-5555-4555-8555-' || to_char(n, 'FM000000000000'))::uuid,
                   '33333333-3333-4333-8333-333333333333', 'palabra <' || n || '> & [sound:' || n || ']',
                   'word ' || n, timestamptz '2026-01-01 00:00Z' + n * interval '1 minute'
              FROM generate_series(1, 60) AS n;
            INSERT INTO public.learning_progress (user_id, vocabulary_item_id, review_count, next_review, ease_factor,
                                                  interval_days, learning_phase)
            SELECT learner::uuid, item.id, CASE WHEN n %% 7 <> 0 THEN n - 3 END,
                   CASE WHEN n %% 5 = 0 THEN NULL WHEN n %% 11 = 0 THEN 'infinity'
                        ELSE timestamptz '2026-11-20 22:30:00Z' + n * interval '7 hours' END,
                   CASE WHEN n %% 4 <> 0 THEN 1.0 + n / 10.0 END, CASE WHEN n %% 6 <> 0 THEN n - 5 END,
                   (enum_range(NULL::public.learning_phase))[1 + n %% 4]
              FROM (VALUES ('%1$s'), ('22222222-2222-4222-8222-222222222222')) AS who (learner)
             CROSS JOIN (SELECT id, right(id::text, 12)::integer AS n FROM public.vocabulary_items) AS item
             WHERE n %% 3 <> 0;
            """.formatted(LEARNER);

    private static final String SCHEDULES = """
            SELECT concat_ws('|', item.id,
                             CASE WHEN next_review IS NULL THEN 0 ELSE 2 END,
                             CASE WHEN next_review = 'infinity' THEN 36500
                                  WHEN next_review IS NOT NULL
                                  THEN (next_review AT TIME ZONE 'UTC')::date - :created END,
                             CASE WHEN next_review IS NULL THEN 0 ELSE greatest(coalesce(interval_days, 1), 1) END,
                             CASE WHEN next_review IS NULL THEN 0
                                  ELSE (greatest(coalesce(ease_factor, 2.5), 1.3) * 1000)::integer END,
                             CASE WHEN next_review IS NULL THEN 0 ELSE greatest(coalesce(review_count, 0), 0) END)
              FROM public.vocabulary_items AS item
              LEFT JOIN public.learning_progress AS progress
                ON progress.vocabulary_item_id = item.id AND progress.user_id = :learner
            """;

    @TempDir
    Path folder;

    @AutoClose
    private SampleDatabase database;

    private JdbcClient owner;

    @BeforeEach
    void fill() {
        database = SampleDatabase.create();
        owner = JdbcClient.create(database.ownerDataSource());
        owner.sql(FILL).update();
    }

    private OpenedDeck exported() throws IOException, SQLException {
        DeckPart part = new DeckPart();
        UserRecords.Snapshot snapshot = new SatchelPostgres(database.workerDataSource())
                .userRecords()
                .read(
                        new UserId(LEARNER),
                        List.of(LearningDatasets.VOCABULARY),
                        ExportFilters.NONE,
                        part,
                        new AbortSignal());
        return OpenedDeck.in(
                folder,
                Shown.of(part, Language.SPANISH, ZoneOffset.UTC, snapshot.takenAt())
                        .files()
                        .get("data/words.apkg"));
    }

    @Test
    void hasTheScheduleOfEachWordThatTheDatabaseHas() throws IOException, SQLException {
        try (OpenedDeck deck = exported()) {
            LocalDate created = LocalDate.parse(deck.value("SELECT date(crt, 'unixepoch') FROM col"));
            List<String> expected = owner.sql(SCHEDULES)
                    .param("created", created)
                    .param("learner", LEARNER)
                    .query(String.class)
                    .list();

            assertThat(expected).hasSize(60);
            // The position of a new card is its place in the export, and compared in DeckPartTest.
            assertThat(deck.rows("SELECT guid, type, CASE type WHEN 2 THEN due || '|' ELSE '' END || ivl, factor, reps"
                            + " FROM notes JOIN cards ON nid = notes.id"))
                    .containsExactlyInAnyOrderElementsOf(expected);
        }
    }

    @Test
    void keepsTheIdOfEachWordWhenDataHasChanged() throws IOException, SQLException {
        try (OpenedDeck first = exported()) {
            owner.sql("""
                            UPDATE public.learning_progress SET next_review = now() + interval '3 days', ease_factor = 2;
                            UPDATE public.vocabulary_items SET spanish_text = 'otra ' || spanish_text
                             WHERE spanish_text LIKE '%1%';
                            INSERT INTO public.vocabulary_items (vocabulary_list_id, spanish_text, english_translation)
                            VALUES ('33333333-3333-4333-8333-333333333333', 'nueva', 'new');
                            """).update();
            try (OpenedDeck second = exported()) {
                List<String> before = first.rows("SELECT guid FROM notes");
                List<String> after = second.rows("SELECT guid FROM notes");
                assertThat(before).hasSize(60);
                assertThat(after).hasSize(61).containsAll(before);
                assertThat(new HashSet<>(after)).hasSize(61);
                assertThat(second.value("SELECT mid || ' ' || did FROM notes JOIN cards ON nid = notes.id LIMIT 1"))
                        .isEqualTo(first.value(
                                "SELECT mid || ' ' || did FROM notes JOIN cards ON nid = notes.id LIMIT 1"));
            }
        }
    }
}

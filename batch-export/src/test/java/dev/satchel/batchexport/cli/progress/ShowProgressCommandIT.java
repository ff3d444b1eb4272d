package dev.satchel.batchexport.cli.progress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.Installation;
import dev.satchel.batchexport.Installation.Result;
import dev.satchel.migrations.SampleDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What an operator is shown of one learner. */
class ShowProgressCommandIT {

    private static final String ANA = "11111111-1111-4111-8111-111111111111";
    private static final String NEWCOMER = "22222222-2222-4222-8222-222222222222";

    @AutoClose
    private static SampleDatabase database;

    @BeforeAll
    static void open() throws SQLException {
        database = SampleDatabase.create();
        try (Connection owner = database.ownerDataSource().getConnection();
                Statement statement = owner.createStatement()) {
            statement.execute("""
                    INSERT INTO public.users (id, email)
                    VALUES ('11111111-1111-4111-8111-111111111111', 'ana@example.org'),
                           ('22222222-2222-4222-8222-222222222222', 'newcomer@example.org');
                    INSERT INTO satchel.user_zone (user_id, since, zone)
                    VALUES ('11111111-1111-4111-8111-111111111111', '2020-01-01T00:00:00Z', 'Asia/Tokyo');
                    INSERT INTO public.sessions (user_id, session_type, started_at, ended_at, descriptions_generated,
                                                 images_processed, qa_attempts, qa_correct, vocabulary_learned)
                    VALUES ('11111111-1111-4111-8111-111111111111', 'mixed', '2024-05-12T15:00:00Z',
                            '2024-05-12T15:01:30Z', 1, 2, 3, 2, 4),
                           ('11111111-1111-4111-8111-111111111111', 'mixed', '2024-05-13T15:00:00Z',
                            '2024-05-13T15:01:30Z', NULL, 0, 0, 0, 0),
                           ('11111111-1111-4111-8111-111111111111', 'mixed', '2024-05-13T16:00:00Z',
                            '2024-05-13T16:00:00.25Z', 0, 0, 0, 0, 0),
                           ('11111111-1111-4111-8111-111111111111', 'mixed', '2023-01-01T12:00:00Z',
                            '2023-01-01T12:00:00Z', 0, 0, 0, 0, 0);
                    WITH item AS (
                        INSERT INTO public.vocabulary_items (spanish_text, english_translation)
                        SELECT 'palabra', 'word' FROM generate_series(1, 6)
                        RETURNING id
                    )
                    INSERT INTO public.learning_progress (user_id, vocabulary_item_id, learning_phase)
                    SELECT '11111111-1111-4111-8111-111111111111', id,
                           (ARRAY ['new', 'learning', 'review', 'mastered', 'new', 'new'])[row_number() OVER ()]
                               ::public.learning_phase
                      FROM item;
                    """);
        }
    }

    private static Result show(String... arguments) {
        String[] call = new String[arguments.length + 2];
        call[0] = "progress";
        call[1] = "show";
        System.arraycopy(arguments, 0, call, 2, arguments.length);
        return Installation.satchel(Map.of("DATABASE_URL", database.workerUrl()), call);
    }

    private static JsonNode json(String... arguments) {
        return JsonMapper.shared().readTree(show(arguments).succeeded());
    }

    private static Instant databaseNow() throws SQLException {
        try (Connection owner = database.ownerDataSource().getConnection();
                Statement statement = owner.createStatement();
                var row = statement.executeQuery("SELECT clock_timestamp()")) {
            row.next();
            return row.getObject(1, OffsetDateTime.class).toInstant();
        }
    }

    // How many a session is worth is not for this test to say.
    private static int points() {
        try (Connection owner = database.ownerDataSource().getConnection();
                Statement statement = owner.createStatement();
                var row = statement.executeQuery(
                        "SELECT total_points FROM public.user_progress WHERE user_id = '" + ANA + "'")) {
            row.next();
            return row.getInt(1);
        } catch (SQLException failure) {
            throw new AssertionError(failure);
        }
    }

    @Test
    void showsTotalsAndTheStreakAsOfTheMoment() {
        Result shown = show("--user", ANA, "--at", "2024-05-14T15:00:00Z");

        assertThat(shown.succeeded()).isEqualToNormalizingNewlines("""
                        user               11111111-1111-4111-8111-111111111111
                        sessions           4
                        descriptions       1
                        images             2
                        questions answered 3
                        accuracy           66.67 %%
                        vocabulary learned 4
                        minutes            3
                        points             %d
                        words mastered     1
                        words learning     2
                        words new          3
                        last activity      2024-05-13T16:00:00.250Z
                        as of              2024-05-14T15:00:00Z
                        today              2024-05-15
                        current streak     2
                        longest streak     2
                        active days        2 of the last 365""".formatted(points()));
        assertThat(shown.err()).isEmpty();
    }

    @Test
    void printsEverythingAsJson() {
        String shown =
                show("--user", ANA, "--at", "2024-05-15T15:00:00Z", "--json").succeeded();

        assertThat(JsonMapper.shared().readTree(shown))
                .isEqualTo(JsonMapper.shared().readTree("""
                        {
                          "user_id": "11111111-1111-4111-8111-111111111111",
                          "total_descriptions": 1,
                          "total_images": 2,
                          "total_questions_answered": 3,
                          "total_vocabulary_learned": 4,
                          "total_sessions": 4,
                          "total_time_spent_minutes": 3,
                          "current_streak_days": 0,
                          "longest_streak_days": 2,
                          "total_points": %d,
                          "average_accuracy": 66.67,
                          "mastered_words_count": 1,
                          "learning_words_count": 2,
                          "new_words_count": 3,
                          "last_activity_at": "2024-05-13T16:00:00.250Z",
                          "at": "2024-05-15T15:00:00Z",
                          "today": "2024-05-16",
                          "sessions_by_day": {"2024-05-13": 1, "2024-05-14": 2}
                        }
                        """.formatted(points())));
    }

    @Test
    void showsTheStreakThatDiedWithoutAWrite() {
        assertThat(json("--user", ANA, "--at", "2024-05-15T14:59:59.999999999Z", "--json")
                        .get("current_streak_days")
                        .asInt())
                .isEqualTo(2);
        assertThat(json("--user", ANA, "--at", "2024-05-15T15:00:00Z", "--json")
                        .get("current_streak_days")
                        .asInt())
                .isZero();
    }

    @Test
    void showsWhoHasDoneNothingYet() {
        JsonNode shown = json("--user", NEWCOMER, "--at", "2024-05-15T23:00:00Z", "--json");

        assertThat(shown.get("total_sessions").asInt()).isZero();
        assertThat(shown.get("last_activity_at").isNull()).isTrue();
        assertThat(shown.get("today").asString()).isEqualTo("2024-05-15");
        assertThat(shown.get("sessions_by_day").isEmpty()).isTrue();
        assertThat(show("--user", NEWCOMER).succeeded())
                .contains("sessions           0", "active days        0 of the last 365")
                .doesNotContain("last activity");
    }

    @Test
    void showsTheStreakAsOfNowWhenNoMomentIsGiven() throws SQLException {
        Instant before = databaseNow();
        JsonNode shown = json("--user", ANA, "--json");
        Instant after = databaseNow();

        assertThat(Instant.parse(shown.get("at").asString())).isBetween(before, after);
        assertThat(shown.get("current_streak_days").asInt()).isZero();
    }

    @Test
    void namesAUserNobodyKnows() {
        String stranger = "99999999-9999-4999-8999-999999999999";

        for (List<String> form : List.of(List.of("--user", stranger), List.of("--user", stranger, "--json"))) {
            assertThat(show(form.toArray(String[]::new)))
                    .isEqualTo(new Result(1, "", "satchel: no user has the id " + stranger + System.lineSeparator()));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"yesterday", "", "2024-05-15", "2024-05-15T12:00:00", "2024-02-30T12:00:00Z", "1715774400"})
    void refusesWhatIsNoInstant(String moment) {
        assertThat(show("--user", ANA, "--at", moment))
                .isEqualTo(new Result(
                        2,
                        "",
                        "satchel: '" + moment + "' is not a valid instant: expected a moment in UTC such as"
                                + " 2026-03-01T09:30:00Z" + System.lineSeparator()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0001-12-31T23:59:59Z",
                "9999-01-01T00:00:00Z",
                "-4800-01-01T00:00:00Z",
                "+300000-01-01T00:00:00Z"
            })
    void refusesAMomentOutOfRange(String moment) {
        assertThat(show("--user", ANA, "--at=" + moment))
                .isEqualTo(new Result(
                        2,
                        "",
                        "satchel: '" + moment + "' is out of range: expected a year from 2 to 9998"
                                + System.lineSeparator()));
    }

    @ParameterizedTest
    @CsvSource({"0002-01-01T00:00:00Z, 0002-01-01", "9998-12-31T23:59:59Z, 9999-01-01"})
    void takesTheFirstMomentAndTheLast(String moment, String today) {
        assertThat(json("--user", ANA, "--at", moment, "--json").get("today").asString())
                .isEqualTo(today);
    }

    @Test
    void refusesAMalformedOrMissingId() {
        assertThat(show("--user", "ana"))
                .isEqualTo(new Result(
                        2,
                        "",
                        "satchel: 'ana' is not a valid user id: expected a UUID such as"
                                + " 123e4567-e89b-12d3-a456-426614174000" + System.lineSeparator()));
        assertThat(show().exit()).isEqualTo(2);
        assertThat(show().err()).contains("Missing required option: '--user=ID'");
    }
}

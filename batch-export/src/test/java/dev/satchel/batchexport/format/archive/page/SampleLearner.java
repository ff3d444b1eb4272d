package dev.satchel.batchexport.format.archive.page;

import dev.satchel.batchexport.format.archive.Addressee;
import dev.satchel.batchexport.format.archive.ArchiveSettings;
import dev.satchel.batchexport.format.archive.Language;
import dev.satchel.batchexport.format.archive.OperatorTexts;
import dev.satchel.batchexport.format.archive.OperatorTexts.Topic;
import dev.satchel.batchexport.format.value.RecordObjects;
import dev.satchel.record.Column;
import dev.satchel.record.Column.Type;
import dev.satchel.record.LearningDatasets;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;

/** A learner with a year of sessions and some hundreds of words. The same each time. */
final class SampleLearner {

    private static final ZoneId ZONE = ZoneId.of("Europe/Madrid");
    private static final int WORDS = 600;

    private static final String[][] NOUNS = {
        {"el mercado", "market"}, {"la ventana", "window"}, {"el paraguas", "umbrella"}, {"la montaña", "mountain"},
        {"el niño", "boy"}, {"la cuchara", "spoon"}, {"el puente", "bridge"}, {"la sombra", "shadow"},
        {"el barco", "boat"}, {"la lluvia", "rain"}, {"el camarero", "waiter"}, {"la pregunta", "question"}
    };
    private static final String[][] MEANINGS = {
        {"grande", "big"}, {"pequeño", "small"}, {"viejo", "old"}, {"rojo", "red"}, {"ajeno", "somebody else’s"},
        {"lejano", "distant"}, {"tranquilo", "quiet"}, {"roto", "broken"}, {"nuevo", "new"}, {"vacío", "empty"}
    };
    private static final List<String> LISTS = List.of("Mis palabras", "En la cocina", "Viaje a Oaxaca", "Trabajo");
    private static final List<String> PHASES =
            List.of("mastered", "mastered", "mastered", "review", "review", "review", "learning", "learning", "new");

    private final Random random = new Random(7);
    private final int size;
    private final PageUnderTest page;

    private SampleLearner(int size, PageUnderTest page) {
        this.size = size;
        this.page = page;
    }

    private static ArchiveSettings settings() {
        return new ArchiveSettings(
                new OperatorTexts(
                        text("Palabra", "Palabra"),
                        text("privacy@palabra.example", "privacidad@palabra.example"),
                        Map.of(Topic.RETENTION, text("Until you delete your account.", "Hasta que borres tu cuenta.")),
                        Map.of(
                                "sessions",
                                Map.of(
                                        Topic.PURPOSE,
                                        text(
                                                "To show your progress and to choose the next words.",
                                                "Para mostrar tu progreso y elegir las próximas palabras."),
                                        Topic.RECIPIENTS,
                                        text("Nobody outside of Palabra.", "Nadie fuera de Palabra.")),
                                "qa",
                                Map.of(
                                        Topic.PURPOSE,
                                        text(
                                                "To tell how well you know a word.",
                                                "Para saber qué tan bien conoces una palabra."),
                                        Topic.RECIPIENTS,
                                        text(
                                                "OpenAI, which judges free answers.",
                                                "OpenAI, que juzga respuestas libres.")))),
                Duration.ofDays(7),
                Map.of(
                        "sessions",
                        Map.of(
                                "public.sessions.user_id",
                                "the user's own id, the same in every record: 'id' in profile")),
                "Satchel 1");
    }

    private static Map<Language, String> text(String english, String spanish) {
        return Map.of(Language.ENGLISH, english, Language.SPANISH, spanish);
    }

    /**
     * The page of that learner.
     *
     * @param size of tables in percent: axe-core looks at each cell
     */
    static String page(Language language, int size) throws IOException {
        SampleLearner learner = new SampleLearner(
                size, new PageUnderTest(new Addressee(language, Optional.of("Ana María Núñez"), ZONE), settings()));
        learner.profile();
        learner.progress();
        learner.sessions();
        learner.words();
        learner.descriptions();
        learner.answers();
        learner.rest();
        return learner.page.html();
    }

    private static Column column(String name, Type type) {
        // As the datasets of the application have it.
        return new Column(name, type, Column.Origin.OBSERVED);
    }

    private void profile() throws IOException {
        page.begin(
                LearningDatasets.PROFILE,
                column("id", Type.UUID),
                column("email", Type.TEXT),
                column("username", Type.TEXT),
                column("full_name", Type.TEXT),
                column("avatar_url", Type.TEXT),
                column("spanish_level", Type.TEXT),
                column("profile_completed", Type.BOOLEAN),
                column("target_words_per_day", Type.INTEGER),
                column("created_at", Type.INSTANT));
        page.row(
                new UUID(3, 4),
                "ana@example.org",
                "ana.nunez",
                "Ana María Núñez",
                "https://images.example.org/ana.jpg",
                "intermediate",
                true,
                10,
                Instant.parse("2025-11-02T17:03:00Z"));
        page.end();
    }

    private void progress() throws IOException {
        page.begin(
                LearningDatasets.PROGRESS,
                column("id", Type.UUID),
                column("total_descriptions", Type.INTEGER),
                column("total_questions_answered", Type.INTEGER),
                column("total_vocabulary_learned", Type.INTEGER),
                column("total_sessions", Type.INTEGER),
                column("total_time_spent_minutes", Type.INTEGER),
                column("current_streak_days", Type.INTEGER),
                column("longest_streak_days", Type.INTEGER),
                column("total_points", Type.INTEGER),
                column("average_accuracy", Type.DECIMAL),
                column("mastered_words_count", Type.INTEGER),
                column("last_activity_at", Type.INSTANT));
        page.row(
                new UUID(5, 6),
                212,
                2874,
                584,
                355,
                6912,
                12,
                31,
                14_820,
                new BigDecimal("81.40"),
                176,
                Instant.parse("2026-11-28T07:40:00Z"));
        page.end();
    }

    private void sessions() throws IOException {
        page.begin(
                LearningDatasets.SESSIONS,
                column("id", Type.UUID),
                column("session_type", Type.TEXT),
                column("started_at", Type.INSTANT),
                column("ended_at", Type.INSTANT),
                column("duration_minutes", Type.INTEGER),
                column("qa_attempts", Type.INTEGER),
                column("qa_correct", Type.INTEGER),
                column("vocabulary_learned", Type.INTEGER),
                column("descriptions_generated", Type.INTEGER),
                column("session_data", Type.JSON),
                column("device_type", Type.TEXT));
        LocalDate today = LocalDate.of(2026, 11, 28);
        List<String> kinds = List.of("qa", "vocabulary", "mixed", "description");
        for (LocalDate day = today.minusDays(size < 10 ? 30 : 371); !day.isAfter(today); day = day.plusDays(1)) {
            boolean isHoliday = day.getMonthValue() == 8 && day.getDayOfMonth() < 19;
            boolean isStreak = day.isAfter(today.minusDays(12));
            double zeal = 0.35 + 0.4 * (371 - (today.toEpochDay() - day.toEpochDay())) / 371.0;
            int sessions = isHoliday || day.equals(today)
                    ? 0
                    : random.nextDouble() < zeal ? 1 + (int) (random.nextDouble() * 2.4) : 0;
            for (int session = 0; session < Math.max(sessions, isStreak ? 1 : 0); session++) {
                Instant start = day.atTime(8 + 5 * session, random.nextInt(60))
                        .atZone(ZONE)
                        .toInstant();
                int minutes = 6 + random.nextInt(28);
                int attempts = 4 + random.nextInt(12);
                boolean isOpen = day.equals(today.minusDays(3)) && session == 0;
                page.row(
                        new UUID(random.nextLong(), random.nextLong()),
                        kinds.get(random.nextInt(4)),
                        start,
                        isOpen ? null : start.plus(Duration.ofMinutes(minutes)),
                        isOpen ? null : minutes,
                        attempts,
                        (int) Math.round(attempts * Math.min(1, zeal + 0.12 + random.nextDouble() * 0.3)),
                        random.nextInt(6),
                        random.nextInt(3),
                        new RecordObjects.Json("{}"),
                        random.nextInt(3) == 0 ? "tablet" : "phone");
            }
        }
        page.end();
    }

    private void words() throws IOException {
        page.begin(
                LearningDatasets.VOCABULARY,
                column("vocabulary_item_id", Type.UUID),
                column("spanish_text", Type.TEXT),
                column("english_translation", Type.TEXT),
                column("part_of_speech", Type.TEXT),
                column("list_name", Type.TEXT),
                column("learning_phase", Type.TEXT),
                column("review_count", Type.INTEGER),
                column("correct_count", Type.INTEGER),
                column("next_review", Type.INSTANT));
        for (int word = 0; word < WORDS * size / 100; word++) {
            String[] noun = NOUNS[word % NOUNS.length];
            String[] meaning = MEANINGS[word / NOUNS.length % MEANINGS.length];
            boolean isBare = word < NOUNS.length;
            String phase = word < 40 * size / 100 ? null : PHASES.get(random.nextInt(PHASES.size()));
            int reviews = 2 + random.nextInt(20);
            int days = "mastered".equals(phase) ? 5 + random.nextInt(60) : random.nextInt(12) - 2;
            page.row(
                    new UUID(random.nextLong(), random.nextLong()),
                    isBare
                            ? noun[0]
                            : noun[0] + " "
                                    + (noun[0].startsWith("la") ? meaning[0].replaceAll("o$", "a") : meaning[0]),
                    isBare ? noun[1] : meaning[1] + " " + noun[1],
                    "noun",
                    LISTS.get(random.nextInt(LISTS.size())),
                    phase,
                    phase == null ? null : reviews,
                    phase == null ? null : reviews - random.nextInt(Math.min(4, reviews)),
                    phase == null ? null : PageUnderTest.NOW.plus(Duration.ofDays(days)));
        }
        page.end();
    }

    private void descriptions() throws IOException {
        page.begin(
                LearningDatasets.DESCRIPTIONS,
                column("id", Type.UUID),
                column("created_at", Type.INSTANT),
                column("spanish_description", Type.TEXT),
                column("english_description", Type.TEXT),
                column("description_style", Type.TEXT),
                column("personal_notes", Type.TEXT),
                column("tags", Type.JSON),
                column("image_url", Type.TEXT));
        for (int at = 48 - Math.max(2, 48 * size / 100); at < 48; at++) {
            page.row(
                    new UUID(8, at),
                    PageUnderTest.NOW.minus(Duration.ofHours(170L * (48 - at))),
                    "Una mujer mayor vende flores en la esquina de una plaza tranquila. Detrás de ella, un niño con un"
                            + " paraguas rojo espera a que deje de llover.",
                    "An old woman sells flowers on the corner of a quiet square. Behind her, a boy with a red umbrella"
                            + " waits for the rain to stop.",
                    at % 2 == 0 ? "poetico" : "conversacional",
                    at % 7 == 0 ? "Ojo: «deje de llover» es subjuntivo." : null,
                    new RecordObjects.Json("[\"plaza\", \"lluvia\"]"),
                    "https://images.example.org/" + at + ".jpg");
        }
        page.end();
    }

    private void answers() throws IOException {
        page.begin(
                LearningDatasets.QA,
                column("id", Type.UUID),
                column("created_at", Type.INSTANT),
                column("question", Type.TEXT),
                column("user_answer", Type.TEXT),
                column("correct_answer", Type.TEXT),
                column("is_correct", Type.BOOLEAN),
                column("difficulty", Type.TEXT));
        for (int at = 0; at < 2874 * size / 100; at++) {
            boolean isCorrect = random.nextInt(5) > 0;
            page.row(
                    new UUID(9, at),
                    PageUnderTest.NOW.minus(Duration.ofMinutes(180L * (2874 - at))),
                    "¿Qué vende la mujer en la esquina?",
                    isCorrect ? "Vende flores." : "Vende frutas.",
                    "Vende flores.",
                    isCorrect,
                    List.of("facil", "medio", "dificil").get(random.nextInt(3)));
        }
        page.end();
    }

    private void rest() throws IOException {
        page.begin(
                LearningDatasets.INTERACTIONS,
                column("id", Type.UUID),
                column("interaction_type", Type.TEXT),
                column("component", Type.TEXT),
                column("action", Type.TEXT),
                column("timestamp", Type.INSTANT),
                column("duration_ms", Type.INTEGER));
        for (int at = 0; at < 5000 * size / 100; at++) {
            page.row(
                    new UUID(10, at),
                    "click",
                    "FlashCard",
                    at % 3 == 0 ? "flip" : "next",
                    PageUnderTest.NOW.minus(Duration.ofMinutes(90L * (5000 - at))),
                    400 + random.nextInt(9000));
        }
        page.end();
        page.begin(LearningDatasets.ANALYTICS, column("date_recorded", Type.DATE));
        page.end();
        page.begin(
                LearningDatasets.API_KEYS,
                column("provider", Type.TEXT),
                column("is_set", Type.BOOLEAN),
                column("is_active", Type.BOOLEAN),
                column("last_validated_at", Type.INSTANT));
        page.row("anthropic", false, false, null);
        page.row("openai", true, true, Instant.parse("2026-11-20T06:00:00Z"));
        page.end();
    }
}

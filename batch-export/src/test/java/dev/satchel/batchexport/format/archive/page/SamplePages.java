package dev.satchel.batchexport.format.archive.page;

import dev.satchel.batchexport.format.archive.Addressee;
import dev.satchel.batchexport.format.archive.ArchiveSettings;
import dev.satchel.batchexport.format.archive.Language;
import dev.satchel.batchexport.format.value.RecordObjects.Json;
import dev.satchel.record.Column;
import dev.satchel.record.Column.Type;
import dev.satchel.record.Dataset;
import dev.satchel.record.HiddenRecords;
import dev.satchel.record.LearningDatasets;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Pages of learners with a few records, of another application, and with hostile texts. */
final class SamplePages {

    static final ZoneId MADRID = ZoneId.of("Europe/Madrid");

    static final Column[] SESSIONS = {
        new Column("id", Type.UUID),
        new Column("session_type", Type.TEXT),
        new Column("started_at", Type.INSTANT),
        new Column("ended_at", Type.INSTANT),
        new Column("qa_attempts", Type.INTEGER),
        new Column("qa_correct", Type.INTEGER)
    };

    static final Column[] WORDS = {
        new Column("spanish_text", Type.TEXT),
        new Column("english_translation", Type.TEXT),
        new Column("learning_phase", Type.TEXT),
        new Column("next_review", Type.INSTANT)
    };

    static final Column[] PROGRESS = {
        new Column("total_sessions", Type.INTEGER),
        new Column("current_streak_days", Type.INTEGER),
        new Column("longest_streak_days", Type.INTEGER),
        new Column("last_activity_at", Type.INSTANT)
    };

    private static final Dataset ORDERS = new Dataset("orders", "what you ordered", Set.of(Dataset.Filter.PERIOD));

    private SamplePages() {}

    static PageUnderTest page(Language language, String name, ZoneId zone) {
        return new PageUnderTest(
                new Addressee(language, Optional.of(name).filter(text -> !text.isEmpty()), zone),
                ArchiveSettings.DEFAULT);
    }

    /** Progress of 120 mastered words and 40 sessions, in a table with these columns. */
    static void totals(PageUnderTest page, Instant lastActivity) throws IOException {
        List<Column> columns = new ArrayList<>(List.of(PROGRESS));
        columns.add(new Column("mastered_words_count", Type.INTEGER));
        page.begin(LearningDatasets.PROGRESS, columns.toArray(Column[]::new));
        page.row(40, 7, 9, lastActivity, 120);
        page.end();
    }

    static void session(PageUnderTest page, String start, int minutes, int attempts, int correct) throws IOException {
        Instant from = Instant.parse(start);
        page.row(
                new UUID(1, from.getEpochSecond()),
                "qa",
                from,
                minutes == 0 ? null : from.plus(Duration.ofMinutes(minutes)),
                attempts,
                correct);
    }

    /** The page of a learner without a record. */
    static String empty() throws IOException {
        PageUnderTest page = page(Language.ENGLISH, "", ZoneId.of("UTC"));
        page.begin(LearningDatasets.PROGRESS, PROGRESS);
        page.end();
        page.begin(LearningDatasets.SESSIONS, SESSIONS);
        page.end();
        page.begin(LearningDatasets.VOCABULARY, WORDS);
        page.end();
        return page.html();
    }

    /** The page of an application that has nothing to do with learning. */
    static String shop() throws IOException {
        PageUnderTest page = page(Language.SPANISH, "Sam", MADRID);
        page.begin(
                ORDERS,
                new Column("id", Type.UUID),
                new Column("placed_at", Type.INSTANT),
                new Column("total", Type.DECIMAL),
                new Column("gift_wrapped", Type.BOOLEAN),
                new Column("never_used", Type.TEXT),
                new Column("note", Type.TEXT),
                new Column("lines", Type.JSON));
        for (int order = 0; order < 12; order++) {
            page.row(
                    new UUID(2, order),
                    Instant.parse("2026-11-01T23:30:00Z").plus(Duration.ofDays(order)),
                    new BigDecimal("1234.50"),
                    order % 2 == 0,
                    null,
                    "for a friend",
                    new Json("[\"lamp\", \"cup\"]"));
        }
        page.end();
        page.begin(
                new Dataset("sessions", "where you are signed in", Set.of()),
                new Column("sid", Type.TEXT),
                new Column("started_at", Type.INSTANT));
        page.row("a1", Instant.parse("2026-11-01T08:00:00Z"));
        page.end();
        return page.html(List.of(new HiddenRecords(ORDERS, "public.orders", 2, 14, "they are being checked")));
    }

    /** A page with these texts in each place that holds a text. */
    static String with(List<@Nullable String> texts) throws IOException {
        String one = texts.get(0);
        PageUnderTest page =
                page(Language.ENGLISH, String.join(" ", texts.subList(0, Math.min(3, texts.size()))), MADRID);
        page.begin(
                new Dataset("profile", one, Set.of()),
                new Column("full_name", Type.TEXT),
                new Column("notes<b>\"'&", Type.TEXT),
                new Column("preferences", Type.JSON));
        page.row(one, texts.get(texts.size() - 1), json(one));
        page.end();
        page.begin(LearningDatasets.SESSIONS, SESSIONS);
        for (String text : texts) {
            page.row(new UUID(1, 1), text, PageUnderTest.NOW, PageUnderTest.NOW, 1, 1);
        }
        page.end();
        page.begin(LearningDatasets.VOCABULARY, WORDS);
        for (String text : texts) {
            page.row(text, text, text, PageUnderTest.NOW);
        }
        page.end();
        page.begin(
                LearningDatasets.QA,
                new Column("created_at", Type.INSTANT),
                new Column("question", Type.TEXT),
                new Column("user_answer", Type.TEXT),
                new Column("correct_answer", Type.TEXT),
                new Column("is_correct", Type.BOOLEAN));
        for (String text : texts) {
            page.row(PageUnderTest.NOW, text, text, text, true);
        }
        page.end();
        page.begin(
                ORDERS,
                new Column("placed_on", Type.DATE),
                new Column("note", Type.TEXT),
                new Column("lines", Type.JSON));
        for (String text : texts) {
            page.row(LocalDate.of(2026, 11, 1), text, json(text));
        }
        page.end();
        return page.html(List.of(new HiddenRecords(ORDERS, "public.orders", 1, 2, one)));
    }

    // As PostgreSQL prints jsonb, which cannot hold U+0000.
    private static @Nullable Json json(@Nullable String text) {
        return text == null ? null : new Json("[\"" + text.replaceAll("[\\x00-\\x1F\"\\\\]", "") + "\"]");
    }

    static Map<String, String> all() throws IOException {
        return Map.of("empty", empty(), "shop", shop(), "hostile", with(HostileTexts.some()));
    }
}

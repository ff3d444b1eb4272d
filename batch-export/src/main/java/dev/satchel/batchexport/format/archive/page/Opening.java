package dev.satchel.batchexport.format.archive.page;

import dev.satchel.batchexport.page.Html;
import dev.satchel.record.ExportFilters;
import dev.satchel.record.filter.Period;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.OptionalLong;

/** The page's header, and the figures that a learner looks for first. */
final class Opening {

    private final Contents contents;
    private final Wording wording;

    Opening(Contents contents) {
        this.contents = contents;
        this.wording = contents.wording();
    }

    void writeHeader(Html html, List<Part> parts) {
        String name = contents.name();
        html.leaf("a", wording.text("skip"), "class", "skip", "href", "#content")
                .line();
        html.begin("header").line();
        if (name.isEmpty()) {
            html.leaf("h1", contents.whose()).line();
        } else {
            html.leaf("p", contents.whose(), "class", "eyebrow").line();
            html.begin("h1", "dir", "auto").prose(name).end().line();
        }
        html.leaf(
                        "p",
                        wording.text(
                                "asof",
                                wording.moment(contents.context().snapshot().takenAt()),
                                wording.zoneName()),
                        "class",
                        "lead")
                .line();
        writeFilters(html);
        html.begin("nav", "aria-label", wording.text("nav")).begin("ul").line();
        for (Part part : parts) {
            html.begin("li")
                    .leaf("a", part.title(), "href", "#" + part.id())
                    .end()
                    .line();
        }
        html.end().end().end().line();
    }

    /** A reader of some records must not take them for all. */
    private void writeFilters(Html html) {
        ExportFilters filters = contents.context().request().filters();
        if (filters.days().isPresent()) {
            Period days = filters.days().get();
            String from = days.from() == null ? "…" : wording.date(days.from());
            String to = days.to() == null ? "…" : wording.date(days.to());
            html.leaf("p", wording.text("filter.days", from, to, Wording.name(days.zone())), "class", "note")
                    .line();
        }
        if (filters.difficultyOfWords().isPresent() || filters.phaseOfWords().isPresent()) {
            html.leaf("p", wording.text("filter.words"), "class", "note").line();
        }
        if (contents.isForPortability()) {
            html.leaf("p", wording.text("filter.portability"), "class", "note").line();
        }
    }

    /** Writes the totals as cards, if there are any. */
    void writeTotals(Html html, Part part) {
        Totals totals = contents.totals();
        if (totals == null) {
            return;
        }
        part.begin(html, "glance");
        html.begin("dl", "class", "cards").line();
        writeStreak(html, totals);
        OptionalLong longest = totals.number("longest_streak_days");
        if (longest.isPresent()) {
            count(
                    html,
                    totals,
                    "longest_streak_days",
                    "days",
                    "card.longest",
                    wording.count("card.longest.beside", longest.getAsLong()));
        }
        count(html, totals, "total_sessions", "number", "card.sessions", open());
        OptionalLong minutes = totals.number("total_time_spent_minutes");
        if (minutes.isPresent()) {
            card(
                    html,
                    "plain",
                    wording.text("card.time"),
                    wording.time(Duration.ofMinutes(minutes.getAsLong())),
                    wording.text("card.time.beside"));
        }
        Double accuracy = totals.accuracy();
        OptionalLong answers = totals.number("total_questions_answered");
        if (accuracy != null && answers.isPresent() && answers.getAsLong() > 0) {
            card(
                    html,
                    "plain",
                    wording.text("card.accuracy"),
                    wording.percent(accuracy),
                    wording.count("card.accuracy.beside", answers.getAsLong()));
        }
        count(
                html,
                totals,
                "mastered_words_count",
                "number",
                "card.mastered",
                contents.words() == null || contents.isPartOfWords()
                        ? wording.text("card.mastered.beside")
                        : wording.count("card.mastered.of", contents.words().words()));
        html.end().line();
        Part.end(html);
    }

    private void writeStreak(Html html, Totals totals) {
        boolean isInZoneOfStreak = contents.context().request().filters().days().isEmpty();
        OptionalLong days = isInZoneOfStreak ? totals.currentStreak() : totals.number("current_streak_days");
        if (days.isEmpty()) {
            return;
        }
        String name = wording.text("card.current");
        String beside = days.getAsLong() == 0
                ? wording.text("card.current.none")
                : wording.count("card.current.beside", days.getAsLong());
        if (!isInZoneOfStreak) {
            // A streak ends at midnight in the zone of the user's days, and this page is in the zone of the request.
            LocalDate last = totals.lastActivity();
            name = wording.text("card.stored");
            beside = last == null
                    ? wording.text("card.stored.undated")
                    : wording.text("card.stored.beside", wording.date(last));
        }
        card(html, "streak", name, wording.count("days", days.getAsLong()), beside);
    }

    private String open() {
        SessionFigures sessions = contents.sessions();
        return sessions == null || contents.isPartOfSessions() || sessions.open() == 0
                ? wording.text("card.sessions.beside")
                : wording.count("card.sessions.open", sessions.open());
    }

    private void count(Html html, Totals totals, String column, String unit, String name, String beside) {
        OptionalLong number = totals.number(column);
        if (number.isPresent()) {
            card(html, "plain", wording.text(name), wording.count(unit, number.getAsLong()), beside);
        }
    }

    private static void card(Html html, String style, String name, String figure, String beside) {
        html.begin("div", "class", style)
                .leaf("dt", name)
                .leaf("dd", figure, "class", "figure")
                .leaf("dd", beside, "class", "beside")
                .end()
                .line();
    }
}

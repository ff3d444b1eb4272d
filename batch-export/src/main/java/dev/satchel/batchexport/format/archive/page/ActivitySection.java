package dev.satchel.batchexport.format.archive.page;

import dev.satchel.batchexport.page.Calendar;
import dev.satchel.batchexport.page.Column;
import dev.satchel.batchexport.page.Description;
import dev.satchel.batchexport.page.Html;
import dev.satchel.batchexport.page.Lines;
import dev.satchel.batchexport.page.Series;
import dev.satchel.batchexport.page.StackedBars;
import dev.satchel.batchexport.page.Table;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;

/** When a learner was active: by day, and by week. */
final class ActivitySection {

    private static final int FEWEST_WEEKS = 12;
    private static final int LABELS = 5;

    private final SessionFigures figures;
    private final SessionFigures.Year year;
    private final boolean isPart;
    private final Wording wording;

    ActivitySection(SessionFigures figures, Contents contents) {
        this.figures = figures;
        this.year = figures.year(contents.last(figures.today()));
        this.isPart = contents.isPartOfSessions();
        this.wording = contents.wording();
    }

    void write(Html html, Part part) {
        part.begin(html, "activity");
        if (year.total().sessions == 0) {
            LocalDate latest = figures.latest();
            html.leaf(
                            "p",
                            latest == null
                                    ? text("never")
                                    : text("none", wording.date(latest), wording.date(year.last())))
                    .line();
        } else {
            writeDays(html);
            writeWeeks(html);
        }
        Part.end(html);
    }

    /** A text about the last year or, where some days were chosen, about them. */
    private String text(String key, String... arguments) {
        return wording.text((isPart ? "activity.part." : "activity.") + key, arguments);
    }

    private void writeDays(Html html) {
        SessionFigures.Day total = year.total();
        String summary = text(
                "year",
                wording.count("activity.year.days", year.activeDays()),
                wording.count("sessions", total.sessions),
                wording.time(Duration.ofMinutes(total.minutes())),
                wording.date(year.last()));
        Calendar calendar = new Calendar(
                new Description("chart-days", text("calendar"), summary),
                year.last(),
                SessionFigures.WEEKS,
                new Calendar.Scale(wording.text("activity.less"), wording.text("activity.more")),
                wording.locale());
        Table table = new Table(
                text("calendar"),
                Table.Column.words(wording.text("day")),
                Table.Column.number(wording.text("column.sessions_count")),
                Table.Column.number(wording.text("column.minutes")));
        for (LocalDate date = year.first(); !date.isAfter(year.last()); date = date.plusDays(1)) {
            SessionFigures.Day day = year.day(date);
            if (day.sessions > 0) {
                String name = wording.weekday(date);
                calendar.day(
                        date,
                        day.sessions,
                        wording.text(
                                "hint.two",
                                name,
                                wording.count("sessions", day.sessions),
                                wording.count("minutes", day.minutes())));
                table.row(name, wording.whole(day.sessions), wording.whole(day.minutes()));
            }
        }
        html.leaf("p", summary).line();
        calendar.write(html);
        table.writeFolded(html, wording.text("folded"));
    }

    private void writeWeeks(Html html) {
        List<LocalDate> mondays = mondays();
        StackedBars minutes = new StackedBars(
                        new Description(
                                "chart-minutes",
                                wording.text("activity.minutes"),
                                wording.text("activity.minutes.text")),
                        new Series(wording.text("column.minutes"), Series.Colour.GOOD))
                .scale(wording::whole);
        Lines accuracy = new Lines(
                new Description(
                        "chart-accuracy", wording.text("activity.accuracy"), wording.text("activity.accuracy.text")),
                Series.Colour.ACTIVE,
                percent -> wording.percent(percent / 100.0));
        Table table = new Table(
                wording.text("activity.weeks"),
                Table.Column.words(wording.text("week")),
                Table.Column.number(wording.text("column.sessions_count")),
                Table.Column.number(wording.text("column.minutes")),
                Table.Column.number(wording.text("column.qa_attempts")),
                Table.Column.number(wording.text("column.qa_correct")),
                Table.Column.number(wording.text("accuracy")));
        boolean isAnswered = false;
        int every = (mondays.size() + LABELS - 1) / LABELS;
        for (int at = 0; at < mondays.size(); at++) {
            LocalDate monday = mondays.get(at);
            SessionFigures.Day week = year.week(monday);
            String name = wording.text("week.of", wording.date(monday));
            String label = (mondays.size() - 1 - at) % every == 0 ? wording.shortDate(monday) : "";
            Double share = week.accuracy();
            String percent = share == null ? "–" : wording.percent(share);
            isAnswered |= share != null;
            minutes.column(
                    new Column(label, wording.text("hint.one", name, wording.count("minutes", week.minutes()))),
                    week.minutes());
            accuracy.column(new Column(label, wording.text("hint.one", name, percent)), share);
            table.row(
                    name,
                    wording.whole(week.sessions),
                    wording.whole(week.minutes()),
                    wording.whole(week.attempts),
                    wording.whole(week.correct),
                    percent);
        }
        html.begin("div", "class", "pair").line();
        minutes.write(html);
        if (isAnswered) {
            accuracy.write(html);
        }
        html.end().line();
        table.writeFolded(html, wording.text("folded"));
    }

    /** The weeks from the first with a session on, and some more so that bars do not become blocks. */
    private List<LocalDate> mondays() {
        LocalDate first = year.first();
        LocalDate last = first.plusWeeks(SessionFigures.WEEKS - 1L);
        while (first.isBefore(last.minusWeeks(FEWEST_WEEKS - 1L)) && year.week(first).sessions == 0) {
            first = first.plusWeeks(1);
        }
        List<LocalDate> mondays = new ArrayList<>();
        for (LocalDate monday = first; !monday.isAfter(last); monday = monday.plusWeeks(1)) {
            mondays.add(monday);
        }
        return mondays;
    }
}

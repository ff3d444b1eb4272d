package dev.satchel.batchexport.format.archive.page;

import dev.satchel.batchexport.page.Bars;
import dev.satchel.batchexport.page.Column;
import dev.satchel.batchexport.page.Description;
import dev.satchel.batchexport.page.Html;
import dev.satchel.batchexport.page.Series;
import dev.satchel.batchexport.page.StackedBars;
import dev.satchel.batchexport.page.Table;
import dev.satchel.record.filter.Phase;
import java.time.LocalDate;

/** How far a learner has come with words, and what is due next. */
final class WordsSection {

    private static final int DAYS_BETWEEN_LABELS = 3;

    private final WordFigures figures;
    private final boolean isPart;
    private final Wording wording;

    /**
     * A section of those words.
     *
     * @param isPart whether they are some of the learner's words only
     */
    WordsSection(WordFigures figures, boolean isPart, Wording wording) {
        this.figures = figures;
        this.isPart = isPart;
        this.wording = wording;
    }

    void write(Html html, Part part) {
        part.begin(html, "words");
        if (figures.words() == 0) {
            html.leaf("p", wording.text(isPart ? "words.part.none" : "words.none"))
                    .line();
        } else {
            html.leaf("p", summary()).line();
            html.begin("div", "class", "pair").line();
            html.begin("div").line();
            writePhases(html);
            html.end().line();
            if (figures.planned() > 0) {
                html.begin("div").line();
                writeReviews(html);
                html.end().line();
            }
            html.end().line();
        }
        Part.end(html);
    }

    private String summary() {
        long mastered = figures.in(Phase.MASTERED);
        if (isPart) {
            return wording.text("words.part", wording.whole(figures.words()), wording.whole(mastered));
        }
        if (figures.words() == 1) {
            return wording.text(mastered == 1 ? "words.summary.one.mastered" : "words.summary.one");
        }
        return wording.text("words.summary", wording.count("words", figures.words()), wording.whole(mastered));
    }

    private void writePhases(Html html) {
        String title = wording.text("words.phases");
        Bars chart =
                new Bars(new Description("chart-phases", title, wording.text("words.phases.text")), Series.Colour.GOOD);
        Table table = new Table(
                title,
                Table.Column.words(wording.heading("learning_phase")),
                Table.Column.number(wording.text("column.words")),
                Table.Column.number(wording.text("share")));
        for (Phase phase : Phase.values()) {
            add(chart, table, wording.text("words.phase." + phase.code()), figures.in(phase));
        }
        if (figures.withoutPhase() > 0) {
            add(chart, table, wording.text("words.unstudied"), figures.withoutPhase());
        }
        chart.write(html);
        table.writeFolded(html, wording.text("folded"));
    }

    private void add(Bars chart, Table table, String name, long words) {
        String share = wording.percent((double) words / figures.words());
        chart.bar(name, words, wording.text("of.share", wording.whole(words), share));
        table.row(name, wording.whole(words), share);
    }

    private void writeReviews(Html html) {
        String title = wording.text("words.reviews");
        StackedBars chart = new StackedBars(
                        new Description(
                                "chart-reviews",
                                title,
                                wording.text(
                                        "words.reviews.text",
                                        wording.whole(figures.overdue()),
                                        wording.whole(figures.due(0)),
                                        wording.whole(figures.later()))),
                        new Series(wording.text("words.due"), Series.Colour.GOOD),
                        new Series(wording.text("words.overdue"), Series.Colour.ACTIVE))
                .scale(wording::whole);
        Table table = new Table(
                title, Table.Column.words(wording.text("day")), Table.Column.number(wording.text("column.words")));
        String overdue = wording.text("words.overdue");
        chart.column(
                new Column(overdue, wording.text("hint.one", overdue, wording.count("words", figures.overdue()))),
                0,
                figures.overdue());
        table.row(overdue, wording.whole(figures.overdue()));
        for (int day = 0; day < WordFigures.DAYS; day++) {
            LocalDate date = figures.today().plusDays(day);
            String name = wording.weekday(date);
            String due = wording.count("words", figures.due(day));
            // The first column has a label of its own that needs room.
            String label = day % DAYS_BETWEEN_LABELS == 2 ? wording.shortDate(date) : "";
            chart.column(new Column(label, wording.text("hint.one", name, due)), figures.due(day), 0);
            table.row(name, wording.whole(figures.due(day)));
        }
        table.row(wording.text("words.later"), wording.whole(figures.later()));
        chart.write(html);
        if (figures.later() > 0) {
            html.leaf("p", wording.count("words.later.text", figures.later()), "class", "soft")
                    .line();
        }
        table.writeFolded(html, wording.text("folded"));
    }
}

package dev.satchel.batchexport.report;

import dev.satchel.batchexport.doctor.finding.Words;
import dev.satchel.batchexport.page.Bars;
import dev.satchel.batchexport.page.Column;
import dev.satchel.batchexport.page.Description;
import dev.satchel.batchexport.page.Html;
import dev.satchel.batchexport.page.Numbers;
import dev.satchel.batchexport.page.Ranges;
import dev.satchel.batchexport.page.Ranges.Line;
import dev.satchel.batchexport.page.Ranges.Spread;
import dev.satchel.batchexport.page.Series;
import dev.satchel.batchexport.page.StackedBars;
import dev.satchel.batchexport.page.Table;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleFunction;
import java.util.function.Function;

/** The parts of the page about the exports of the period. */
final class ExportSections {

    private static final double KIB = 1024;
    private static final double MIB = 1024 * KIB;
    private static final double GIB = 1024 * MIB;
    private static final double TIB = 1024 * GIB;

    private static final List<Line> TIMES = List.of(
            new Line(0.01, "10 ms"),
            new Line(0.1, "0.1 s"),
            new Line(1, "1 s"),
            new Line(10, "10 s"),
            new Line(60, "1 min"),
            new Line(600, "10 min"),
            new Line(3600, "1 h"),
            new Line(6 * 3600, "6 h"),
            new Line(86_400, "1 day"),
            new Line(10 * 86_400, "10 days"),
            new Line(100 * 86_400, "100 days"));

    private static final List<Line> SIZES = List.of(
            new Line(1, "1 byte"),
            new Line(32, "32 bytes"),
            new Line(KIB, "1 KiB"),
            new Line(32 * KIB, "32 KiB"),
            new Line(MIB, "1 MiB"),
            new Line(32 * MIB, "32 MiB"),
            new Line(GIB, "1 GiB"),
            new Line(32 * GIB, "32 GiB"),
            new Line(TIB, "1 TiB"),
            new Line(32 * TIB, "32 TiB"));

    private final Report report;
    private final Period period;
    private final List<LocalDate> dates;
    private final List<Tally> days;

    ExportSections(Report report) {
        this.report = report;
        this.period = report.period();
        this.dates = period.dates();
        this.days = report.exports().days();
    }

    void write(Html html) {
        writeDays(html);
        writeTimes(html);
        writeFailures(html);
    }

    private boolean isEmpty(Html html, Section section) {
        section.begin(html);
        if (report.exports().all().asked() > 0) {
            return false;
        }
        html.leaf("p", "No export was asked for in " + period.inWords() + ".").line();
        Section.end(html);
        return true;
    }

    private void writeDays(Html html) {
        if (isEmpty(html, Section.EXPORTS)) {
            return;
        }
        Tally all = report.exports().all();
        html.leaf("p", "Each export stands on the day it was asked for, as what it is now.", "class", "soft")
                .line();
        StackedBars chart = new StackedBars(
                new Description(
                        "chart-exports",
                        "Exports by day and outcome",
                        "One bar for each day. Of " + Numbers.whole(all.asked()) + " exports, "
                                + Numbers.whole(all.delivered()) + " were delivered and " + Numbers.whole(all.failed())
                                + " failed. The table below has each day's numbers."),
                new Series("delivered", Series.Colour.GOOD),
                new Series("failed", Series.Colour.BAD),
                new Series("cancelled", Series.Colour.CANCELLED),
                new Series("under way", Series.Colour.ACTIVE),
                new Series("waiting", Series.Colour.WAITING));
        Table table = new Table(
                "Exports by day and outcome",
                Table.Column.words("Day"),
                Table.Column.number("Asked for"),
                Table.Column.number("Delivered"),
                Table.Column.number("Failed"),
                Table.Column.number("Cancelled"),
                Table.Column.number("Under way"),
                Table.Column.number("Waiting"),
                Table.Column.number("Delivered after a retry"),
                Table.Column.number("Records"),
                Table.Column.number("Data"));
        for (int day = 0; day < days.size(); day++) {
            Tally tally = days.get(day);
            String name = period.name(dates.get(day));
            chart.column(
                    new Column(
                            period.label(dates.get(day)),
                            name + ": " + Numbers.whole(tally.delivered()) + " delivered, "
                                    + Numbers.whole(tally.failed()) + " failed, "
                                    + Numbers.whole(tally.cancelled()) + " cancelled, " + Numbers.whole(tally.active())
                                    + " under way, " + Numbers.whole(tally.waiting()) + " waiting"),
                    tally.delivered(),
                    tally.failed(),
                    tally.cancelled(),
                    tally.active(),
                    tally.waiting());
            counts(table, name, tally);
        }
        chart.write(html);
        counts(table, "All days", all);
        table.writeFolded(html);
        Table formats = new Table(
                "Exports by format",
                Table.Column.words("Format"),
                Table.Column.number("Asked for"),
                Table.Column.number("Delivered"),
                Table.Column.number("Failed"),
                Table.Column.number("Records"),
                Table.Column.number("Data"),
                Table.Column.number("Median size"),
                Table.Column.number("Median time"),
                Table.Column.number("95 % took up to"));
        report.exports()
                .formats()
                .forEach((format, tally) -> formats.row(
                        format,
                        Numbers.whole(tally.asked()),
                        Numbers.whole(tally.delivered()),
                        Numbers.whole(tally.failed()),
                        Numbers.whole(tally.records()),
                        Words.size(tally.bytes()),
                        median(tally.size(), ExportSections::size),
                        median(tally.took(), Numbers::time),
                        most(tally.took(), Numbers::time)));
        formats.write(html);
        Section.end(html);
    }

    private static void counts(Table table, String name, Tally tally) {
        table.row(
                name,
                Numbers.whole(tally.asked()),
                Numbers.whole(tally.delivered()),
                Numbers.whole(tally.failed()),
                Numbers.whole(tally.cancelled()),
                Numbers.whole(tally.active()),
                Numbers.whole(tally.waiting()),
                Numbers.whole(tally.tried()),
                Numbers.whole(tally.records()),
                Words.size(tally.bytes()));
    }

    private void writeTimes(Html html) {
        if (isEmpty(html, Section.TIMES)) {
            return;
        }
        if (report.exports().all().delivered() == 0) {
            html.leaf("p", "No export of " + period.inWords() + " was delivered.")
                    .line();
            Section.end(html);
            return;
        }
        html.leaf(
                        "p",
                        "Of the delivered exports. Half took no longer than the median, and 95 of 100 no longer than the"
                                + " 95th percentile. Each line of a scale is several times the one below it.",
                        "class",
                        "soft")
                .line();
        spreads(
                html,
                new Description(
                        "chart-took",
                        "From request to file",
                        "For each day, how long delivered exports took from the request to the file: the median, the 95th"
                                + " percentile and the longest. The table below has the numbers."),
                TIMES,
                Numbers::time,
                Tally::took);
        spreads(
                html,
                new Description(
                        "chart-waited",
                        "From request to the start of the last attempt",
                        "For each day, how long delivered exports had waited until their last attempt began. The table"
                                + " below has the numbers."),
                TIMES,
                Numbers::time,
                Tally::waited);
        spreads(
                html,
                new Description(
                        "chart-size",
                        "Size of a file",
                        "For each day, how large the delivered files are. The table below has the numbers."),
                SIZES,
                ExportSections::size,
                Tally::size);
        Section.end(html);
    }

    private void spreads(
            Html html,
            Description description,
            List<Line> scale,
            DoubleFunction<String> words,
            Function<Tally, Optional<Spread>> figure) {
        Ranges chart = new Ranges(description, scale);
        Table table = new Table(
                description.title() + ", by day",
                Table.Column.words("Day"),
                Table.Column.number("Delivered"),
                Table.Column.number("Median"),
                Table.Column.number("95th percentile"),
                Table.Column.number("Greatest"));
        for (int day = 0; day < days.size(); day++) {
            Optional<Spread> spread = figure.apply(days.get(day));
            String name = period.name(dates.get(day));
            chart.column(
                    new Column(
                            period.label(dates.get(day)),
                            name + ": "
                                    + spread.map(found -> "median " + words.apply(found.median()) + ", 95 % up to "
                                                    + words.apply(found.most()) + ", greatest "
                                                    + words.apply(found.greatest()))
                                            .orElse("nothing was delivered")),
                    spread.orElse(null));
            spreads(table, name, days.get(day), spread, words);
        }
        chart.write(html);
        Tally all = report.exports().all();
        spreads(table, "All days", all, figure.apply(all), words);
        table.writeFolded(html);
    }

    private static void spreads(
            Table table, String name, Tally tally, Optional<Spread> spread, DoubleFunction<String> words) {
        table.row(
                name,
                Numbers.whole(tally.delivered()),
                median(spread, words),
                most(spread, words),
                spread.map(found -> words.apply(found.greatest())).orElse("–"));
    }

    private void writeFailures(Html html) {
        if (isEmpty(html, Section.FAILURES)) {
            return;
        }
        List<Failures.Group> failures = report.failures();
        if (failures.isEmpty()) {
            html.leaf("p", "No export of " + period.inWords() + " failed.").line();
            Section.end(html);
            return;
        }
        long failed = report.exports().all().failed();
        Bars chart = new Bars(
                new Description(
                        "chart-failures",
                        "Failed exports by code",
                        "One bar for each code, the most frequent first. The table below says what to do about each."),
                Series.Colour.BAD);
        Table table = new Table(
                "Failed exports by code",
                Table.Column.words("Code"),
                Table.Column.number("Exports"),
                Table.Column.number("Share"),
                Table.Column.words("What to do"),
                Table.Column.words("Who can help"),
                Table.Column.number("Last seen"));
        for (Failures.Group group : failures) {
            String share = Numbers.percent(group.exports(), failed);
            chart.bar(group.code(), group.exports(), Numbers.whole(group.exports()) + " (" + share + ")");
            table.row(
                    group.code(),
                    Numbers.whole(group.exports()),
                    share,
                    group.remedy(),
                    Failures.Group.helper(group.code()),
                    group.lastAt() == null ? "–" : period.minute(group.lastAt()));
        }
        chart.write(html);
        table.write(html);
        html.begin("p", "class", "soft")
                .leaf("code", "satchel export list --status failed")
                .text(" prints the sentence of each. When the cause is gone, ")
                .leaf("code", "satchel export retry --failed")
                .text(" asks for them again, and ")
                .leaf("code", "satchel export run")
                .text(" delivers them. The failed rows stay as a record.")
                .end()
                .line();
        Section.end(html);
    }

    private static String size(double bytes) {
        return Words.size(Math.round(bytes));
    }

    private static String median(Optional<Spread> spread, DoubleFunction<String> words) {
        return spread.map(found -> words.apply(found.median())).orElse("–");
    }

    private static String most(Optional<Spread> spread, DoubleFunction<String> words) {
        return spread.map(found -> words.apply(found.most())).orElse("–");
    }
}

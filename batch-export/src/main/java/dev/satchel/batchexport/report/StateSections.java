package dev.satchel.batchexport.report;

import dev.satchel.batchexport.doctor.OwnTables;
import dev.satchel.batchexport.doctor.Queue;
import dev.satchel.batchexport.doctor.finding.Words;
import dev.satchel.batchexport.page.Bars;
import dev.satchel.batchexport.page.Column;
import dev.satchel.batchexport.page.Description;
import dev.satchel.batchexport.page.Html;
import dev.satchel.batchexport.page.Numbers;
import dev.satchel.batchexport.page.Series;
import dev.satchel.batchexport.page.StackedBars;
import dev.satchel.batchexport.page.Table;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** The parts of the page about what is there now: queue, jobs, files, keys and tables. */
final class StateSections {

    private static final int LARGEST = 8;

    private final Report report;
    private final Period period;

    StateSections(Report report) {
        this.report = report;
        this.period = report.period();
    }

    void write(Html html) {
        writeQueue(html);
        writeCleanUp(html);
        writeKeys(html);
        writeTables(html);
    }

    private void writeQueue(Html html) {
        Waiting waiting = report.waiting();
        Queue.Leases leases = waiting.leases();
        Section.QUEUE.begin(html);
        html.leaf(
                        "p",
                        waiting.exports() == 0
                                ? "No export waits."
                                : Numbers.of(waiting.exports(), "export waits", "exports wait") + ", the oldest for "
                                        + Words.time(waiting.oldest()) + "."
                                        + (waiting.later() == 0
                                                ? ""
                                                : " After a failed attempt, "
                                                        + Numbers.of(waiting.later(), "export is", "exports are")
                                                        + " not tried again before a set time."))
                .line();
        html.leaf(
                        "p",
                        Numbers.of(leases.held(), "export is", "exports are") + " under way. "
                                + (leases.expired() == 0
                                        ? ""
                                        : Numbers.of(leases.expired(), "lease", "leases") + " expired, "
                                                + Numbers.whole(leases.stuck())
                                                + " of them so long ago that no worker seems to run."))
                .line();
        if (waiting.exports() > 0) {
            Bars chart = new Bars(
                    new Description(
                            "chart-queue",
                            "How long they have waited",
                            "One bar for each range of time, with the number of exports that have waited so long."),
                    Series.Colour.WAITING);
            Table ages = new Table(
                    "How long exports have waited", Table.Column.words("Time"), Table.Column.number("Exports"));
            for (Waiting.Age age : waiting.ages()) {
                chart.bar(ReportPage.capital(age.name()), age.exports(), Numbers.whole(age.exports()));
                ages.row(ReportPage.capital(age.name()), Numbers.whole(age.exports()));
            }
            chart.write(html);
            ages.writeFolded(html);
            Table reasons = new Table(
                    "What they wait for",
                    Table.Column.words("Last attempt"),
                    Table.Column.number("Exports"),
                    Table.Column.number("Oldest"),
                    Table.Column.words("What to do"),
                    Table.Column.words("Who can help"));
            for (Queue.Waiting reason : waiting.reasons()) {
                boolean isFirst = reason.code().isEmpty();
                reasons.row(
                        isFirst ? "none failed yet" : reason.code(),
                        Numbers.whole(reason.exports()),
                        Words.time(reason.oldest()),
                        isFirst ? "Nothing, if a worker runs." : Failures.Group.remedy(reason.code()),
                        isFirst ? "a worker" : Failures.Group.helper(reason.code()));
            }
            reasons.write(html);
        }
        Section.end(html);
    }

    private void writeCleanUp(Html html) {
        Section.CLEANUP.begin(html);
        Report.Files files = report.files();
        Tally all = report.exports().all();
        html.leaf(
                        "p",
                        "The stores hold " + Numbers.of(files.files(), "file", "files") + " of "
                                + Words.size(files.bytes()) + ". "
                                + (all.delivered() == 0
                                        ? ""
                                        : "Of the exports of " + period.inWords() + " that were delivered, "
                                                + Numbers.of(all.removed(), "has", "have")
                                                + " no file any more, because it expired or was removed."))
                .line();
        if (report.runs().jobs().isEmpty()) {
            html.leaf("p", "No job is on record for " + period.inWords() + ".").line();
        } else {
            writeRemovals(html);
            Table jobs = new Table(
                    "Jobs on record",
                    Table.Column.words("Job"),
                    Table.Column.number("Runs"),
                    Table.Column.number("Succeeded"),
                    Table.Column.number("Failed"),
                    Table.Column.number("Stopped or not over"),
                    Table.Column.number("Median time"),
                    Table.Column.number("Longest"),
                    Table.Column.number("Last success"));
            for (Runs.Job job : report.runs().jobs()) {
                jobs.row(
                        job.name(),
                        Numbers.whole(job.runs()),
                        Numbers.whole(job.succeeded()),
                        Numbers.whole(job.failed()),
                        Numbers.whole(job.other()),
                        job.seconds()
                                .map(spread -> Numbers.time(spread.median()))
                                .orElse("–"),
                        job.seconds()
                                .map(spread -> Numbers.time(spread.greatest()))
                                .orElse("–"),
                        job.lastSuccess() == null
                                ? "–"
                                : job.lastSuccess()
                                        .truncatedTo(ChronoUnit.SECONDS)
                                        .toString()
                                        .replace('T', ' '));
            }
            jobs.write(html);
        }
        Section.end(html);
    }

    private void writeRemovals(Html html) {
        StackedBars chart = new StackedBars(
                new Description(
                        "chart-cleanup",
                        "Objects that clean-up runs removed or tried to remove",
                        "One bar for each day, by the clock of the machine that ran the clean-up. The table below has the"
                                + " numbers."),
                new Series("objects", Series.Colour.GOOD));
        Table table = new Table(
                "Clean-up by day",
                Table.Column.words("Day"),
                Table.Column.number("Runs"),
                Table.Column.number("Failed runs"),
                Table.Column.number("Objects"));
        for (LocalDate date : period.dates()) {
            Runs.Removals removals = report.runs().removals().getOrDefault(date, Runs.Removals.NONE);
            chart.column(
                    new Column(
                            period.label(date),
                            period.name(date) + ": " + Numbers.whole(removals.objects()) + " objects in "
                                    + Numbers.whole(removals.runs()) + " runs, " + Numbers.whole(removals.failed())
                                    + " failed"),
                    removals.objects());
            table.row(
                    period.name(date),
                    Numbers.whole(removals.runs()),
                    Numbers.whole(removals.failed()),
                    Numbers.whole(removals.objects()));
        }
        chart.write(html);
        table.writeFolded(html);
    }

    private void writeKeys(Html html) {
        Section.KEYS.begin(html);
        if (report.keys().isEmpty()) {
            html.leaf(
                            "p",
                            "This login may not look at key checks. One that is a member of satchel_runtime, or of"
                                    + " satchel_exports and satchel_vault, may.")
                    .line();
        } else if (report.keys().get().isEmpty()) {
            html.leaf("p", "No user has set a key.").line();
        } else {
            Table table = new Table(
                    "Users' keys by provider",
                    Table.Column.words("Provider"),
                    Table.Column.number("Keys"),
                    Table.Column.number("Valid"),
                    Table.Column.number("Invalid"),
                    Table.Column.number("Not known"),
                    Table.Column.number("Checked in " + period.inWords()),
                    Table.Column.number("Never checked"),
                    Table.Column.number("Due for a check"),
                    Table.Column.number("Last check"));
            for (KeyChecks.Group group : report.keys().get()) {
                table.row(
                        group.provider(),
                        Numbers.whole(group.keys()),
                        Numbers.whole(group.valid()),
                        Numbers.whole(group.invalid()),
                        Numbers.whole(group.unknown()),
                        Numbers.whole(group.checked()),
                        Numbers.whole(group.never()),
                        Numbers.whole(group.due()),
                        group.lastAt() == null ? "–" : period.minute(group.lastAt()));
            }
            table.write(html);
            html.begin("p", "class", "soft")
                    .text("An invalid key is one that its provider refused. ")
                    .leaf("code", "satchel keys validate --due")
                    .text(" checks those that are due.")
                    .end()
                    .line();
        }
        Section.end(html);
    }

    private void writeTables(Html html) {
        List<OwnTables.Table> tables = report.tables();
        Section.TABLES.begin(html);
        html.leaf(
                        "p",
                        Numbers.of(tables.size(), "table", "tables") + " with indexes, "
                                + Words.size(tables.stream()
                                        .mapToLong(OwnTables.Table::bytes)
                                        .sum())
                                + " together. Of the rows of public.export_history, "
                                + Numbers.whole(report.exports().all().asked()) + " came in " + period.inWords() + ", "
                                + Numbers.whole(Math.round(
                                        (double) report.exports().all().asked() / period.days()))
                                + " a day. How large the tables were before is not recorded.")
                .line();
        Bars chart = new Bars(
                new Description(
                        "chart-tables",
                        "The largest tables, with their indexes",
                        "One bar for each table, the largest first. The table below has all of them."),
                Series.Colour.GOOD);
        tables.stream()
                .limit(LARGEST)
                .forEach(table -> chart.bar(table.name(), table.bytes(), Words.size(table.bytes())));
        chart.write(html);
        Table list = new Table(
                "All tables of Satchel",
                Table.Column.words("Table"),
                Table.Column.number("Size"),
                Table.Column.number("Rows"),
                Table.Column.number("Dead rows"),
                Table.Column.number("Inserted"),
                Table.Column.number("Deleted"),
                Table.Column.number("Last vacuum"));
        for (OwnTables.Table table : tables) {
            list.row(
                    table.name(),
                    Words.size(table.bytes()),
                    Numbers.whole(table.live()),
                    Numbers.whole(table.dead()),
                    Numbers.whole(table.inserted()),
                    Numbers.whole(table.deleted()),
                    table.vacuumedAt() == null ? "never" : period.minute(table.vacuumedAt()));
        }
        list.writeFolded(html);
        html.leaf(
                        "p",
                        "Rows are PostgreSQL's estimates; inserted and deleted rows are counted since "
                                + (report.statisticsSince() == null
                                        ? "its statistics began"
                                        : period.minute(report.statisticsSince()))
                                + ".",
                        "class",
                        "soft")
                .line();
        Section.end(html);
    }
}

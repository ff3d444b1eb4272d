package dev.satchel.batchexport.report;

import dev.satchel.batchexport.doctor.finding.Finding;
import dev.satchel.batchexport.doctor.finding.Words;
import dev.satchel.batchexport.page.Html;
import dev.satchel.batchexport.page.Numbers;
import dev.satchel.batchexport.page.Page;
import java.time.ZoneId;
import java.util.Comparator;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The page that shows a report. The same figures give the same bytes.
 *
 * <p>What a person asks first stands first: the figures of the period at a glance, and what needs somebody.
 */
public final class ReportPage {

    private static final List<Finding.Verdict> URGENCY =
            List.of(Finding.Verdict.FAILED, Finding.Verdict.WARNING, Finding.Verdict.NOT_CHECKED, Finding.Verdict.OK);

    private static final List<String> NOT_RECORDED = List.of(
            "An export counts once, on the day it was asked for, as what it is now. One whose row was deleted, alone or with"
                    + " its user's account, or moved to the archive is not counted.",
            "How long the queue was at an earlier time is not recorded. How long delivered exports had waited is.",
            "The rows keep the start of the last attempt only: the time before it holds earlier attempts and the pauses"
                    + " between them.",
            "Of each user's key, the last check is recorded, not how many there were.",
            "Jobs are recorded with the clock and the zone of the machine that ran them, and for 30 days. A service that"
                    + " delivers by itself keeps no record of calls with nothing to do.",
            "PostgreSQL knows how large a table is, not how large it was. Keep this page and compare it with a later one.",
            "The page names no user, no file and no error message.");

    private final Report report;
    private final String version;

    private ReportPage(Report report, String version) {
        this.report = report;
        this.version = version;
    }

    /**
     * The page as HTML.
     *
     * @param jdbc of one transaction that sees the database as of one moment
     * @param days from 1 to {@link Period#MOST_DAYS}, of which the last is today
     * @param version of this program
     * @throws dev.satchel.batchexport.terminal.RefusedException if the login may not read what a report shows
     */
    public static String of(JdbcClient jdbc, ZoneId zone, int days, String version) {
        return of(Report.read(jdbc, new Period(Report.now(jdbc), zone, days)), version);
    }

    static String of(Report report, String version) {
        ReportPage page = new ReportPage(report, version);
        return Page.of(
                "Satchel report: " + report.database() + ", " + report.period().text(), page::write);
    }

    private void write(Html html) {
        ExportSections exports = new ExportSections(report);
        StateSections state = new StateSections(report);
        writeHeader(html);
        html.begin("main").line();
        writeSummary(html);
        writeFindings(html);
        exports.write(html);
        state.write(html);
        writeNotes(html);
        html.end().line();
        html.begin("footer")
                .leaf(
                        "p",
                        "Made by satchel report, version " + version
                                + ". This page asks no server for anything and runs no script.")
                .end()
                .line();
    }

    private void writeHeader(Html html) {
        Period period = report.period();
        html.begin("header").line();
        html.leaf("h1", "Satchel report").line();
        html.leaf(
                        "p",
                        "What became of the exports that were asked for " + (period.days() == 1 ? "on " : "from ")
                                + period.text() + ", and how Satchel is now.",
                        "class",
                        "lead")
                .line();
        html.begin("dl", "class", "facts").line();
        fact(html, "Database", report.database());
        fact(html, "Made", period.text(period.now()));
        fact(html, "Days begin at midnight in", period.zone().getId());
        fact(html, "Satchel", version);
        fact(html, "PostgreSQL", report.server());
        html.end().line();
        html.begin("nav", "aria-label", "Sections").begin("ul").line();
        for (Section section : Section.values()) {
            html.begin("li")
                    .leaf("a", section.title(), "href", "#" + section.id())
                    .end()
                    .line();
        }
        html.end().end().end().line();
    }

    private static void fact(Html html, String name, String value) {
        html.begin("div").leaf("dt", name).leaf("dd", value).end().line();
    }

    private void writeSummary(Html html) {
        Tally all = report.exports().all();
        Section.SUMMARY.begin(html);
        if (all.asked() == 0) {
            html.leaf("p", "No export was asked for in " + report.period().inWords() + ".")
                    .line();
        } else {
            html.begin("dl", "class", "cards").line();
            card(
                    html,
                    "Asked for",
                    Numbers.whole(all.asked()),
                    "in " + report.period().inWords(),
                    false);
            card(
                    html,
                    "Delivered",
                    Numbers.whole(all.delivered()),
                    Numbers.percent(all.delivered(), all.asked()) + " of them",
                    false);
            card(
                    html,
                    "Failed",
                    Numbers.whole(all.failed()),
                    Numbers.percent(all.failed(), all.asked()) + " of them",
                    all.failed() > 0);
            card(
                    html,
                    "Not done yet",
                    Numbers.whole(all.waiting() + all.active()),
                    Numbers.whole(all.active()) + " under way",
                    false);
            card(
                    html,
                    "From request to file",
                    all.took().map(spread -> Numbers.time(spread.median())).orElse("–"),
                    all.took()
                            .map(spread -> "is the median; 95\u00a0% took up to " + Numbers.time(spread.most()))
                            .orElse("nothing was delivered"),
                    false);
            card(html, "Delivered data", Words.size(all.bytes()), Numbers.whole(all.records()) + " records", false);
            html.end().line();
        }
        Section.end(html);
    }

    private static void card(Html html, String name, String figure, String beside, boolean isBad) {
        html.begin("div", "class", isBad ? "is-bad" : "is-fine")
                .leaf("dt", name)
                .leaf("dd", figure, "class", "figure")
                .leaf("dd", beside, "class", "beside")
                .end()
                .line();
    }

    private void writeFindings(Html html) {
        List<Finding> findings = report.findings().stream()
                .sorted(Comparator.comparing(finding -> URGENCY.indexOf(finding.verdict())))
                .toList();
        long urgent =
                findings.stream().filter(finding -> !finding.remedy().isEmpty()).count();
        Section.FINDINGS.begin(html);
        html.begin("p", "class", "soft")
                .leaf(
                        "strong",
                        urgent == 0
                                ? "Nothing needs you. "
                                : Numbers.of(urgent, "thing needs", "things need") + " a look. ")
                .text("This is what ")
                .leaf("code", "satchel doctor")
                .text(" finds in the database. It looks at more: store, key-encryption key, connections, schema.")
                .end()
                .line();
        html.begin("ul", "class", "findings").line();
        for (Finding finding : findings) {
            html.begin("li");
            html.leaf(
                    "span",
                    word(finding.verdict()),
                    "class",
                    "badge " + finding.verdict().code());
            html.leaf("p", capital(finding.check()), "class", "check");
            html.leaf("p", capital(finding.found()) + ".");
            if (!finding.remedy().isEmpty()) {
                html.begin("p")
                        .leaf("strong", "What to do: ")
                        .text(finding.remedy())
                        .end();
            }
            html.end().line();
        }
        html.end().line();
        Section.end(html);
    }

    private static String word(Finding.Verdict verdict) {
        return switch (verdict) {
            case OK -> "OK";
            case WARNING -> "Warning";
            case FAILED -> "Failed";
            case NOT_CHECKED -> "Not checked";
        };
    }

    private static void writeNotes(Html html) {
        Section.NOTES.begin(html);
        html.begin("ul", "class", "notes").line();
        for (String note : NOT_RECORDED) {
            html.leaf("li", note).line();
        }
        html.end().line();
        Section.end(html);
    }

    static String capital(String sentence) {
        return sentence.isEmpty() ? sentence : Character.toUpperCase(sentence.charAt(0)) + sentence.substring(1);
    }
}

package dev.satchel.batchexport.bench.survival;

import dev.satchel.judge.Finding;
import dev.satchel.judge.Verdict;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * What became of a system's exports.
 *
 * @param faults so many of each that was planned
 * @param asked how many exports were asked for
 * @param delivered how many exports were delivered, and have no finding
 * @param quietAfter from the end of the last fault to the last thing that happened
 */
public record Outcome(
        String system, List<Fault> faults, int asked, int delivered, List<Finding> findings, Duration quietAfter) {

    private static final String ROW = "| %-24s | %5s | %6s | %5s | %9s | %4s | %7s | %5s | %9s | %8s | %11s | %13s |";

    /** The head of the table. */
    public static List<String> head() {
        return List.of(
                String.format(
                        Locale.ROOT,
                        ROW,
                        "system",
                        "kills",
                        "pauses",
                        "asked",
                        "delivered",
                        "lost",
                        "doubled",
                        "stuck",
                        "truncated",
                        "orphaned",
                        "stale write",
                        "quiet after s"),
                "|---|---|---|---|---|---|---|---|---|---|---|---|");
    }

    /** The system's row of the table. */
    public String row() {
        return String.format(
                Locale.ROOT,
                ROW,
                system,
                count(Fault.KILL),
                count(Fault.PAUSE),
                asked,
                delivered,
                count(Verdict.LOST),
                count(Verdict.DOUBLED),
                count(Verdict.STUCK),
                count(Verdict.TRUNCATED),
                count(Verdict.ORPHANED),
                count(Verdict.STALE_WRITE),
                quietAfter.toSeconds());
    }

    private long count(Fault wanted) {
        return faults.stream().filter(wanted::equals).count();
    }

    private long count(Verdict wanted) {
        return findings.stream().filter(finding -> finding.verdict() == wanted).count();
    }
}

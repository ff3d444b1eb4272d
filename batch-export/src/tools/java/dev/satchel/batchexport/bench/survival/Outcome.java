package dev.satchel.batchexport.bench.survival;

import dev.satchel.judge.Finding;
import dev.satchel.judge.Verdict;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What became of a system's exports.
 *
 * @param hits how many workers each fault has hit while they were busy, and how often each other fault was played
 * @param asked how many exports were asked for
 * @param delivered how many exports were delivered, and have no finding
 * @param quietAfter from the end of the last fault to the last thing that happened
 */
public record Outcome(
        String system,
        Map<Fault, Integer> hits,
        int asked,
        int delivered,
        List<Finding> findings,
        Duration quietAfter) {

    private static final String ROW = "| %-24s | %5s | %6s | %5s | %9s | %4s | %7s | %5s | %9s | %8s | %11s | %13s |";

    /** How many of the exports have no finding. An object that is left is one of the export whose id is in its name. */
    static int delivered(Collection<String> exports, List<Finding> findings) {
        return (int) exports.stream()
                .filter(export ->
                        findings.stream().noneMatch(finding -> finding.subject().contains(export)))
                .count();
    }

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
                hitBy(Fault.KILL) + hitBy(Fault.KILL_JOINING) + hitBy(Fault.KILL_OF_PARTS),
                hitBy(Fault.PAUSE) + hitBy(Fault.PAUSE_JOINING) + hitBy(Fault.PAUSE_OF_PARTS),
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

    int hitBy(Fault fault) {
        return hits.getOrDefault(fault, 0);
    }

    private long count(Verdict wanted) {
        return findings.stream().filter(finding -> finding.verdict() == wanted).count();
    }
}

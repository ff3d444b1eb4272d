package dev.satchel.batchexport.run;

import dev.satchel.batchexport.run.listener.RunTotals;
import dev.satchel.export.ExportHistory;

/**
 * What a run did, and what it left.
 *
 * @param delivered exports whose file is published
 * @param records records in the published files
 * @param bytes bytes of the published files
 * @param failed exports that failed for good
 * @param retried attempts that failed and will be followed by another
 * @param unfinished attempts whose export waits again or is another worker's
 * @param cancelled exports that were cancelled while they were delivered
 * @param unconfirmed attempts that do not know whether their file is published
 * @param left the exports that wait or are in processing after the run
 */
public record RunSummary(
        long delivered,
        long records,
        long bytes,
        long failed,
        long retried,
        long unfinished,
        long cancelled,
        long unconfirmed,
        ExportHistory.Backlog left) {

    static RunSummary of(RunTotals totals, ExportHistory.Backlog left) {
        return new RunSummary(
                totals.delivered(),
                totals.records(),
                totals.bytes(),
                totals.failed(),
                totals.retried(),
                totals.unfinished(),
                totals.cancelled(),
                totals.unconfirmed(),
                left);
    }

    /**
     * Whether nothing failed and nothing is left. What another worker holds is that one's to deliver, unless it was not
     * heard of for longer than this run waits.
     */
    public boolean isComplete() {
        return failed == 0 && left.waiting() == 0 && left.silent() == 0;
    }
}

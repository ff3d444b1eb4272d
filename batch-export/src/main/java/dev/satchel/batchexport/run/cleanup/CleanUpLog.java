package dev.satchel.batchexport.run.cleanup;

import dev.satchel.store.UploadJournal;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes a line into the log for each object of a clean-up, and for what kept it from its work. */
final class CleanUpLog {

    private static final Logger LOG = LoggerFactory.getLogger(CleanUpLog.class);

    private final boolean quiet;

    /** @param quiet whether to leave out the objects that were removed */
    CleanUpLog(boolean quiet) {
        this.quiet = quiet;
    }

    void log(CleanUpReport.Refusal refusal) {
        LOG.error("nothing removed: {}", refusal.failure().explanationInFull());
        LOG.debug("clean-up", refusal.cause());
    }

    void logNotArchived(CleanUpReport.Refusal refusal) {
        LOG.error("old exports not archived: {}", refusal.failure().explanationInFull());
        LOG.debug("archive", refusal.cause());
    }

    void log(UploadJournal.Unreadable unreadable) {
        LOG.error(
                "file of export {} not removed: its record '{}' is no location of a file; look for the file by hand, then"
                        + " delete that row of satchel.upload_journal",
                unreadable.exportId(),
                unreadable.text());
    }

    void log(CleanUpReport.Removal removal) {
        String reason = removal.leftover().reason().name().toLowerCase(Locale.ROOT);
        if (removal.failure() == null && quiet) {
            return;
        }
        if (removal.failure() == null) {
            LOG.info("file of export {} removed: {}", removal.leftover().exportId(), reason);
        } else {
            LOG.error(
                    "file of export {} not removed ({}): {}",
                    removal.leftover().exportId(),
                    reason,
                    removal.failure().explanationInFull());
            LOG.debug("export {}", removal.leftover().exportId(), removal.cause());
        }
    }
}

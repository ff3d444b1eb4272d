package dev.satchel.export;

import dev.satchel.UserId;
import dev.satchel.store.KnownStores;
import dev.satchel.store.ProbeRecords;
import dev.satchel.store.UploadJournal;
import java.time.Duration;
import java.util.UUID;

/**
 * The ports of one empty export history, and what a contract needs to do to the world around them.
 *
 * <p>An implementation is proven by extending the contracts with one of these, made anew for each test.
 */
public interface HistoryUnderTest {

    ExportHistory history();

    ExportCatalog catalog();

    UploadJournal journal();

    KnownStores stores();

    ProbeRecords probes();

    UserId addUser();

    /** Makes everything in the history look that much older. */
    void letPass(Duration time);

    /** Deletes the export's row, as its user may at any time. */
    void deleteExport(UUID id);

    /** Deletes the account, which takes the user's exports along. */
    void deleteUser(UserId user);
}

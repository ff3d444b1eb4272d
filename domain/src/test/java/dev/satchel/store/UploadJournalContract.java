package dev.satchel.store;

import dev.satchel.UserId;
import dev.satchel.export.Export;
import dev.satchel.export.ExportHistory;
import dev.satchel.export.Exports;
import dev.satchel.export.HistoryUnderTest;
import dev.satchel.export.Requests;
import dev.satchel.store.UploadJournal.Leftover;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;

/**
 * The set-up that the contracts of {@link UploadJournal} share. Every implementation passes {@link LeftoverContract} and
 * {@link RemovalContract}.
 */
public abstract class UploadJournalContract {

    static final Duration LEASE = Duration.ofMinutes(2);
    static final Duration RETENTION = Duration.ofDays(7);
    static final Duration GRACE = Duration.ofHours(1);
    HistoryUnderTest world;
    ExportHistory history;
    UploadJournal journal;
    UserId user;

    /** An empty history, without exports and users. */
    protected abstract HistoryUnderTest emptyHistory();

    @BeforeEach
    void begin() {
        world = emptyHistory();
        history = world.history();
        journal = world.journal();
        user = world.addUser();
    }

    Export.Processing claimed() {
        history.request(Requests.of(user));
        return history.claim("worker", LEASE).orElseThrow();
    }

    URI opened(Export.Processing export) {
        URI location = Exports.anyLocationOf(export);
        journal.opened(export, location);
        return location;
    }

    URI published(Export.Processing export) {
        URI location = opened(export);
        history.complete(export, Exports.file(location), RETENTION);
        return location;
    }

    List<Leftover> leftovers() {
        return journal.leftovers(Exports.ROOT, GRACE, 100);
    }
}

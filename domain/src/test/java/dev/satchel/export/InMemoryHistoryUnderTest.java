package dev.satchel.export;

import dev.satchel.UserId;
import dev.satchel.store.InMemoryProbeRecords;
import dev.satchel.store.KnownStores;
import dev.satchel.store.ProbeRecords;
import dev.satchel.store.UploadJournal;
import java.time.Duration;
import java.util.UUID;

/** Puts the history in memory under the contracts. */
public final class InMemoryHistoryUnderTest implements HistoryUnderTest {

    private final InMemoryExportHistory memory = new InMemoryExportHistory();
    private final InMemoryProbeRecords probes = new InMemoryProbeRecords(memory);

    @Override
    public ExportHistory history() {
        return memory;
    }

    @Override
    public ExportCatalog catalog() {
        return memory;
    }

    @Override
    public UploadJournal journal() {
        return memory;
    }

    @Override
    public KnownStores stores() {
        return memory.stores();
    }

    @Override
    public ProbeRecords probes() {
        return probes;
    }

    @Override
    public UserId addUser() {
        return memory.addUser();
    }

    @Override
    public void letPass(Duration time) {
        memory.letPass(time);
    }

    @Override
    public void deleteExport(UUID id) {
        memory.deleteExport(id);
    }

    @Override
    public void deleteUser(UserId user) {
        memory.deleteUser(user);
    }
}

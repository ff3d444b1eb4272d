package dev.satchel.store;

import dev.satchel.export.HistoryUnderTest;
import dev.satchel.export.InMemoryHistoryUnderTest;

class InMemoryUploadJournalTest extends UploadJournalContract {

    @Override
    protected HistoryUnderTest emptyHistory() {
        return new InMemoryHistoryUnderTest();
    }
}

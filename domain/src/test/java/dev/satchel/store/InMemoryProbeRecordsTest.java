package dev.satchel.store;

import dev.satchel.export.HistoryUnderTest;
import dev.satchel.export.InMemoryHistoryUnderTest;

class InMemoryProbeRecordsTest extends ProbeRecordsContract {

    @Override
    protected HistoryUnderTest emptyHistory() {
        return new InMemoryHistoryUnderTest();
    }
}

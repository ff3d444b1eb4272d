package dev.satchel.export;

class InMemoryExportHistoryTest extends ExportHistoryContract {

    @Override
    protected HistoryUnderTest emptyHistory() {
        return new InMemoryHistoryUnderTest();
    }
}

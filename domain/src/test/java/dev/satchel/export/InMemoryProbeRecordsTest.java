package dev.satchel.export;

class InMemoryProbeRecordsTest extends ProbeRecordsContract {

    @Override
    protected HistoryUnderTest emptyHistory() {
        return new InMemoryHistoryUnderTest();
    }
}

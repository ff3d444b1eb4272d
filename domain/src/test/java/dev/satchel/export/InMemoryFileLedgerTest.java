package dev.satchel.export;

class InMemoryFileLedgerTest extends FileLedgerContract {

    @Override
    protected HistoryUnderTest emptyHistory() {
        return new InMemoryHistoryUnderTest();
    }
}

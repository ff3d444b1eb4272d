package dev.satchel.export;

class InMemoryKnownStoresTest extends KnownStoresContract {

    @Override
    protected HistoryUnderTest emptyHistory() {
        return new InMemoryHistoryUnderTest();
    }
}

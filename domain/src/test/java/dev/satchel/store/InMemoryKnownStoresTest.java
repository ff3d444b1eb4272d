package dev.satchel.store;

import dev.satchel.export.HistoryUnderTest;
import dev.satchel.export.InMemoryHistoryUnderTest;

class InMemoryKnownStoresTest extends KnownStoresContract {

    @Override
    protected HistoryUnderTest emptyHistory() {
        return new InMemoryHistoryUnderTest();
    }
}

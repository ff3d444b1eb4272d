package dev.satchel.store;

import dev.satchel.export.HistoryUnderTest;
import dev.satchel.export.InMemoryHistoryUnderTest;
import org.junit.jupiter.api.Nested;

class InMemoryUploadJournalTest {

    @Nested
    class Leftovers extends LeftoverContract {

        @Override
        protected HistoryUnderTest emptyHistory() {
            return new InMemoryHistoryUnderTest();
        }
    }

    @Nested
    class Removals extends RemovalContract {

        @Override
        protected HistoryUnderTest emptyHistory() {
            return new InMemoryHistoryUnderTest();
        }
    }
}

package dev.satchel.export;

import org.junit.jupiter.api.Nested;

class InMemoryExportHistoryTest {

    @Nested
    class Requests extends ExportRequestContract {

        @Override
        protected HistoryUnderTest emptyHistory() {
            return new InMemoryHistoryUnderTest();
        }
    }

    @Nested
    class Claims extends ExportClaimContract {

        @Override
        protected HistoryUnderTest emptyHistory() {
            return new InMemoryHistoryUnderTest();
        }
    }

    @Nested
    class Leases extends ExportLeaseContract {

        @Override
        protected HistoryUnderTest emptyHistory() {
            return new InMemoryHistoryUnderTest();
        }
    }

    @Nested
    class Transitions extends ExportTransitionContract {

        @Override
        protected HistoryUnderTest emptyHistory() {
            return new InMemoryHistoryUnderTest();
        }
    }

    @Nested
    class Cancellations extends ExportCancellationContract {

        @Override
        protected HistoryUnderTest emptyHistory() {
            return new InMemoryHistoryUnderTest();
        }
    }
}

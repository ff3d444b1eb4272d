package dev.satchel.postgres.export;

import dev.satchel.export.ExportCancellationContract;
import dev.satchel.export.ExportClaimContract;
import dev.satchel.export.ExportLeaseContract;
import dev.satchel.export.ExportRequestContract;
import dev.satchel.export.ExportTransitionContract;
import dev.satchel.export.HistoryUnderTest;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;

class PostgresExportHistoryIT {

    @AutoClose
    private static PostgresHistoryUnderTest postgres;

    @BeforeAll
    static void start() {
        postgres = new PostgresHistoryUnderTest();
    }

    @Nested
    class Requests extends ExportRequestContract {

        @Override
        protected HistoryUnderTest emptyHistory() {
            return postgres.emptied();
        }
    }

    @Nested
    class Claims extends ExportClaimContract {

        @Override
        protected HistoryUnderTest emptyHistory() {
            return postgres.emptied();
        }
    }

    @Nested
    class Leases extends ExportLeaseContract {

        @Override
        protected HistoryUnderTest emptyHistory() {
            return postgres.emptied();
        }
    }

    @Nested
    class Transitions extends ExportTransitionContract {

        @Override
        protected HistoryUnderTest emptyHistory() {
            return postgres.emptied();
        }
    }

    @Nested
    class Cancellations extends ExportCancellationContract {

        @Override
        protected HistoryUnderTest emptyHistory() {
            return postgres.emptied();
        }
    }
}

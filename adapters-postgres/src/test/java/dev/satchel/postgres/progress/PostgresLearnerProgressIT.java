package dev.satchel.postgres.progress;

import dev.satchel.progress.ActivityContract;
import dev.satchel.progress.ProgressUnderTest;
import dev.satchel.progress.TotalsContract;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;

class PostgresLearnerProgressIT {

    @AutoClose
    private static PostgresProgressUnderTest postgres;

    @BeforeAll
    static void start() {
        postgres = new PostgresProgressUnderTest();
    }

    @Nested
    class TotalsOfSessions extends TotalsContract {

        @Override
        protected ProgressUnderTest emptyProgress() {
            return postgres.emptied();
        }
    }

    @Nested
    class ActivityByDay extends ActivityContract {

        @Override
        protected ProgressUnderTest emptyProgress() {
            return postgres.emptied();
        }
    }
}

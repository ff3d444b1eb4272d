package dev.satchel.progress;

import java.time.Instant;
import org.junit.jupiter.api.Nested;

class InMemoryLearnerProgressTest {

    @Nested
    class TotalsOfSessions extends TotalsContract {

        @Override
        protected ProgressUnderTest emptyProgress() {
            return new InMemoryLearnerProgress(Instant.parse("2026-03-01T09:30:00Z"));
        }
    }

    @Nested
    class ActivityByDay extends ActivityContract {

        @Override
        protected ProgressUnderTest emptyProgress() {
            return new InMemoryLearnerProgress(Instant.parse("2026-03-01T09:30:00Z"));
        }
    }
}

package dev.satchel.progress;

import java.time.Instant;

class InMemoryLearnerProgressTest extends LearnerProgressContract {

    @Override
    protected ProgressUnderTest emptyProgress() {
        return new InMemoryLearnerProgress(Instant.parse("2026-03-01T09:30:00Z"));
    }
}

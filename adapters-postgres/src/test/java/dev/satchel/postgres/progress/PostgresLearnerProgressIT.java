package dev.satchel.postgres.progress;

import dev.satchel.progress.LearnerProgressContract;
import dev.satchel.progress.ProgressUnderTest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class PostgresLearnerProgressIT extends LearnerProgressContract {

    private static PostgresProgressUnderTest postgres;

    @BeforeAll
    static void start() {
        postgres = new PostgresProgressUnderTest();
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @Override
    protected ProgressUnderTest emptyProgress() {
        return postgres.emptied();
    }
}

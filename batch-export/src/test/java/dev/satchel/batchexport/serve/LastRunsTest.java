package dev.satchel.batchexport.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class LastRunsTest {

    private static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");

    private final LastRuns last = new LastRuns(() -> NOW);

    @Test
    void forgetsAFailureThatASuccessInAnotherProgramFollowed() {
        last.failed("cleanup", "the store is away");
        last.failed("streaks", "the database is away");

        last.succeeded("cleanup", NOW.minusSeconds(1));
        last.succeeded("streaks", NOW.plusSeconds(1));

        assertThat(last.check().sentence()).isEqualTo("the last run of cleanup failed: the store is away");
    }
}

package dev.satchel.postgres.export;

import dev.satchel.export.HistoryUnderTest;
import dev.satchel.store.ProbeRecordsContract;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class PostgresProbeRecordsIT extends ProbeRecordsContract {

    private static PostgresHistoryUnderTest postgres;

    @BeforeAll
    static void start() {
        postgres = new PostgresHistoryUnderTest();
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @Override
    protected HistoryUnderTest emptyHistory() {
        return postgres.emptied();
    }
}

package dev.satchel.postgres.export;

import dev.satchel.export.HistoryUnderTest;
import dev.satchel.store.KnownStoresContract;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;

class PostgresKnownStoresIT extends KnownStoresContract {

    @AutoClose
    private static PostgresHistoryUnderTest postgres;

    @BeforeAll
    static void start() {
        postgres = new PostgresHistoryUnderTest();
    }

    @Override
    protected HistoryUnderTest emptyHistory() {
        return postgres.emptied();
    }
}

package dev.satchel.postgres.export;

import dev.satchel.UserId;
import dev.satchel.export.Export;
import dev.satchel.export.ExportCatalog;
import dev.satchel.export.ExportHistoryContract;
import dev.satchel.export.HistoryUnderTest;
import java.util.UUID;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;

/** One migrated database per test class, and rows of {@code export_history} as another program writes them. */
abstract class PostgresExportFixture extends ExportHistoryContract {

    @AutoClose
    static PostgresHistoryUnderTest postgres;

    @BeforeAll
    static void start() {
        postgres = new PostgresHistoryUnderTest();
    }

    @Override
    protected HistoryUnderTest emptyHistory() {
        return postgres.emptied();
    }

    static UUID insert(UserId user, String type, String format, String filters) {
        return postgres.owner()
                .sql("""
                        INSERT INTO public.export_history (user_id, export_type, export_format, filters)
                        VALUES (:user, :type, :format, :filters::jsonb)
                        RETURNING id
                        """)
                .param("user", user.value())
                .param("type", type)
                .param("format", format)
                .param("filters", filters)
                .query(UUID.class)
                .single();
    }

    static ExportCatalog.Entry entry(UUID id) {
        return postgres.catalog().find(id).orElseThrow();
    }

    static Export.Processing claimed() {
        return postgres.history().claim("worker", LEASE).orElseThrow();
    }

    static String text(String sql, UUID id) {
        return postgres.owner().sql(sql).param("id", id).query(String.class).single();
    }
}

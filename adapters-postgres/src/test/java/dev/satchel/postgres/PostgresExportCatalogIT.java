package dev.satchel.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.UserId;
import dev.satchel.export.ExportCatalog;
import dev.satchel.export.ExportCatalogContract;
import dev.satchel.export.HistoryUnderTest;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class PostgresExportCatalogIT extends ExportCatalogContract {

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

    private static UUID foreignRow(UserId user, String location, String expiresAt) {
        return postgres.owner()
                .sql("""
                        INSERT INTO public.export_history (user_id, export_type, export_format, status, file_url,
                                                           filters, data, expires_at)
                        VALUES (:user, 'vocabulario', 'pdf', 'completed', :location, '["x"]', '7', :expiresAt::timestamptz)
                        RETURNING id
                        """)
                .param("user", user.value())
                .param("location", location)
                .param("expiresAt", expiresAt)
                .query(UUID.class)
                .single();
    }

    @Test
    void showsRowsOfOtherProgramsAsTheyAre() {
        UserId user = postgres.addUser();
        UUID id = foreignRow(user, "my file.pdf", null);

        ExportCatalog.Entry entry = postgres.catalog().find(id).orElseThrow();

        assertThat(entry)
                .isEqualTo(new ExportCatalog.Entry(
                        id,
                        user,
                        "vocabulario",
                        "pdf",
                        "completed",
                        0,
                        null,
                        null,
                        "[\"x\"]",
                        "7",
                        null,
                        0,
                        entry.requestedAt(),
                        null,
                        null,
                        null));
        assertThat(postgres.catalog().newest(user, null, 10)).containsExactly(entry);
    }

    @Test
    void offersNoFileWithoutALocationOrAnEnd() {
        UserId user = postgres.addUser();

        assertThat(postgres.catalog().downloadable(foreignRow(user, "my file.pdf", "2999-01-01")))
                .isEmpty();
        assertThat(postgres.catalog().downloadable(foreignRow(user, "file:///x", null)))
                .isEmpty();
        assertThat(postgres.catalog().downloadable(foreignRow(user, "file:///x", "infinity")))
                .isEmpty();
        assertThat(postgres.catalog().downloadable(foreignRow(user, "file:///x", "2999-01-01")))
                .isPresent();
    }

    @Test
    void findsNothingForHostileText() {
        postgres.addUser();

        assertThat(postgres.catalog().newest(null, "' OR true --", 10)).isEmpty();
    }
}

package dev.satchel.postgres.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.satchel.UserId;
import dev.satchel.export.DeliveredFile;
import dev.satchel.export.Export;
import dev.satchel.export.ExportCatalog;
import dev.satchel.export.ExportCatalogContract;
import dev.satchel.export.Exports;
import dev.satchel.export.HistoryUnderTest;
import dev.satchel.export.Requests;
import dev.satchel.postgres.SatchelPostgres;
import dev.satchel.postgres.session.OwnSessions;
import java.net.URI;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.dao.DataAccessException;

class PostgresExportCatalogIT extends ExportCatalogContract {

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

    private static URI published(UserId user) {
        UUID id = postgres.history().request(Requests.of(user)).id();
        Export.Processing export =
                postgres.history().claim("worker", Duration.ofMinutes(2)).orElseThrow();
        assertThat(export.id()).isEqualTo(id);
        DeliveredFile file = Exports.anyFileOf(export);
        postgres.history().complete(export, file, Duration.ofDays(7));
        return file.location();
    }

    @ParameterizedTest
    @ValueSource(strings = {"my file.pdf", "file:///etc/passwd", "s3://exports/unknown", "https://example.org/?x=1"})
    void ignoresALocationThatWasNeverPublished(String location) {
        UUID id = foreignRow(postgres.addUser(), location, "2999-01-01");

        assertThat(postgres.catalog().downloadable(id)).isEmpty();
        assertThat(postgres.catalog().find(id).orElseThrow().location()).isNull();
        assertThat(postgres.catalog().newest(null, null, 10))
                .singleElement()
                .extracting(ExportCatalog.Entry::location)
                .isNull();
    }

    @Test
    void ignoresALocationThatWasPublishedForAnotherExport() {
        UserId user = postgres.addUser();
        URI others = published(user);
        UUID id = foreignRow(postgres.addUser(), others.toString(), "2999-01-01");

        assertThat(postgres.catalog().downloadable(id)).isEmpty();
        assertThat(postgres.catalog().find(id).orElseThrow().location()).isNull();
    }

    @Test
    void ignoresALocationThatWasOpenedButNotPublished() {
        UserId user = postgres.addUser();
        URI location = published(user);
        UUID id = postgres.catalog().newest(user, null, 1).get(0).id();
        assertThat(postgres.catalog().downloadable(id)).isPresent();

        postgres.owner()
                .sql("UPDATE satchel.upload_journal SET published_at = NULL WHERE url = :url")
                .param("url", location.toString())
                .update();

        assertThat(postgres.catalog().downloadable(id)).isEmpty();
        assertThat(postgres.catalog().find(id).orElseThrow().location()).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"NULL", "'infinity'", "now()"})
    void offersNoFileWithoutAFiniteExpiry(String expiresAt) {
        UserId user = postgres.addUser();
        published(user);
        UUID id = postgres.catalog().newest(user, null, 1).get(0).id();

        postgres.owner()
                .sql("UPDATE public.export_history SET expires_at = " + expiresAt)
                .update();

        assertThat(postgres.catalog().downloadable(id)).isEmpty();
    }

    @Test
    void findsNothingForHostileText() {
        postgres.addUser();

        assertThat(postgres.catalog().newest(null, "' OR true --", 10)).isEmpty();
    }

    /** Before the ten seconds after which any statement gives up a lock, in a service's sessions and in Satchel's own. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void givesUpHowFarExportsLagBehindWhereTheAnswerTakesLong(boolean ownSessions) throws SQLException {
        DataSource sessions = postgres.database().workerDataSource();
        ExportCatalog catalog = new SatchelPostgres(ownSessions ? new OwnSessions(sessions) : sessions).exportCatalog();
        catalog.lag(Duration.ZERO);
        try (Connection other = postgres.database().ownerDataSource().getConnection();
                Statement lock = other.createStatement()) {
            other.setAutoCommit(false);
            lock.execute("LOCK TABLE public.export_history IN ACCESS EXCLUSIVE MODE");

            assertThatThrownBy(() -> catalog.lag(Duration.ZERO))
                    .isInstanceOf(DataAccessException.class)
                    .rootCause()
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            canceled -> assertThat(canceled.getSQLState()).isEqualTo("57014"));
        }
        assertThat(catalog.lag(Duration.ZERO).pending()).isZero();
    }

    @Test
    void treatsTimesThatOtherProgramsMadeUpAsNow() {
        UserId user = postgres.addUser();
        foreignRow(user, "file:///gone", "-infinity");
        postgres.history().request(Requests.of(user));
        postgres.owner()
                .sql("UPDATE public.export_history SET created_at = 'infinity' WHERE status = 'pending'")
                .update();

        ExportCatalog.Lag lag = postgres.catalog().lag(Duration.ZERO);

        assertThat(lag).isEqualTo(new ExportCatalog.Lag(1, Duration.ZERO, 0, 1, Duration.ZERO, Map.of()));
    }
}

package dev.satchel.postgres.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.tuple;

import dev.satchel.export.Export;
import dev.satchel.export.Exports;
import dev.satchel.export.HistoryUnderTest;
import dev.satchel.export.Requests;
import dev.satchel.store.LeftoverContract;
import dev.satchel.store.RemovalContract;
import dev.satchel.store.UploadJournal;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.simple.JdbcClient;

class PostgresUploadJournalIT {

    @AutoClose
    private static PostgresHistoryUnderTest postgres;

    @BeforeAll
    static void start() {
        postgres = new PostgresHistoryUnderTest();
    }

    @BeforeEach
    void empty() {
        postgres.emptied();
    }

    @Nested
    class Leftovers extends LeftoverContract {

        @Override
        protected HistoryUnderTest emptyHistory() {
            return postgres.emptied();
        }
    }

    @Nested
    class Removals extends RemovalContract {

        @Override
        protected HistoryUnderTest emptyHistory() {
            return postgres.emptied();
        }
    }

    private static URI published(Duration retention) {
        postgres.history().request(Requests.of(postgres.addUser()));
        Export.Processing export =
                postgres.history().claim("worker", Duration.ofMinutes(2)).orElseThrow();
        URI location = Exports.anyLocationOf(export);
        postgres.journal().opened(export, location);
        postgres.history().complete(export, Exports.file(location), retention);
        return location;
    }

    @Test
    void refusesToJudgeForAUserFromWhomExportsAreHidden() {
        published(Duration.ofDays(7));
        // Sees every file, and through the users' own policy no export.
        postgres.owner().sql("DROP ROLE IF EXISTS nearly_a_worker").update();
        postgres.owner()
                .sql("CREATE ROLE nearly_a_worker LOGIN PASSWORD 'nearly' IN ROLE authenticated")
                .update();
        try {
            postgres.owner()
                    .sql("GRANT USAGE ON SCHEMA satchel TO nearly_a_worker")
                    .update();
            postgres.owner()
                    .sql(
                            "GRANT SELECT ON satchel.upload_journal, satchel.export_lease, satchel.store TO nearly_a_worker")
                    .update();
            UploadJournal blind = new PostgresUploadJournal(
                    JdbcClient.create(postgres.database().dataSource("nearly_a_worker", "nearly")));

            assertThatIllegalStateException()
                    .isThrownBy(() -> blind.leftovers(Exports.ROOT, Duration.ZERO, 10))
                    .withMessage("row security hides exports from this database user, so their files cannot be told"
                            + " from leftovers: log in as a member of satchel_exports");
        } finally {
            postgres.owner()
                    .sql(
                            "REVOKE ALL ON satchel.upload_journal, satchel.export_lease, satchel.store FROM nearly_a_worker")
                    .update();
            postgres.owner()
                    .sql("REVOKE USAGE ON SCHEMA satchel FROM nearly_a_worker")
                    .update();
            postgres.owner().sql("DROP ROLE nearly_a_worker").update();
        }
    }

    @Test
    void recordsTheExpiryInAManifestThatIsNotAnObject() {
        URI location = published(Duration.ofDays(7));
        postgres.owner().sql("UPDATE public.export_history SET data = '[1]'").update();

        postgres.journal().deleted(location);

        assertThat(postgres.owner()
                        .sql("SELECT data ->> 'expired_at' FROM public.export_history")
                        .query(String.class)
                        .single())
                .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}Z");
    }

    @Test
    void recordsTheExpiryInUtc() {
        URI location = published(Duration.ofDays(7));

        postgres.journal().deleted(location);

        assertThat(postgres.owner().sql("""
                                SELECT abs(extract(epoch FROM now() - (data ->> 'expired_at')::timestamptz)) < 60
                                  FROM public.export_history
                                """).query(Boolean.class).single()).isTrue();
    }

    @Test
    void listsAFileThatItsRowNoLongerPointsTo() {
        URI location = published(Duration.ofDays(7));
        postgres.owner().sql("UPDATE public.export_history SET file_url = NULL").update();
        assertThat(postgres.journal().leftovers(Exports.ROOT, Duration.ofHours(1), 10))
                .isEmpty();

        postgres.letPass(Duration.ofHours(1));

        assertThat(postgres.journal().leftovers(Exports.ROOT, Duration.ofHours(1), 10))
                .extracting(UploadJournal.Leftover::location)
                .containsExactly(location);
    }

    @ParameterizedTest
    @ValueSource(strings = {"NULL", "'infinity'"})
    void removesAFileWithoutAnExpiryOnceItsRowHasStayedSo(String expiry) {
        URI location = published(Duration.ofDays(7));
        postgres.owner()
                .sql("UPDATE public.export_history SET expires_at = " + expiry)
                .update();
        assertThat(postgres.journal().leftovers(Exports.ROOT, Duration.ofHours(1), 10))
                .isEmpty();

        postgres.letPass(Duration.ofHours(1));

        assertThat(postgres.journal().leftovers(Exports.ROOT, Duration.ofHours(1), 10))
                .extracting(UploadJournal.Leftover::location, UploadJournal.Leftover::reason)
                .containsExactly(tuple(location, UploadJournal.Reason.EXPIRED));
    }

    /** Records that a row from before the check of its column holds, and a sound one that is due. */
    private static URI amongUnreadableOnes(String... records) {
        URI location = published(Duration.ofDays(7));
        postgres.owner()
                .sql("UPDATE public.export_history SET expires_at = now()")
                .update();
        postgres.owner()
                .sql("ALTER TABLE satchel.upload_journal DROP CONSTRAINT upload_journal_url_check")
                .update();
        for (String record : records) {
            postgres.owner()
                    .sql("INSERT INTO satchel.upload_journal (url, export_id, token, opened_at, published_at)"
                            + " VALUES (:url, gen_random_uuid(), gen_random_uuid(), '-infinity', '-infinity')")
                    .param("url", record)
                    .update();
        }
        return location;
    }

    private static void checkTheColumnAgain() {
        postgres.owner()
                .sql("DELETE FROM satchel.upload_journal WHERE opened_at = '-infinity'")
                .update();
        postgres.owner()
                .sql(
                        "ALTER TABLE satchel.upload_journal ADD CONSTRAINT upload_journal_url_check CHECK (url COLLATE \"C\" ~ '"
                                + PostgresUploadJournal.LOCATION.replace("'", "''") + "')")
                .update();
    }

    @Test
    void listsLeftoversBesideRecordsThatAreNotLocations() {
        // The last ones seem to be in the store that is cleaned up.
        URI location = amongUnreadableOnes(
                "", "no location", "http://[", "a:", "s3://bucket/%", "://", Exports.ROOT + "%", Exports.ROOT + "a b");
        try {
            assertThat(postgres.journal().leftovers(Exports.ROOT, Duration.ofHours(1), 10))
                    .extracting(UploadJournal.Leftover::location)
                    .containsExactly(location);
            assertThat(postgres.journal().elsewhere(Exports.ROOT, Duration.ofHours(1)))
                    .isEmpty();
            assertThat(postgres.journal().published(Exports.ROOT, 10)).containsExactly(location);
            assertThat(postgres.journal().unreadable(10))
                    .extracting(UploadJournal.Unreadable::text)
                    .containsExactlyInAnyOrder(
                            "",
                            "://",
                            "a:",
                            "http://[",
                            "no location",
                            "s3://bucket/%",
                            Exports.ROOT + "%",
                            Exports.ROOT + "a b");
            assertThat(postgres.journal().unreadable(2)).hasSize(2);
        } finally {
            checkTheColumnAgain();
        }
        assertThat(postgres.journal().unreadable(10)).isEmpty();
    }

    @Test
    void readsALocationAsTheDatabaseDoes() {
        assertThat(postgres.owner()
                        .sql("SELECT pg_get_constraintdef(oid) FROM pg_constraint"
                                + " WHERE conname = 'upload_journal_url_check'")
                        .query(String.class)
                        .single())
                .isEqualTo("CHECK (((url COLLATE \"C\") ~ '" + PostgresUploadJournal.LOCATION.replace("'", "''")
                        + "'::text))");
    }

    @ParameterizedTest
    @ValueSource(strings = {"failed", "completed", "pending"})
    void listsTheFileOfAnExportWhoseStatusWasChangedByHand(String status) {
        postgres.history().request(Requests.of(postgres.addUser()));
        Export.Processing export =
                postgres.history().claim("worker", Duration.ofMinutes(2)).orElseThrow();
        URI location = Exports.anyLocation();
        postgres.journal().opened(export, location);

        postgres.owner()
                .sql("UPDATE public.export_history SET status = :status")
                .param("status", status)
                .update();
        postgres.letPass(Duration.ofHours(1));

        assertThat(postgres.journal().leftovers(Exports.ROOT, Duration.ofHours(1), 10))
                .containsExactly(
                        new UploadJournal.Leftover(location, export.id(), UploadJournal.Reason.NEVER_PUBLISHED));
    }

    @Test
    void listsAFileThatARowPointsToWithoutItsPublication() {
        postgres.history().request(Requests.of(postgres.addUser()));
        Export.Processing export =
                postgres.history().claim("worker", Duration.ofMinutes(2)).orElseThrow();
        URI location = Exports.anyLocation();
        postgres.journal().opened(export, location);
        postgres.history().fail(export, Exports.accessDenied());
        postgres.owner()
                .sql("UPDATE public.export_history SET file_url = :url")
                .param("url", location.toString())
                .update();
        postgres.letPass(Duration.ofHours(1));

        assertThat(postgres.journal().leftovers(Exports.ROOT, Duration.ofHours(1), 10))
                .extracting(UploadJournal.Leftover::location)
                .containsExactly(location);
    }
}

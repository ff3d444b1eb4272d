package dev.satchel.migrations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.sql.SQLException;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.util.PSQLException;

/** The record of files holds locations only, and what another program wrote into an export leads to no file. */
class PublishedFilesIT {

    private static final String RECORD = "INSERT INTO satchel.export_file (url, export_id, token) VALUES (?, ?, ?)";

    private static SampleDatabase database;
    private static Session worker;

    @BeforeAll
    static void open() throws SQLException {
        database = SampleDatabase.create();
        worker = Session.open(database.workerDataSource());
    }

    @AfterAll
    static void close() throws SQLException {
        worker.close();
        database.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "s3://bucket/exports/a.zip",
                "s3://my.bucket_1/a",
                "file:///var/lib/satchel/a.csv",
                "file:///with%20space/a%C3%B1o/it's(1)+1=2.csv",
                "file://server/share/a.csv"
            })
    void takeALocation(String url) {
        assertThatCode(() -> worker.run(RECORD, url, UUID.randomUUID(), UUID.randomUUID()))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "a.zip",
                "/var/lib/a.zip",
                "s3:bucket/a",
                "s3://bucket",
                "s3://bucket/",
                "s3://bucket/with space",
                "s3://bucket/a\nb",
                "s3://bucket/a\u0007",
                "s3://bucket/%",
                "s3://bucket/%4",
                "s3://bucket/%zz",
                "s3://bucket/[a]",
                "s3://bucket/a?signature=x",
                "s3://bucket/a#b",
                "s3://bucket/año",
                "S3://bucket/a",
                "://bucket/a",
                "s3://bucket/a\n"
            })
    void refuseWhatIsNone(String url) {
        var refusal = catchThrowableOfType(
                PSQLException.class, () -> worker.run(RECORD, url, UUID.randomUUID(), UUID.randomUUID()));

        assertThat(refusal.getServerErrorMessage().getConstraint()).isEqualTo("export_file_url_check");
    }

    @Test
    void areAllThatAnUpgradedRowPointsTo() throws SQLException {
        try (var before = SampleDatabase.createUnmigrated();
                var owner = Session.open(before.ownerDataSource())) {
            Upgrades.paste(before, Upgrades.BEFORE_LIMITS);
            var user = owner.addUser();
            var published = export(owner, user, "s3://bucket/published");
            owner.run(RECORD, "s3://bucket/published", published, UUID.randomUUID());
            owner.run("UPDATE satchel.export_file SET published_at = now()");
            var opened = export(owner, user, "s3://bucket/opened");
            owner.run(RECORD, "s3://bucket/opened", opened, UUID.randomUUID());
            export(owner, user, "s3://bucket/published");
            export(owner, user, "file:///etc/passwd");

            Upgrades.paste(before, Upgrades.SINCE_LIMITS);

            assertThat(owner.rows("SELECT id, file_url FROM public.export_history WHERE file_url IS NOT NULL"))
                    .containsExactly(published + " | s3://bucket/published");
        }
    }

    @Test
    void stayAsTheyWereWhereTheyAreUnreadable() throws SQLException {
        try (var before = SampleDatabase.createUnmigrated();
                var owner = Session.open(before.ownerDataSource())) {
            Upgrades.paste(before, Upgrades.BEFORE_LIMITS);
            owner.run(RECORD, "no location", UUID.randomUUID(), UUID.randomUUID());

            Upgrades.paste(before, Upgrades.SINCE_LIMITS);

            var validated = "SELECT convalidated FROM pg_constraint WHERE conname = 'export_file_url_check'";
            assertThat(owner.rows("SELECT url FROM satchel.export_file")).containsExactly("no location");
            assertThat(owner.value(validated)).isEqualTo("f");
            owner.run("DELETE FROM satchel.export_file");
            owner.run("ALTER TABLE satchel.export_file VALIDATE CONSTRAINT export_file_url_check");
            assertThat(owner.value(validated)).isEqualTo("t");
        }
    }

    private static UUID export(Session owner, UUID user, String url) throws SQLException {
        return UUID.fromString(owner.value("""
                INSERT INTO public.export_history (user_id, export_type, export_format, status, file_url)
                VALUES (?, 'all', 'csv', 'completed', ?)
                RETURNING id
                """, user, url));
    }
}

package dev.satchel.migrations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.sql.SQLException;
import java.util.UUID;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.util.PSQLException;

/** The record of files holds locations only, and what another program wrote into an export leads to no file. */
class PublishedFilesIT {

    private static final String RECORD = "INSERT INTO satchel.upload_journal (url, export_id, token) VALUES (?, ?, ?)";

    @AutoClose
    private static SampleDatabase database;

    @AutoClose
    private static Session worker;

    @BeforeAll
    static void open() throws SQLException {
        database = SampleDatabase.create();
        worker = Session.open(database.workerDataSource());
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

        assertThat(refusal.getServerErrorMessage().getConstraint()).isEqualTo("upload_journal_url_check");
    }
}

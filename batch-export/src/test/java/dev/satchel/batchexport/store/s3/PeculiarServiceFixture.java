package dev.satchel.batchexport.store.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.store.StoreFailures;
import dev.satchel.batchexport.store.s3.PeculiarS3.Call;
import dev.satchel.batchexport.store.s3.PeculiarS3.Peculiarity;
import dev.satchel.export.Failure;
import dev.satchel.store.FileStore;
import java.io.IOException;
import java.net.URI;
import java.util.Random;
import org.junit.jupiter.api.AutoClose;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/** A store over {@link PeculiarS3}, whose peculiarities each test chooses. */
abstract class PeculiarServiceFixture {

    static final int PART = 1024;
    static final String NAME = "export-1/1-a.csv";
    static final String KEY = "exports/some/prefix/" + NAME;

    @AutoClose
    PeculiarS3 service;

    @AutoClose
    S3FileStore store;

    void start(Settings settings, Peculiarity... peculiarities) throws IOException {
        service = PeculiarS3.with(peculiarities);
        store = open(service.endpoint(), settings);
    }

    static S3FileStore open(URI endpoint, Settings settings) {
        S3Connection connection = new S3Connection(
                new S3Options(
                        endpoint.toString(),
                        settings.publicEndpoint == null ? null : settings.publicEndpoint.toString(),
                        true,
                        settings.checksums ? S3Options.Checksums.WHEN_SUPPORTED : S3Options.Checksums.WHEN_REQUIRED,
                        settings.readBack ? S3Options.ReadBack.ALWAYS : S3Options.ReadBack.WHEN_NEEDED,
                        settings.conditionalWrites,
                        4),
                "us-east-1",
                StaticCredentialsProvider.create(AwsBasicCredentials.create("key", "hunter2")));
        return new S3FileStore(connection.client(), connection, new Bucket("exports", "some/prefix"), settings.memory);
    }

    void start(Peculiarity... peculiarities) throws IOException {
        start(new Settings(), peculiarities);
    }

    /** The defaults, to be changed. */
    static final class Settings {
        URI publicEndpoint;
        boolean checksums;
        boolean conditionalWrites = true;
        boolean readBack;
        PartMemory memory = new PartMemory(PART, 4, 8);
    }

    static Settings withChecksums() {
        Settings settings = new Settings();
        settings.checksums = true;
        return settings;
    }

    URI publish(byte[] content) throws IOException {
        try (FileStore.Upload upload = store.open(NAME, "a.csv", "text/csv")) {
            upload.body().write(content);
            upload.commit();
        }
        return store.locate(NAME);
    }

    static byte[] content(int length) {
        byte[] content = new byte[length];
        new Random(length).nextBytes(content);
        return content;
    }

    long count(Call call) {
        return service.calls().stream().filter(call::equals).count();
    }

    static Failure failure(Throwable thrown) {
        return StoreFailures.diagnose(thrown).orElseThrow(() -> new AssertionError(thrown));
    }

    void assertNothingIsLeft() {
        assertThat(service.keys()).isEmpty();
        assertThat(service.unfinished()).isEmpty();
    }
}

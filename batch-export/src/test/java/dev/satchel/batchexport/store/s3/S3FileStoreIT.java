package dev.satchel.batchexport.store.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.satchel.batchexport.TestS3;
import dev.satchel.batchexport.store.BreakingProxy;
import dev.satchel.batchexport.store.StoreAddress;
import dev.satchel.batchexport.store.StoreFailures;
import dev.satchel.batchexport.store.s3.FaultyHttpClient.Call;
import dev.satchel.export.Failure;
import dev.satchel.store.FileStore;
import dev.satchel.store.FileStoreContract;
import dev.satchel.store.MissingFileException;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.S3Exception;

class S3FileStoreIT extends FileStoreContract {

    /** The smallest part that S3 takes, so that tests send less. */
    private static final int PART = 5 * 1024 * 1024;

    private static final String NAME = "export-1/1-a.csv";
    private static final String KEY = "some/prefix/" + NAME;

    @TempDir
    private static Path directory;

    @AutoClose
    private static TestS3 s3;

    private final String bucket = "exports-" + UUID.randomUUID();

    @AutoClose
    private S3Client plain;

    private FaultyHttpClient faults;

    @AutoClose
    private S3FileStore store;

    @BeforeAll
    static void startS3() {
        s3 = TestS3.start(directory);
    }

    @BeforeEach
    void openStore() {
        s3.createBucket(bucket);
        plain = s3.client();
        faults = new FaultyHttpClient(UrlConnectionHttpClient.create());
        store = new S3FileStore(
                s3.connection().client(faults.builder()), s3.connection(), address(), new PartMemory(PART, 4, 8));
    }

    private S3FileStore open(S3Connection connection) {
        return new S3FileStore(connection.client(), connection, address(), new PartMemory(PART, 4, 8));
    }

    private Bucket address() {
        return new Bucket(bucket, "some/prefix");
    }

    @Override
    protected FileStore store() {
        return store;
    }

    @Override
    protected int partSize() {
        return PART;
    }

    @Override
    protected List<String> leavings() {
        return plain.listMultipartUploads(list -> list.bucket(bucket)).uploads().stream()
                .map(MultipartUpload::key)
                .toList();
    }

    private List<String> objects() {
        return plain.listObjectsV2(list -> list.bucket(bucket)).contents().stream()
                .map(object -> object.key())
                .toList();
    }

    @Test
    void keepsAFileUnderBucketPrefixAndName() throws IOException {
        URI location = publish(NAME, content(10, 1));

        assertThat(location).hasToString("s3://" + bucket + "/some/prefix/export-1/1-a.csv");
        assertThat(objects()).containsExactly(KEY);
    }

    @ParameterizedTest
    @ValueSource(ints = {10, PART + 1})
    void tellsBrowsersWhatTheFileIs(int length) throws IOException {
        try (FileStore.Upload upload = store.open(NAME, "mes données \"1\"\r\nX: y.csv", "text/csv; charset=utf-8")) {
            upload.body().write(content(length, 1));
            upload.commit();
        }

        HeadObjectResponse head =
                plain.headObject(request -> request.bucket(bucket).key(KEY));
        assertThat(head.contentType()).isEqualTo("text/csv; charset=utf-8");
        assertThat(head.contentDisposition()).isEqualTo("attachment; filename=\"mes_donn_es__1___X__y.csv\"");
        assertThat(head.contentLength()).isEqualTo(length);
    }

    @Test
    void sendsAFileOfOnePartInOneRequest() throws IOException {
        publish(NAME, content(PART, 1));
        // The SDK may send a request again when a kept connection turns out to be closed.
        int single = faults.count(Call.PUT);
        assertThat(single).isPositive();
        assertThat(faults.count(Call.CREATE)).isZero();

        publish("export-1/2-b.csv", content(PART + 1, 1));
        assertThat(faults.count(Call.PUT)).isEqualTo(single);
        assertThat(faults.count(Call.CREATE)).isPositive();
        assertThat(faults.count(Call.PART)).isGreaterThanOrEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void worksWithAndWithoutTheChecksumsOfAws(boolean checksums) throws IOException {
        try (S3FileStore other = open(connection(s3.endpoint(), checksums, s3.secretKey()));
                FileStore.Upload small = other.open("a/1.csv", "a.csv", "text/csv");
                FileStore.Upload large = other.open("a/2.csv", "a.csv", "text/csv")) {
            small.body().write(content(10, 1));
            small.commit();
            large.body().write(content(2 * PART + 1, 2));
            large.commit();

            assertThat(read(other.locate("a/1.csv"))).isEqualTo(content(10, 1));
            assertThat(read(other.locate("a/2.csv"))).isEqualTo(content(2 * PART + 1, 2));
        }
    }

    @Test
    void sendsEqualPartsThatHoldTheLargestFileExpected() {
        assertThat((long) S3Upload.MOST_PARTS * PartMemory.LARGEST).isGreaterThanOrEqualTo(150L << 30);
    }

    @Test
    void signsALinkThatEndsAndCannotBeUsedForAnotherFile() throws IOException {
        URI location = publish(NAME, content(10, 1));
        publish("export-1/2-b.csv", content(10, 2));

        URI link = store.link(location, Duration.ofMinutes(5));

        assertThat(link.getQuery()).contains("X-Amz-Expires=300");
        assertThat(status(link)).isEqualTo(200);
        assertThat(status(URI.create(link.toString().replace("1-a.csv", "2-b.csv"))))
                .isEqualTo(403);
        assertThat(status(URI.create(link.toString().replaceAll("\\?.*", "")))).isEqualTo(403);
    }

    @Test
    void retriesAPartThatTheServiceRefused() throws IOException {
        faults.fail(Call.PART, 1);

        publish(NAME, content(2 * PART, 1));

        assertThat(read(store.locate(NAME))).isEqualTo(content(2 * PART, 1));
        assertThat(faults.count(Call.PART)).isEqualTo(3);
    }

    @Test
    void leavesNothingWhenAPartKeepsFailing() throws IOException {
        faults.fail(Call.PART, Integer.MAX_VALUE);

        Throwable failed = catchThrowable(() -> publish(NAME, content(2 * PART, 1)));

        assertThat(failed).isInstanceOf(S3Exception.class);
        assertThat(failuresToCleanUp(failed)).isEmpty();
        assertThat(code(failed)).contains(Failure.Code.STORE_UNAVAILABLE);
        assertThat(faults.count(Call.CREATE)).isEqualTo(1);
        assertThat(leavings()).isEmpty();
        assertThat(objects()).isEmpty();
    }

    @Test
    void leavesNothingWhenTheAnswerToTheBeginningWasLost() throws IOException {
        faults.loseAnswer(Call.CREATE, Integer.MAX_VALUE);

        assertThatThrownBy(() -> publish(NAME, content(2 * PART, 1))).isInstanceOf(SdkException.class);

        assertThat(leavings()).isEmpty();
    }

    /** The SDK begins a second upload then, and the first one would be paid for until the file expires. */
    @Test
    void leavesNoUploadWhenTheAnswerToTheBeginningWasLostOnce() throws IOException {
        faults.loseAnswer(Call.CREATE, 1);

        publish(NAME, content(2 * PART, 1));

        assertThat(faults.count(Call.CREATE)).isEqualTo(2);
        assertThat(read(store.locate(NAME))).isEqualTo(content(2 * PART, 1));
        assertThat(leavings()).isEmpty();
    }

    @Test
    void acceptsNoBytesAfterAPartFailed() throws IOException {
        faults.fail(Call.PART, Integer.MAX_VALUE);
        try (FileStore.Upload upload = open(NAME)) {
            assertThatThrownBy(() -> {
                        // The part fails while more is written.
                        while (true) {
                            upload.body().write(content(1000, 1));
                        }
                    })
                    .isInstanceOf(S3Exception.class);
            faults.recover();

            assertThatThrownBy(() -> upload.body().write(1)).isInstanceOf(IOException.class);
            assertThatThrownBy(upload::commit).isInstanceOf(IOException.class);
        }
        assertThat(objects()).isEmpty();
        assertThat(leavings()).isEmpty();
    }

    @Test
    void saysSoWhenTheAbortFailsToo() throws IOException {
        faults.fail(Call.PART, Integer.MAX_VALUE);
        faults.fail(Call.ABORT, Integer.MAX_VALUE);

        Throwable failed = catchThrowable(() -> publish(NAME, content(2 * PART, 1)));

        assertThat(failed).isInstanceOf(S3Exception.class);
        assertThat(failuresToCleanUp(failed)).hasSize(1);
        assertThat(leavings()).containsExactly(KEY);

        faults.recover();
        store.delete(store.locate(NAME));
        assertThat(leavings()).isEmpty();
    }

    @Test
    void throwsWhenAFailedUploadCannotBeAborted() throws IOException {
        faults.fail(Call.ABORT, Integer.MAX_VALUE);
        FileStore.Upload upload = open(NAME);
        upload.body().write(content(PART + 1, 1));

        assertThatThrownBy(upload::close).isInstanceOf(S3Exception.class);

        assertThat(leavings()).containsExactly(KEY);
    }

    @ParameterizedTest
    @ValueSource(ints = {10, PART + 1})
    void knowsItsOwnFileWhenTheAnswerToTheCommitGotLost(int length) throws IOException {
        faults.loseAnswer(Call.PUT, 1);
        faults.loseAnswer(Call.COMPLETE, 1);

        publish(NAME, content(length, 1));

        assertThat(faults.count(Call.PUT) + faults.count(Call.COMPLETE)).isEqualTo(2);
        assertThat(read(store.locate(NAME))).isEqualTo(content(length, 1));
        assertThat(leavings()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {10, PART + 1})
    void knowsItsOwnFileWhereTheServiceSpellsHeadersWithCapitals(int length) throws IOException {
        faults.capitalizeHeaders();
        faults.loseAnswer(Call.PUT, 1);
        faults.loseAnswer(Call.COMPLETE, 1);

        publish(NAME, content(length, 1));

        assertThat(read(store.locate(NAME))).isEqualTo(content(length, 1));
    }

    @ParameterizedTest
    @ValueSource(ints = {10, PART + 1})
    void knowsItsOwnFileWhenNoAnswerToTheCommitArrives(int length) throws IOException {
        faults.loseAnswer(Call.PUT, Integer.MAX_VALUE);
        faults.loseAnswer(Call.COMPLETE, Integer.MAX_VALUE);

        publish(NAME, content(length, 1));

        assertThat(read(store.locate(NAME))).isEqualTo(content(length, 1));
    }

    @ParameterizedTest
    @ValueSource(ints = {10, PART + 1})
    void leavesNothingWhenTheCommitFails(int length) throws IOException {
        faults.fail(Call.PUT, Integer.MAX_VALUE);
        faults.fail(Call.COMPLETE, Integer.MAX_VALUE);

        assertThatThrownBy(() -> publish(NAME, content(length, 1))).isInstanceOf(S3Exception.class);

        assertThat(objects()).isEmpty();
        assertThat(leavings()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {10, PART + 1})
    void removesTheFileOfACommitThatSeemedToFail(int length) throws IOException {
        faults.loseAnswer(Call.PUT, Integer.MAX_VALUE);
        faults.loseAnswer(Call.COMPLETE, Integer.MAX_VALUE);
        FileStore.Upload upload = open(NAME);
        upload.body().write(content(length, 1));
        faults.fail(Call.HEAD, Integer.MAX_VALUE);
        assertThatThrownBy(upload::commit).isInstanceOf(SdkException.class);
        assertThat(objects()).containsExactly(KEY);
        faults.recover();

        upload.close();

        assertThat(objects()).isEmpty();
    }

    @Test
    void survivesAConnectionThatBreaksInTheMiddleOfAPart() throws IOException {
        try (BreakingProxy proxy = BreakingProxy.before(s3.endpoint(), 3_000_000, 1);
                S3FileStore far = open(connection(proxy.endpoint(), true, s3.secretKey()));
                FileStore.Upload upload = far.open(NAME, "a.csv", "text/csv")) {
            upload.body().write(content(2 * PART, 1));
            upload.commit();

            assertThat(proxy.broken()).isEqualTo(1);
        }
        assertThat(read(store.locate(NAME))).isEqualTo(content(2 * PART, 1));
    }

    @Test
    void leavesNothingWhenEveryConnectionBreaks() throws IOException {
        try (BreakingProxy proxy = BreakingProxy.before(s3.endpoint(), 3_000_000, Integer.MAX_VALUE);
                S3FileStore far = open(connection(proxy.endpoint(), true, s3.secretKey()))) {
            Throwable failed = catchThrowable(() -> {
                try (FileStore.Upload upload = far.open(NAME, "a.csv", "text/csv")) {
                    upload.body().write(content(2 * PART, 1));
                    upload.commit();
                }
            });

            assertThat(code(failed)).as("%s", failed).contains(Failure.Code.STORE_UNAVAILABLE);
            assertThat(failuresToCleanUp(failed)).isEmpty();
        }
        assertThat(leavings()).isEmpty();
        assertThat(objects()).isEmpty();
    }

    @Test
    void saysThatTheBucketIsMissing() {
        try (S3FileStore missing = new StoreAddress.InBucket(new Bucket("no-such-bucket", "")).open(s3::connection)) {
            for (int length : new int[] {10, PART + 1}) {
                Throwable failed = catchThrowable(() -> {
                    try (FileStore.Upload upload = missing.open(NAME, "a.csv", "text/csv")) {
                        upload.body().write(content(length, 1));
                        upload.commit();
                    }
                });
                assertThat(code(failed)).contains(Failure.Code.STORE_MISSING);
            }
            assertThat(code(catchThrowable(() -> missing.delete(missing.locate(NAME)))))
                    .contains(Failure.Code.STORE_MISSING);
        }
    }

    // A request with content may as well have been changed on its way.
    @Test
    void saysThatTheCredentialsAreWrong() {
        try (S3FileStore wrong = open(connection(s3.endpoint(), true, "not the secret"))) {
            for (int length : new int[] {10, PART + 1}) {
                Throwable failed = catchThrowable(() -> {
                    try (FileStore.Upload upload = wrong.open(NAME, "a.csv", "text/csv")) {
                        upload.body().write(content(length, 1));
                        upload.commit();
                    }
                });
                assertThat(code(failed))
                        .contains(length > PART ? Failure.Code.ACCESS_DENIED : Failure.Code.FILE_DAMAGED);
            }
            assertThat(code(catchThrowable(() -> wrong.read(wrong.locate(NAME)))))
                    .contains(Failure.Code.ACCESS_DENIED);
            assertThat(code(catchThrowable(() -> wrong.delete(wrong.locate(NAME)))))
                    .contains(Failure.Code.ACCESS_DENIED);
        }
        assertThat(objects()).isEmpty();
    }

    @Test
    void saysThatTheServerCannotBeReached() {
        URI nobody = URI.create("http://127.0.0.1:1");
        try (S3FileStore away = open(connection(nobody, true, s3.secretKey()))) {
            Throwable failed = catchThrowable(() -> away.delete(away.locate(NAME)));

            assertThat(code(failed)).contains(Failure.Code.STORE_UNAVAILABLE);
        }
    }

    @Test
    void readsWhatAnotherClientSees() throws IOException {
        publish(NAME, "ğüşİ 😀".getBytes(UTF_8));

        assertThat(plain.getObjectAsBytes(get -> get.bucket(bucket).key(KEY)).asUtf8String())
                .isEqualTo("ğüşİ 😀");
        assertThatExceptionOfType(MissingFileException.class)
                .isThrownBy(() -> store.read(store.locate("export-1/9-z.csv")));
    }

    @ParameterizedTest
    @CsvSource({"true, true", "true, false", "false, true", "false, false"})
    void sendsOnlyTheHeadersThatTheServiceIsToGet(boolean checksums, boolean conditionalWrites) throws IOException {
        S3Connection settings = new S3Connection(
                new S3Options(
                        s3.endpoint().toString(),
                        null,
                        true,
                        checksums ? S3Options.Checksums.WHEN_SUPPORTED : S3Options.Checksums.WHEN_REQUIRED,
                        S3Options.ReadBack.WHEN_NEEDED,
                        conditionalWrites,
                        4),
                "us-east-1",
                StaticCredentialsProvider.create(AwsBasicCredentials.create(s3.accessKey(), s3.secretKey())));
        S3FileStore switched =
                new S3FileStore(settings.client(faults.builder()), settings, address(), new PartMemory(PART, 4, 8));

        try (FileStore.Upload upload = switched.open("export-1/1-h.csv", "h.csv", "text/csv")) {
            upload.body().write(1);
            upload.commit();
        }

        SdkHttpRequest put = faults.last(FaultyHttpClient.Call.PUT);
        assertThat(put.firstMatchingHeader("If-None-Match").isPresent()).isEqualTo(conditionalWrites);
        assertThat(put.headers().keySet().stream()
                        .anyMatch(name -> name.startsWith("x-amz-checksum-")
                                || name.equals("x-amz-trailer")
                                || name.equals("x-amz-sdk-checksum-algorithm")))
                .isEqualTo(checksums);
        assertThat(put.getUri().getPath()).startsWith("/" + bucket + "/");
    }

    private S3Connection connection(URI endpoint, boolean checksums, String secretKey) {
        return new S3Connection(
                new S3Options(
                        endpoint.toString(),
                        null,
                        true,
                        checksums ? S3Options.Checksums.WHEN_SUPPORTED : S3Options.Checksums.WHEN_REQUIRED,
                        S3Options.ReadBack.WHEN_NEEDED,
                        true,
                        4),
                "us-east-1",
                StaticCredentialsProvider.create(AwsBasicCredentials.create(s3.accessKey(), secretKey)));
    }

    private static Optional<Failure.Code> code(Throwable failed) {
        return StoreFailures.diagnose(failed).map(Failure::code);
    }

    // The SDK adds its own earlier attempts to an exception, which are of another type.
    private static List<Throwable> failuresToCleanUp(Throwable failed) {
        return Stream.of(failed.getSuppressed())
                .filter(suppressed -> suppressed instanceof S3Exception
                        || !String.valueOf(suppressed.getMessage()).startsWith("Request attempt "))
                .toList();
    }

    private static int status(URI link) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) link.toURL().openConnection();
        try {
            return connection.getResponseCode();
        } finally {
            connection.disconnect();
        }
    }
}

package dev.satchel.batchexport.store.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.satchel.batchexport.Await;
import dev.satchel.batchexport.FaultyProxy;
import dev.satchel.batchexport.store.StoreFailures;
import dev.satchel.batchexport.store.http.IdleTimeouts;
import dev.satchel.export.Failure;
import dev.satchel.store.FileStore;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.exception.AbortedException;

/** A store that neither answers nor ends its connections is given up, at whichever request it falls silent. */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(value = 1, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SilentStoreTest {

    private static final String NAME = "export-1/1-a.csv";

    private static final int SMALL = 64 << 10;

    /** More than the buffers between a client and a server that stops reading hold. */
    private static final int LARGE = 16 << 20;

    private static final IdleTimeouts SHORT = new IdleTimeouts(
            Duration.ofSeconds(3), Duration.ofSeconds(1), Duration.ofMillis(500), Duration.ofMillis(4500));

    @AutoClose
    private PeculiarS3 service;

    @AutoClose
    private S3FileStore store;

    private final ExecutorService threads = Executors.newCachedThreadPool();

    private FaultyProxy proxy;

    @BeforeEach
    void start() throws IOException {
        service = PeculiarS3.with();
        proxy = FaultyProxy.before(
                service.endpoint().getHost(), service.endpoint().getPort());
    }

    // Before the client closes, so that no connection keeps it waiting.
    @AfterEach
    void stop() throws IOException {
        proxy.close();
        threads.shutdownNow();
    }

    private S3FileStore open(IdleTimeouts timeouts, int part, boolean readBack) {
        S3Connection connection = new S3Connection(
                new S3Options(
                        "http://127.0.0.1:" + proxy.port(),
                        null,
                        true,
                        S3Options.Checksums.WHEN_REQUIRED,
                        readBack ? S3Options.ReadBack.ALWAYS : S3Options.ReadBack.WHEN_NEEDED,
                        true,
                        4),
                "us-east-1",
                StaticCredentialsProvider.create(AwsBasicCredentials.create("key", "hunter2")));
        store = new S3FileStore(
                connection.client(timeouts), connection, new Bucket("exports", ""), new PartMemory(part, 2, 4));
        return store;
    }

    private static void write(FileStore.Upload upload, int bytes) throws IOException {
        upload.body().write(new byte[bytes]);
        upload.commit();
    }

    private static Failure.Code codeOf(Throwable failure) {
        return StoreFailures.diagnose(failure).orElseThrow().code();
    }

    @ParameterizedTest
    @CsvSource({
        "'', 10, 65536",
        "PUT, 10, 65536",
        "PUT, 16000000, 16777216",
        "?uploads, 200000, 65536",
        "partNumber=2, 200000, 65536",
        "partNumber=1, 17000000, 16777216",
        "<CompleteMultipartUpload, 200000, 65536",
        "HEAD, 10, 65536",
        "GET, 10, 65536"
    })
    void isGivenUpAtEachRequestAndDuringTheCleanUp(String request, int bytes, int part) throws Exception {
        FileStore.Upload upload = open(SHORT, part, request.equals("GET")).open(NAME, "a.csv", "text/csv");
        proxy.fallSilentAt(request);

        Throwable failed = catchThrowable(() -> write(upload, bytes));

        assertThat(proxy.isSilent()).isTrue();
        assertThat(codeOf(failed)).isEqualTo(Failure.Code.STORE_UNAVAILABLE);
        Throwable uncleaned = catchThrowable(upload::close);
        assertThat(uncleaned == null || codeOf(uncleaned) == Failure.Code.STORE_UNAVAILABLE)
                .isTrue();
    }

    @Test
    void isGivenUpWhileAFileIsReadBack() throws Exception {
        String marker = "here";
        proxy.fallSilentAtAnswer(marker);

        try (FileStore.Upload upload = open(SHORT, LARGE, true).open(NAME, "a.csv", "text/csv")) {
            upload.body().write(new byte[8_000_000]);
            upload.body().write(marker.getBytes(StandardCharsets.US_ASCII));
            Throwable failed = catchThrowable(() -> write(upload, 8_000_000));

            assertThat(proxy.isSilent()).isTrue();
            assertThat(codeOf(failed)).isEqualTo(Failure.Code.STORE_UNAVAILABLE);
            proxy.recover();
        }
    }

    @Test
    void isGivenUpWhileAFileIsRead() throws Exception {
        URI location;
        try (S3FileStore patient = open(IdleTimeouts.DEFAULT, LARGE, false)) {
            location = stored(patient, 15_000_000);
        }
        open(SHORT, SMALL, false);
        try (InputStream file = store.read(location)) {
            file.readNBytes(1000);
            proxy.fallSilentAt("");
            catchThrowable(() -> store.link(location, Duration.ofMinutes(1)));

            Throwable failed = catchThrowable(file::readAllBytes);

            assertThat(codeOf(failed)).isEqualTo(Failure.Code.STORE_UNAVAILABLE);
        }
    }

    @Test
    void keepsNoReaderWaitingWhoseFileIsClosed() throws Exception {
        String marker = "here";
        open(IdleTimeouts.DEFAULT, LARGE, false);
        try (FileStore.Upload upload = store.open(NAME, "a.csv", "text/csv")) {
            upload.body().write(new byte[1_000_000]);
            upload.body().write(marker.getBytes(StandardCharsets.US_ASCII));
            write(upload, 1_000_000);
        }
        proxy.fallSilentAtAnswer(marker);
        InputStream file = store.read(store.locate(NAME));
        AtomicLong received = new AtomicLong();
        Future<?> reading = threads.submit(() -> {
            byte[] piece = new byte[SMALL];
            for (int read = file.read(piece); read >= 0; read = file.read(piece)) {
                received.addAndGet(read);
            }
            return file;
        });
        AtomicLong before = new AtomicLong();
        Await.until(
                "the reader waits in vain",
                () -> proxy.isSilent() && before.getAndSet(received.get()) == received.get());

        Future<?> closing = threads.submit(() -> {
            file.close();
            return file;
        });

        closing.get(20, TimeUnit.SECONDS);
        assertThatThrownBy(() -> reading.get(20, TimeUnit.SECONDS)).hasMessageContaining("the answer broke off");
        file.close();
    }

    private static URI stored(S3FileStore to, int bytes) throws IOException {
        try (FileStore.Upload upload = to.open(NAME, "a.csv", "text/csv")) {
            write(upload, bytes);
        }
        return to.locate(NAME);
    }

    /** What follows a long silence, such as the removal of what was stored, is in vain as well. */
    @Test
    void isAskedOnlyOnceMoreAfterALongSilenceUntilItAnswers() throws Exception {
        URI location = stored(open(SHORT, SMALL, false), 10);
        proxy.fallSilentAt("");
        catchThrowable(() -> store.link(location, Duration.ofMinutes(1)));
        int before = proxy.unanswered();

        catchThrowable(() -> store.link(location, Duration.ofMinutes(1)));

        assertThat(proxy.unanswered()).isEqualTo(before + 1);
        proxy.recover();
        assertThat(store.link(location, Duration.ofMinutes(1))).isNotNull();
    }

    /** As a server does that has a time limit of its own for a connection on which nothing moves. */
    @Test
    void isSilentWhenItEndsAConnectionThatItDidNotAnswer() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            threads.execute(() -> resetEachAfterTwoSeconds(silent));
            proxy.close();
            proxy = FaultyProxy.before("127.0.0.1", silent.getLocalPort());
            FileStore.Upload upload = open(SHORT, SMALL, false).open(NAME, "a.csv", "text/csv");

            assertThatException()
                    .isThrownBy(() -> write(upload, 10))
                    // Whichever attempt met the limit, the SDK says so itself or as the cause.
                    .withStackTraceContaining("neither took a byte nor answered for 1.0 s");
        }
    }

    private void resetEachAfterTwoSeconds(ServerSocket server) {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                CompletableFuture.delayedExecutor(2, TimeUnit.SECONDS, threads).execute(() -> {
                    try (client) {
                        client.setSoLinger(true, 0);
                    } catch (IOException ended) {
                        return;
                    }
                });
            } catch (IOException closed) {
                return;
            }
        }
    }

    @Test
    void isNotGivenUpWhileItPutsAFileTogetherAndSendsWhiteSpace() throws Exception {
        Duration two = Duration.ofSeconds(2);
        service.assembleSlowly();
        FileStore.Upload upload =
                open(new IdleTimeouts(two, two, two, two), SMALL, false).open(NAME, "a.csv", "text/csv");

        Future<?> writing = writing(upload);
        service.awaitAssembling(writing);
        service.assembled();

        writing.get();
        assertThat(service.calls()).containsOnlyOnce(PeculiarS3.Call.COMPLETE);
        assertThat(upload.isSettled()).isTrue();
        upload.close();
    }

    @Test
    void keepsNoCancelledUploadWaitingWhileItPutsTheFileTogether() throws Exception {
        service.assembleSlowly();
        FileStore.Upload upload = open(IdleTimeouts.DEFAULT, SMALL, false).open(NAME, "a.csv", "text/csv");
        Future<?> writing = writing(upload);
        service.awaitAssembling(writing);

        upload.abort();

        assertThatThrownBy(() -> writing.get(20, TimeUnit.SECONDS)).hasCauseInstanceOf(AbortedException.class);
        assertThat(service.isAssembling()).isTrue();
        // The store may publish the file later.
        assertThat(upload.isSettled()).isFalse();
        upload.close();
    }

    private Future<?> writing(FileStore.Upload upload) {
        return threads.submit(() -> {
            write(upload, 200_000);
            return upload;
        });
    }

    @Test
    void isNotGivenUpWhileItTakesBytesSlowly() throws Exception {
        IdleTimeouts timeouts = new IdleTimeouts(
                Duration.ofSeconds(4), Duration.ofSeconds(4), Duration.ofSeconds(4), Duration.ofSeconds(4));
        proxy.slowDown(Duration.ofMillis(20));

        URI location = stored(open(timeouts, LARGE, false), 15_000_000);

        assertThat(service.calls()).containsOnlyOnce(PeculiarS3.Call.PUT);
        assertThat(location).isNotNull();
    }
}

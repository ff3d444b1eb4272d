package dev.satchel.batchexport.store;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.satchel.batchexport.store.directory.MissingDirectoryException;
import dev.satchel.batchexport.store.s3.Bucket;
import dev.satchel.batchexport.store.s3.PartMemory;
import dev.satchel.batchexport.store.s3.S3Connection;
import dev.satchel.batchexport.store.s3.S3FileStore;
import dev.satchel.batchexport.store.s3.S3Options;
import dev.satchel.export.Failure;
import dev.satchel.export.Failure.Code;
import dev.satchel.store.DamagedFileException;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.cert.CertPathBuilderException;
import java.sql.SQLException;
import java.util.List;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.s3.model.S3Exception;

class StoreFailuresTest {

    private static final String NAMED = "the store s3://exports/some ";

    /** The whole sentence: cause, what S3 said, and remedy. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    404 | NoSuchBucket | STORE_MISSING | has no such bucket (NoSuchBucket, HTTP 404): create the bucket or correct SATCHEL_STORE
                    301 | PermanentRedirect | STORE_MISCONFIGURED | keeps the bucket in another region or at another address (PermanentRedirect, HTTP 301): set AWS_REGION to the region of the bucket, and correct SATCHEL_S3_ENDPOINT
                    400 | AuthorizationHeaderMalformed | STORE_MISCONFIGURED | keeps the bucket in another region or at another address (AuthorizationHeaderMalformed, HTTP 400): set AWS_REGION to the region of the bucket, and correct SATCHEL_S3_ENDPOINT
                    403 | AccessDenied | ACCESS_DENIED | refused access (AccessDenied, HTTP 403): check the rights of the credentials, the policy of the bucket, and whether Object Lock keeps its files
                    403 | InvalidAccessKeyId | ACCESS_DENIED | does not know the credentials (InvalidAccessKeyId, HTTP 403): correct AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY
                    403 | SignatureDoesNotMatch | ACCESS_DENIED | refused the signature (SignatureDoesNotMatch, HTTP 403): correct AWS_SECRET_ACCESS_KEY
                    400 | ExpiredToken | ACCESS_DENIED | no longer accepts the credentials, which have expired (ExpiredToken, HTTP 400): renew AWS_SESSION_TOKEN and the keys that belong to it
                    413 | EntityTooLarge | FILE_TOO_LARGE | or a proxy before it does not accept a file of this size (EntityTooLarge, HTTP 413): raise its limit, and request the export again
                    400 | InvalidRequest | STORE_MISCONFIGURED | refused a request (InvalidRequest, HTTP 400): if the bucket has Object Lock, set SATCHEL_S3_CHECKSUMS=when-supported; otherwise see its message in the log
                    501 | NotImplemented | STORE_MISCONFIGURED | does not support a part of the request (NotImplemented, HTTP 501): set SATCHEL_S3_CONDITIONAL_WRITES=false, and leave SATCHEL_S3_CHECKSUMS at when-required
                    403 | RequestTimeTooSkewed | STORE_MISCONFIGURED | and the worker have clocks that differ by more than the store allows (RequestTimeTooSkewed, HTTP 403): set both clocks by NTP
                    507 | XMinioStorageFull | STORE_FULL | has no room left (XMinioStorageFull, HTTP 507): free space or raise the quota
                    503 | SlowDown | STORE_UNAVAILABLE | is overloaded or failed (SlowDown, HTTP 503): if it lasts, look at the store
                    """)
    void saysWhatS3SaidAndWhatToDo(int status, String code, Code expected, String sentence) {
        assertThat(named(answer(status, code)))
                .isEqualTo(new Failure(expected, NAMED + sentence, "the bucket of alice request 4442587FB7D0A2F9"));
    }

    @Test
    void explainsWhenS3DoesNotAnswer() {
        assertThat(named(noAnswer(new ConnectException("Connection refused"))))
                .isEqualTo(new Failure(
                        Code.STORE_UNAVAILABLE,
                        NAMED + "cannot be reached or did not answer in time: check that it runs, and"
                                + " SATCHEL_S3_ENDPOINT",
                        "Connection refused"));
        assertThat(named(ApiCallTimeoutException.create(1000)).code()).isEqualTo(Code.STORE_UNAVAILABLE);
        assertThat(named(AbortedException.create("interrupted")).code()).isEqualTo(Code.STORE_UNAVAILABLE);
    }

    @Test
    void namesAnUnknownHost() {
        assertThat(named(noAnswer(new UnknownHostException("minio.internall"))))
                .isEqualTo(new Failure(
                        Code.STORE_MISCONFIGURED,
                        "the host of " + NAMED + "is not known to DNS: correct SATCHEL_S3_ENDPOINT,"
                                + " AWS_REGION or the name of the bucket",
                        "unknown host minio.internall"));
    }

    @Test
    void saysThatThereAreNoCredentials() {
        assertThat(named(
                        SdkClientException.create("Unable to load credentials from any of the providers in the chain")))
                .isEqualTo(new Failure(
                        Code.ACCESS_DENIED,
                        "there are no credentials for the store s3://exports/some: set AWS_ACCESS_KEY_ID and"
                                + " AWS_SECRET_ACCESS_KEY, or give the worker a profile or a role"));
    }

    @Test
    void tellsAnUntrustedCertificateFromAConnectionThatEnds() {
        SSLHandshakeException untrusted = new SSLHandshakeException("PKIX path building failed");
        untrusted.initCause(new CertPathBuilderException("unable to find valid certification path"));
        SSLHandshakeException ended = new SSLHandshakeException("Remote host terminated the handshake");
        ended.initCause(new EOFException("SSL peer shut down incorrectly"));

        Failure certificate = named(noAnswer(untrusted));

        assertThat(certificate.code()).isEqualTo(Code.STORE_MISCONFIGURED);
        assertThat(certificate.explanation())
                .startsWith("the certificate of " + NAMED + "is not trusted here or is for another host: ");
        assertThat(named(noAnswer(ended)).code()).isEqualTo(Code.STORE_UNAVAILABLE);
    }

    // What the SDK really throws.
    @Test
    void saysThatAnEndpointDoesNotSpeakTls() throws IOException {
        try (ServerSocket plain = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Thread server = new Thread(() -> answerPlainly(plain));
            server.start();
            Failure failure = StoreFailures.diagnose(thrownBy(URI.create("https://127.0.0.1:" + plain.getLocalPort())))
                    .orElseThrow();

            assertThat(failure.code()).isEqualTo(Code.STORE_MISCONFIGURED);
            assertThat(failure.explanation()).contains("must begin with http or https");
        }
    }

    private static void answerPlainly(ServerSocket server) {
        while (!server.isClosed()) {
            try (Socket client = server.accept()) {
                client.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(US_ASCII));
                client.getOutputStream().flush();
                client.getInputStream().readNBytes(100);
            } catch (IOException closed) {
                return;
            }
        }
    }

    @Test
    void saysThatAHostIsUnknown() {
        Failure failure = StoreFailures.diagnose(thrownBy(URI.create("https://no-such-host.invalid")))
                .orElseThrow();

        assertThat(failure.code()).isEqualTo(Code.STORE_MISCONFIGURED);
        assertThat(failure.detail()).contains("no-such-host.invalid");
    }

    @Test
    void saysThatNoServerListens() throws IOException {
        int free;
        try (ServerSocket socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }

        Failure failure = StoreFailures.diagnose(thrownBy(URI.create("http://127.0.0.1:" + free)))
                .orElseThrow();

        assertThat(failure.code()).isEqualTo(Code.STORE_UNAVAILABLE);
    }

    private static Throwable thrownBy(URI endpoint) {
        S3Connection connection =
                new S3Connection(S3Options.at(endpoint), "us-east-1", AnonymousCredentialsProvider.create());
        try (S3FileStore store =
                new S3FileStore(connection.client(), connection, new Bucket("exports", ""), PartMemory.of(0, 1))) {
            return catchThrowable(() -> store.read(store.locate("a.csv")));
        }
    }

    @Test
    void readsTheFailuresOfADirectory() {
        assertThat(named(new MissingDirectoryException(Path.of("/exports"))))
                .isEqualTo(new Failure(
                        Code.STORE_MISSING,
                        "the directory of " + NAMED + "does not exist: create it, mount its volume, or correct"
                                + " SATCHEL_STORE",
                        "/exports: the store's directory does not exist"));
        assertThat(named(new AccessDeniedException("/exports/a")).code()).isEqualTo(Code.ACCESS_DENIED);
        assertThat(named(new FileSystemException("/exports/a", null, "Read-only file system"))
                        .code())
                .isEqualTo(Code.ACCESS_DENIED);
        assertThat(named(new FileSystemException("/exports/a", null, "Disk quota exceeded"))
                        .code())
                .isEqualTo(Code.STORE_FULL);
        assertThat(named(new FileSystemException("/exports/a", null, "File too large"))
                        .code())
                .isEqualTo(Code.FILE_TOO_LARGE);
        assertThat(named(new FileSystemException("/exports/a", null, "Input/output error"))
                        .code())
                .isEqualTo(Code.STORE_UNAVAILABLE);
        assertThat(named(new NoSuchFileException("/exports/.a.part")).code()).isEqualTo(Code.STORE_UNAVAILABLE);
        assertThat(named(new FileAlreadyExistsException("/exports/a")).code()).isEqualTo(Code.INTERNAL);
    }

    // A device that is always full says what the system says.
    @Test
    void saysThatADiskIsFull() throws IOException {
        IOException full;
        try (FileChannel device = FileChannel.open(Path.of("/dev/full"), StandardOpenOption.WRITE)) {
            full = catchThrowableOfType(IOException.class, () -> device.write(ByteBuffer.allocate(1)));
        }

        Failure failure = named(new FileSystemException("/exports/a", null, full.getMessage()));

        assertThat(failure.code()).isEqualTo(Code.STORE_FULL);
        assertThat(failure.code().verdict()).isEqualTo(Failure.Verdict.OPERATOR);
        assertThat(failure.explanation()).isEqualTo(NAMED + "has no room left: free space or raise the quota");
    }

    @Test
    void ignoresExceptionsOfOtherComponents() {
        for (Throwable other : List.of(
                new IOException("broken pipe"),
                new IllegalStateException("a defect"),
                new SQLException("no", new NoSuchFileException("key.pem")))) {
            assertThat(StoreFailures.diagnose(other)).isEmpty();
        }
    }

    @Test
    void findsTheExceptionOfAStoreAmongTheCauses() {
        assertThat(StoreFailures.diagnose(new IllegalStateException("outside", answer(403, "AccessDenied")))
                        .map(Failure::code))
                .contains(Code.ACCESS_DENIED);
        assertThat(StoreFailures.diagnose(new IllegalStateException(
                                "outside", new DamagedFileException("the store s3://exports lost a bit", null)))
                        .orElseThrow())
                .isEqualTo(new Failure(Code.FILE_DAMAGED, "the store s3://exports lost a bit"));
    }

    // The sentence goes into a row that its user can read.
    @Test
    void keepsPathsAndHostsOutOfTheSentence() {
        for (Exception exception : List.of(
                new AccessDeniedException("/home/alice/secret"),
                new FileSystemException("/home/alice/secret", null, "Input/output error"),
                answer(403, "AccessDenied"),
                noAnswer(new UnknownHostException("alice.example.org")))) {
            assertThat(named(exception).message()).doesNotContain("alice");
            assertThat(named(exception).explanationInFull()).contains("alice");
        }
    }

    private static Failure named(Exception exception) {
        return StoreFailures.diagnose(new StoreException("s3://exports/some", exception))
                .orElseThrow();
    }

    private static SdkClientException noAnswer(IOException cause) {
        return SdkClientException.builder()
                .message("Unable to execute HTTP request")
                .cause(cause)
                .build();
    }

    private static S3Exception answer(int status, String code) {
        return (S3Exception) S3Exception.builder()
                .statusCode(status)
                .requestId("4442587FB7D0A2F9")
                .awsErrorDetails(AwsErrorDetails.builder()
                        .errorCode(code)
                        .errorMessage("the bucket of alice")
                        .build())
                .message("bucket of alice")
                .build();
    }
}

package dev.satchel.batchexport.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.export.Failure;
import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.s3.model.S3Exception;

class StoreFailuresTest {

    @ParameterizedTest
    @CsvSource({
        "404, NoSuchBucket, STORE_MISSING",
        "301, PermanentRedirect, STORE_MISSING",
        "400, AuthorizationHeaderMalformed, STORE_MISSING",
        "401, Unauthorized, ACCESS_DENIED",
        "403, AccessDenied, ACCESS_DENIED",
        "403, SignatureDoesNotMatch, ACCESS_DENIED",
        "403, InvalidAccessKeyId, ACCESS_DENIED",
        "400, RequestTimeout, STORE_UNAVAILABLE",
        "404, NoSuchUpload, STORE_UNAVAILABLE",
        "408, RequestTimeout, STORE_UNAVAILABLE",
        "429, TooManyRequests, STORE_UNAVAILABLE",
        "500, InternalError, STORE_UNAVAILABLE",
        "503, SlowDown, STORE_UNAVAILABLE",
    })
    void readsTheAnswersOfS3(int status, String code, Failure.Code expected) {
        assertThat(code(answer(status, code))).contains(expected);
        assertThat(code(new IllegalStateException("outside", answer(status, code))))
                .contains(expected);
    }

    @Test
    void readsTheSilenceOfS3() {
        SdkClientException unreachable = SdkClientException.builder()
                .message("Unable to execute HTTP request")
                .cause(new UnknownHostException("s3"))
                .build();

        assertThat(code(unreachable)).contains(Failure.Code.STORE_UNAVAILABLE);
        assertThat(code(ApiCallTimeoutException.create(1000))).contains(Failure.Code.STORE_UNAVAILABLE);
        assertThat(code(AbortedException.create("interrupted"))).contains(Failure.Code.STORE_UNAVAILABLE);
        assertThat(code(SdkClientException.create("Unable to load credentials from any of the providers in the chain")))
                .contains(Failure.Code.ACCESS_DENIED);
    }

    @Test
    void readsTheFailuresOfADirectory() {
        assertThat(code(new MissingDirectoryException(Path.of("/exports")))).contains(Failure.Code.STORE_MISSING);
        assertThat(code(new AccessDeniedException("/exports/a"))).contains(Failure.Code.ACCESS_DENIED);
        assertThat(code(new FileSystemException("/exports/a", null, "Read-only file system")))
                .contains(Failure.Code.ACCESS_DENIED);
        assertThat(code(new FileSystemException("/exports/a", null, "No space left on device")))
                .contains(Failure.Code.STORE_UNAVAILABLE);
        assertThat(code(new NoSuchFileException("/exports/.a.part"))).contains(Failure.Code.STORE_UNAVAILABLE);
    }

    @Test
    void leavesOthersFailuresToOthers() {
        assertThat(StoreFailures.diagnose(new IOException("broken pipe"))).isEmpty();
        assertThat(StoreFailures.diagnose(new IllegalStateException("a defect")))
                .isEmpty();
        assertThat(StoreFailures.diagnose(new SQLException("no", new NoSuchFileException("key.pem"))))
                .isEmpty();
        assertThat(StoreFailures.diagnose(new FileAlreadyExistsException("/exports/a")))
                .isEmpty();
        assertThat(StoreFailures.diagnose(answer(412, "PreconditionFailed"))).isEmpty();
        assertThat(StoreFailures.diagnose(answer(404, "NoSuchKey"))).isEmpty();
    }

    @Test
    void repeatsNothingOfTheException() {
        assertThat(StoreFailures.diagnose(new AccessDeniedException("/home/alice/secret")))
                .contains(new Failure(
                        Failure.Code.ACCESS_DENIED, "The store for exported files refused the worker's access."));
    }

    private static S3Exception answer(int status, String code) {
        return (S3Exception) S3Exception.builder()
                .statusCode(status)
                .awsErrorDetails(AwsErrorDetails.builder().errorCode(code).build())
                .message("bucket of alice")
                .build();
    }

    private static Optional<Failure.Code> code(Throwable exception) {
        return StoreFailures.diagnose(exception).map(Failure::code);
    }
}

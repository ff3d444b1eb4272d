package dev.satchel.batchexport.store;

import dev.satchel.export.Failure;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.ReadOnlyFileSystemException;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkClientException;

/** Says what the exceptions of the stores mean, in sentences that hold no address, path, key or message of theirs. */
public final class StoreFailures {

    private static final Failure MISSING =
            new Failure(Failure.Code.STORE_MISSING, "The bucket or directory for exported files does not exist.");
    private static final Failure DENIED =
            new Failure(Failure.Code.ACCESS_DENIED, "The store for exported files refused the worker's access.");
    private static final Failure UNAVAILABLE = new Failure(
            Failure.Code.STORE_UNAVAILABLE, "The store for exported files could not be reached or is overloaded.");

    /** Errors that come with a status of the caller's fault and pass nevertheless. */
    private static final Set<String> TEMPORARY = Set.of("RequestTimeout", "OperationAborted", "NoSuchUpload");

    /** The answers of a service that knows the bucket elsewhere, or not at all. */
    private static final Set<String> ELSEWHERE = Set.of(
            "NoSuchBucket", "PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException");

    private StoreFailures() {}

    /** The failure that a store's exception means, or one it caused; empty if it is none of a store's. */
    public static Optional<Failure> diagnose(Throwable exception) {
        for (Throwable cause = exception; cause != null; cause = next(cause)) {
            if (cause instanceof SQLException) {
                return Optional.empty();
            }
            if (cause instanceof AwsServiceException answer) {
                return diagnose(answer);
            }
            if (cause instanceof SdkClientException noAnswer) {
                return diagnose(noAnswer);
            }
            if (cause instanceof ReadOnlyFileSystemException) {
                return Optional.of(DENIED);
            }
            if (cause instanceof FileSystemException directory) {
                return diagnose(directory);
            }
        }
        return Optional.empty();
    }

    private static @Nullable Throwable next(Throwable exception) {
        return exception.getCause() == exception ? null : exception.getCause();
    }

    private static Optional<Failure> diagnose(AwsServiceException answer) {
        AwsErrorDetails details = answer.awsErrorDetails();
        String code = details == null || details.errorCode() == null ? "" : details.errorCode();
        int status = answer.statusCode();
        if (ELSEWHERE.contains(code) || status == 301) {
            return Optional.of(MISSING);
        }
        if (answer.isThrottlingException() || status == 408 || status >= 500 || TEMPORARY.contains(code)) {
            return Optional.of(UNAVAILABLE);
        }
        return status == 401 || status == 403 ? Optional.of(DENIED) : Optional.empty();
    }

    private static Optional<Failure> diagnose(SdkClientException noAnswer) {
        if (noAnswer instanceof ApiCallTimeoutException
                || noAnswer instanceof ApiCallAttemptTimeoutException
                || noAnswer instanceof AbortedException) {
            return Optional.of(UNAVAILABLE);
        }
        for (Throwable cause = next(noAnswer); cause != null; cause = next(cause)) {
            if (cause instanceof IOException) {
                return Optional.of(UNAVAILABLE);
            }
        }
        // The SDK has no type for this one.
        String message = String.valueOf(noAnswer.getMessage());
        return message.contains("Unable to load credentials") ? Optional.of(DENIED) : Optional.empty();
    }

    private static Optional<Failure> diagnose(FileSystemException directory) {
        if (directory instanceof MissingDirectoryException) {
            return Optional.of(MISSING);
        }
        if (directory instanceof AccessDeniedException || "Read-only file system".equals(directory.getReason())) {
            return Optional.of(DENIED);
        }
        return directory instanceof FileAlreadyExistsException ? Optional.empty() : Optional.of(UNAVAILABLE);
    }
}

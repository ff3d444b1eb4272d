package dev.satchel.batchexport.store;

import dev.satchel.batchexport.store.directory.DirectoryFileStore;
import dev.satchel.batchexport.store.directory.MissingDirectoryException;
import dev.satchel.batchexport.store.s3.FileTooLargeException;
import dev.satchel.batchexport.store.s3.S3Failures;
import dev.satchel.export.Failure;
import dev.satchel.export.Failure.Code;
import dev.satchel.store.DamagedFileException;
import dev.satchel.store.StoreMismatchException;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.ReadOnlyFileSystemException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.sql.SQLException;
import java.util.Optional;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkClientException;

/**
 * Maps exceptions of stores to failures. The sentences name the store as its setting does, and hold no path inside of
 * it, no key, and no text of an exception; these are in the detail.
 */
public final class StoreFailures {

    private static final String UNNAMED = "for exported files";

    private StoreFailures() {}

    /** The failure for an exception of a store, or for an exception with such a cause; empty for other exceptions. */
    public static Optional<Failure> diagnose(Throwable exception) {
        String store = UNNAMED;
        for (Throwable cause = exception; cause != null; cause = next(cause)) {
            if (cause instanceof SQLException) {
                return Optional.empty();
            }
            if (cause instanceof StoreException named) {
                store = named.store();
            }
            Optional<Failure> failure = diagnose(cause, store);
            if (failure.isPresent()) {
                return failure;
            }
        }
        return Optional.empty();
    }

    private static Optional<Failure> diagnose(Throwable cause, String store) {
        if (cause instanceof StoreMismatchException another) {
            return Optional.of(new Failure(Code.STORE_MISMATCH, words(another)));
        }
        if (cause instanceof DamagedFileException damaged) {
            return Optional.of(new Failure(Code.FILE_DAMAGED, words(damaged)));
        }
        if (cause instanceof FileTooLargeException tooLarge) {
            return Optional.of(new Failure(Code.FILE_TOO_LARGE, words(tooLarge)));
        }
        if (cause instanceof AwsServiceException answer) {
            return Optional.of(S3Failures.failure(answer, store));
        }
        if (cause instanceof SdkClientException noAnswer) {
            return Optional.of(noAnswer(noAnswer, store));
        }
        if (cause instanceof ReadOnlyFileSystemException) {
            return Optional.of(readOnly(store, ""));
        }
        if (cause instanceof FileSystemException directory) {
            return Optional.of(directory(directory, store));
        }
        return Optional.empty();
    }

    private static @Nullable Throwable next(Throwable exception) {
        return exception.getCause() == exception ? null : exception.getCause();
    }

    private static String words(Throwable exception) {
        return String.valueOf(exception.getMessage());
    }

    private static Failure noAnswer(SdkClientException exception, String store) {
        for (Throwable cause = next(exception); cause != null; cause = next(cause)) {
            if (cause instanceof UnknownHostException host) {
                return new Failure(
                        Code.STORE_MISCONFIGURED,
                        "the host of the store " + store + " is not known to DNS: correct"
                                + " SATCHEL_S3_ENDPOINT, AWS_REGION or the name of the bucket",
                        "unknown host " + words(host));
            }
            if (cause instanceof SSLException tls && !isCutOff(tls)) {
                return tls(tls, store);
            }
        }
        // The SDK has no exception types of their own for these.
        String message = words(exception);
        if (message.contains("Unable to load credentials")) {
            return new Failure(
                    Code.ACCESS_DENIED,
                    "there are no credentials for the store " + store + ": set AWS_ACCESS_KEY_ID and"
                            + " AWS_SECRET_ACCESS_KEY, or give the worker a profile or a role");
        }
        if (message.contains("different checksum")) {
            return new Failure(
                    Code.FILE_DAMAGED,
                    "the store " + store + " returned bytes that do not match its checksum: if it "
                            + "lasts, look for something that changes data on the way, such as a proxy",
                    message);
        }
        if (message.contains("XML") || message.contains("unmarshal")) {
            return new Failure(
                    Code.STORE_MISCONFIGURED,
                    "the store " + store + " does not answer as S3 does: check SATCHEL_S3_ENDPOINT and"
                            + " SATCHEL_S3_PATH_STYLE",
                    message);
        }
        return new Failure(
                Code.STORE_UNAVAILABLE,
                "the store " + store + " cannot be reached or did not answer in time: check that it runs, and"
                        + " SATCHEL_S3_ENDPOINT",
                innermost(exception));
    }

    // A connection that breaks during the handshake is not a problem of certificates.
    private static boolean isCutOff(SSLException exception) {
        for (Throwable cause = next(exception); cause != null; cause = next(cause)) {
            if (cause instanceof EOFException || cause instanceof SocketException) {
                return true;
            }
        }
        return false;
    }

    private static Failure tls(SSLException exception, String store) {
        for (Throwable cause = exception; cause != null; cause = next(cause)) {
            if (cause instanceof CertificateException
                    || cause instanceof CertPathBuilderException
                    || cause instanceof SSLPeerUnverifiedException) {
                return new Failure(
                        Code.STORE_MISCONFIGURED,
                        "the certificate of the store " + store + " is not trusted here or is for another host: trust"
                                + " its authority (JAVA_OPTS=-Djavax.net.ssl.trustStore=…) or correct"
                                + " SATCHEL_S3_ENDPOINT",
                        innermost(exception));
            }
        }
        return new Failure(
                Code.STORE_MISCONFIGURED,
                "the TLS handshake with the store " + store + " failed: check whether SATCHEL_S3_ENDPOINT must"
                        + " begin with http or https",
                innermost(exception));
    }

    private static String innermost(Throwable exception) {
        Throwable cause = exception;
        for (Throwable deeper = next(cause); deeper != null; deeper = next(cause)) {
            cause = deeper;
        }
        return cause instanceof IOException || cause instanceof CertPathBuilderException
                ? words(cause)
                : cause.getClass().getSimpleName();
    }

    private static Failure directory(FileSystemException exception, String store) {
        String reason = String.valueOf(exception.getReason());
        String detail = words(exception);
        if (exception instanceof MissingDirectoryException) {
            return new Failure(
                    Code.STORE_MISSING,
                    "the directory of the store " + store + " does not exist: create it, mount its volume, or correct"
                            + " SATCHEL_STORE",
                    detail);
        }
        if (exception instanceof NotDirectoryException) {
            return new Failure(
                    Code.STORE_MISSING,
                    "the store " + store + " is a file, not a directory: correct SATCHEL_STORE",
                    detail);
        }
        if (exception instanceof AccessDeniedException || reason.equals("Operation not permitted")) {
            return new Failure(
                    Code.ACCESS_DENIED,
                    "the worker's account may not read or write in the store " + store + ": give it the rights",
                    detail);
        }
        if (reason.equals("Read-only file system")) {
            return readOnly(store, detail);
        }
        if (reason.equals(DirectoryFileStore.NO_SPACE) || reason.equals("Disk quota exceeded")) {
            return new Failure(
                    Code.STORE_FULL, "the store " + store + " has no room left: free space or raise the quota", detail);
        }
        if (reason.equals("File too large")) {
            return new Failure(
                    Code.FILE_TOO_LARGE,
                    "the file is larger than the store " + store + " accepts: raise its limit, and request the export "
                            + "again",
                    detail);
        }
        if (reason.equals(DirectoryFileStore.LEADS_OUT) || reason.equals("Not a directory")) {
            return new Failure(
                    Code.STORE_MISCONFIGURED,
                    "a file or a symbolic link in the store " + store
                            + " is where a directory of its should be: remove it",
                    detail);
        }
        if (exception instanceof FileAlreadyExistsException) {
            return new Failure(
                    Code.INTERNAL,
                    "the store " + store + " has another file of that name: request the export again",
                    detail);
        }
        return new Failure(
                Code.STORE_UNAVAILABLE,
                exception instanceof NoSuchFileException
                        ? "the store " + store + " lost the file while it was written: look for a program that deletes "
                                + "files there"
                        : "the store " + store + " failed: look at its volume",
                detail);
    }

    private static Failure readOnly(String store, String detail) {
        return new Failure(
                Code.ACCESS_DENIED, "the store " + store + " is read-only: mount its volume for writing", detail);
    }
}

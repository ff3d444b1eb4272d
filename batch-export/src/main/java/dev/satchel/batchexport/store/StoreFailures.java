package dev.satchel.batchexport.store;

import dev.satchel.batchexport.store.directory.DirectoryFileStore;
import dev.satchel.batchexport.store.directory.MissingDirectoryException;
import dev.satchel.batchexport.store.s3.FileTooLargeException;
import dev.satchel.batchexport.store.s3.S3Failures;
import dev.satchel.export.Failure;
import dev.satchel.export.Failure.Code;
import dev.satchel.store.DamagedFileException;
import dev.satchel.store.StoreMismatchException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.ReadOnlyFileSystemException;
import java.sql.SQLException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Maps exceptions of stores to failures. The sentences name the store as its setting does, and hold no path inside of
 * it, no key, and no text of an exception; these are in the detail.
 */
public final class StoreFailures {

    private static final String UNNAMED = "for exported files";

    /** A service that keeps files in a directory may leave the SDK out. */
    private static final boolean HAS_SDK = hasClass("software.amazon.awssdk.core.exception.SdkException");

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
        if (isOfSdk(cause)) {
            return S3Failures.diagnose(cause, store);
        }
        if (cause instanceof ReadOnlyFileSystemException) {
            return Optional.of(readOnly(store, ""));
        }
        if (cause instanceof FileSystemException directory) {
            return Optional.of(directory(directory, store));
        }
        return Optional.empty();
    }

    /** Whether an exception is one of the AWS SDK. */
    static boolean isOfSdk(Throwable exception) {
        return HAS_SDK && S3Failures.isOfSdk(exception);
    }

    private static boolean hasClass(String name) {
        try {
            Class.forName(name, false, StoreFailures.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException absent) {
            return false;
        }
    }

    private static @Nullable Throwable next(Throwable exception) {
        return exception.getCause() == exception ? null : exception.getCause();
    }

    private static String words(Throwable exception) {
        return String.valueOf(exception.getMessage());
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

package dev.satchel.postgres.dataset;

/** A file of datasets violates the format. The message says where, why, and what is allowed. */
final class DatasetFileException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    DatasetFileException(String message) {
        super(message);
    }
}

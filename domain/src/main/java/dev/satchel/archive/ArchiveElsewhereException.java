package dev.satchel.archive;

import dev.satchel.SatchelException;

/** A file of the archive is in another store than the configured one, and its rows are still in the database. */
public final class ArchiveElsewhereException extends SatchelException {

    private static final long serialVersionUID = 1L;

    ArchiveElsewhereException(ArchivedMonth file) {
        super(
                "the exports of " + file.month() + " are archived in " + file.location()
                        + ", which is not in the configured store, and not all of them were removed from the database",
                "run this once more with the store in which that file is");
    }
}

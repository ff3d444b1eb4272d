package dev.satchel.batchexport.store.directory;

import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** The directory that a {@link DirectoryFileStore} was given is not there, so nothing in it may be called missing. */
public final class MissingDirectoryException extends NoSuchFileException {

    private static final long serialVersionUID = 1L;

    public MissingDirectoryException(Path root) {
        super(root.toString(), null, "the store's directory does not exist");
    }
}

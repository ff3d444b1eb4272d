package dev.satchel.batchexport.store.directory;

import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** The directory of a {@link DirectoryFileStore} does not exist, so none of its files may be treated as removed. */
public final class MissingDirectoryException extends NoSuchFileException {

    private static final long serialVersionUID = 1L;

    public MissingDirectoryException(Path root) {
        super(root.toString(), null, "the store's directory does not exist");
    }
}

package dev.satchel.archive;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.time.Duration;
import java.time.YearMonth;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * The history of exports, as far as it is moved to an archive. An export is old once it has been over for an age, and the
 * month in which it was requested as well; its file is gone by then. Safe for use by many threads.
 */
public interface HistoryArchive {

    /**
     * The first month that has old exports, and no file whose rows are still to be deleted.
     *
     * @param age at least this long ago
     * @param except months that are not asked for
     */
    Optional<DueMonth> next(Duration age, Set<YearMonth> except);

    /** Every file of the archive, by month and part. */
    List<ArchivedMonth> files();

    /**
     * Records that a file is about to be written. Durable when this returns, so that the clean-up removes the file if it is
     * never published.
     *
     * @param id of the file, new
     */
    void begin(UUID id, URI location);

    /**
     * Writes the old exports of a month as of one moment, by the time of request: a line for each, as {@link ArchivedMonth}
     * describes it.
     *
     * @return the number of lines
     */
    long write(YearMonth month, Duration age, OutputStream out) throws IOException;

    /**
     * Makes a file that was written part of the archive.
     *
     * @return whether it is; false if another one of the same month and part came first, or the file was begun more than 12
     *     hours ago, so that a clean-up may have removed it
     */
    boolean publish(ArchivedMonth file);

    /**
     * Deletes exports that a published file holds, in one transaction. One that changed since it was written stays.
     *
     * @param lines of that file
     * @return how many were deleted
     */
    int remove(UUID id, List<String> lines);

    /** Records that every line of a file was given to {@link #remove}. */
    void emptied(UUID id);

    /**
     * A month that is to be archived.
     *
     * @param part the part that its next file will be
     */
    record DueMonth(YearMonth month, int part) {}
}

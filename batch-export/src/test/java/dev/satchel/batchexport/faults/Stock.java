package dev.satchel.batchexport.faults;

import dev.satchel.store.FileStore;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.SortedMap;

/** A store as its provider sees it, beside the processes that use it. */
interface Stock extends AutoCloseable {

    /** Its name in reports. */
    String name();

    /** The kinds of points to enumerate with it. The statements are the same whatever the store. */
    List<Gate.Kind> kinds();

    /** How long a clean-up of it leaves unpublished objects alone. */
    Duration grace();

    /** About how large the largest of the three files is, in bytes. */
    int largest();

    /** What one process sees of it. The process is over once that is closed. */
    Access open(Gate gate);

    /** The sizes of all objects but the mark of the store, by their location. */
    SortedMap<String, Long> sizes() throws IOException;

    byte[] read(String location) throws IOException;

    /** Uploads that were begun and neither completed nor aborted, and temporary files. */
    List<String> unfinished() throws IOException;

    /** Removes everything. */
    void clear() throws IOException;

    @Override
    void close();

    /** The store in one process. */
    interface Access extends AutoCloseable {

        FileStore store();

        @Override
        void close() throws IOException;
    }
}

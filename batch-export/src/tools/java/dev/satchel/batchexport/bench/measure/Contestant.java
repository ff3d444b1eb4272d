package dev.satchel.batchexport.bench.measure;

import java.io.IOException;
import java.sql.SQLException;
import java.util.List;

/** One way to read the same rows and to write or drop them. */
public interface Contestant {

    /** The name in the table and for {@code --only}. */
    String name();

    /** Where the bytes go. */
    String sink();

    /** Connects and does everything else that is not to be measured. */
    Attempt prepare() throws SQLException, IOException;

    /** Work that is ready to begin. Closing removes what it wrote. */
    interface Attempt extends AutoCloseable {

        /** The work that is measured. */
        Amount run() throws SQLException, IOException;

        /** Processes that take part, and were there before and will be there after; their CPU time counts, too. */
        default List<ProcessHandle> residents() {
            return List.of();
        }

        @Override
        void close() throws SQLException, IOException;
    }

    /** What was read and written. */
    record Amount(int exports, long rows, long bytes) {

        public Amount(long rows, long bytes) {
            this(1, rows, bytes);
        }
    }
}

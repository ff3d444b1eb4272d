package dev.satchel.delivery;

import dev.satchel.AbortSignal;
import dev.satchel.export.Export;
import dev.satchel.export.ExportRequest;
import dev.satchel.record.UserRecords;
import java.io.IOException;

/** Reads the records of an export into the file that is being written. Safe for use by many threads. */
@FunctionalInterface
public interface ExportReading {

    /**
     * Pushes all records that the export asks for into {@code file}, as {@link UserRecords#read}.
     *
     * @param signal ends the reading from another thread, whatever it waits for
     */
    UserRecords.Snapshot read(Export.Processing export, FileFormats.Writer file, AbortSignal signal) throws IOException;

    /** Reads in this process. */
    static ExportReading alone(UserRecords records) {
        return (export, file, signal) -> {
            ExportRequest request = export.request();
            return records.read(request.user(), request.type().datasets(), request.filters(), file, signal);
        };
    }
}

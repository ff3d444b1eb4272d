package dev.satchel.delivery;

import dev.satchel.AbortSignal;
import dev.satchel.export.DeliveredFile;
import dev.satchel.export.Export;
import dev.satchel.export.ExportRequest;
import dev.satchel.record.Dataset;
import dev.satchel.record.UserRecords;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Reads the records of an export into the file that is being written. Safe for use by many threads. */
@FunctionalInterface
public interface ExportReading {

    /**
     * Pushes all records that the export asks for into {@code file}, as {@link UserRecords#read}.
     *
     * @param signal ends the reading from another thread, whatever it waits for
     */
    Result read(Export.Processing export, FileFormats.Writer file, AbortSignal signal) throws IOException;

    /**
     * What was read, and in how many parts.
     *
     * @param readings of the datasets that might have been divided; empty if none might
     */
    record Result(UserRecords.Snapshot snapshot, List<DeliveredFile.Reading> readings) {
        public Result {
            readings = List.copyOf(readings);
        }

        /** As {@link UserRecords.Snapshot#accepting}. */
        Result accepting(Map<Dataset, String> reasons) {
            return new Result(snapshot.accepting(reasons), readings);
        }
    }

    /** Reads in this process. */
    static ExportReading alone(UserRecords records) {
        return (export, file, signal) -> {
            ExportRequest request = export.request();
            return new Result(
                    records.read(request.user(), request.type().datasets(), request.filters(), file, signal),
                    List.of());
        };
    }
}

package dev.satchel.batchexport.format.archive;

import dev.satchel.export.ExportRequest;
import dev.satchel.record.UserRecords;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;

/**
 * What is known about an archive when all records have passed.
 *
 * @param folder the name of the one folder that holds all files, for example {@code satchel-learning-data-2026-11-28}
 */
public record ArchiveContext(
        ExportRequest request,
        UserRecords.Snapshot snapshot,
        Addressee addressee,
        ArchiveSettings settings,
        String folder) {

    static String folder(ExportRequest request, Instant takenAt) {
        return "satchel-"
                + (request.type().isAll() ? "learning-data" : request.type().name()) + "-"
                + takenAt.atOffset(ZoneOffset.UTC).toLocalDate();
    }

    /** The operator's texts. */
    public OperatorTexts texts() {
        return settings.texts();
    }

    /** The time of the snapshot, in the addressee's zone. */
    public ZonedDateTime takenAt() {
        return snapshot.takenAt().atZone(addressee.zone());
    }

    /** When the file will be removed, in the addressee's zone: as if it had been ready at the time of the snapshot. */
    public ZonedDateTime removedAt() {
        return snapshot.takenAt().plus(settings.retention()).atZone(addressee.zone());
    }
}

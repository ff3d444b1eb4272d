package dev.satchel.batchexport.format.archive;

import dev.satchel.export.DeliveredFile;
import dev.satchel.export.ExportRequest;
import dev.satchel.record.Dataset;
import dev.satchel.record.UserRecords;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;

/**
 * What is known about an archive when all records have passed.
 *
 * @param folder the name of the one folder that holds all files, for example {@code satchel-learning-data-2026-11-28}
 * @param files the files that are in the folder by now, by their path in it: the CSV and JSON files, and those of the
 *     parts before
 */
public record ArchiveContext(
        ExportRequest request,
        UserRecords.Snapshot snapshot,
        Addressee addressee,
        ArchiveSettings settings,
        String folder,
        List<DeliveredFile.Entry> files) {

    public ArchiveContext {
        files = List.copyOf(files);
    }

    /** In a folder that holds no file yet. */
    public ArchiveContext(
            ExportRequest request,
            UserRecords.Snapshot snapshot,
            Addressee addressee,
            ArchiveSettings settings,
            String folder) {
        this(request, snapshot, addressee, settings, folder, List.of());
    }

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

    /** What the dataset holds, in the addressee's language if Satchel knows the dataset, else in the operator's words. */
    public String described(Dataset dataset) {
        return translated(dataset.description());
    }

    /** A description or reason of the built-in datasets in the addressee's language; others as they are. */
    public String translated(String english) {
        return Words.in(addressee.language()).translated(english);
    }
}

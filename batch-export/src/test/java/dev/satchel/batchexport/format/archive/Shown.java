package dev.satchel.batchexport.format.archive;

import dev.satchel.batchexport.format.Written;
import dev.satchel.export.ExportFormat;
import dev.satchel.export.ExportRequest;
import dev.satchel.record.Column;
import dev.satchel.record.Dataset;
import dev.satchel.record.ExportFilters;
import dev.satchel.record.LearningTypes;
import dev.satchel.record.UserRecords;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Shows records to one part of an archive, and keeps its files. */
public final class Shown {

    private final ArchivePart part;
    private final Addressee addressee;
    private final Instant takenAt;

    private Shown(ArchivePart part, Addressee addressee, Instant takenAt) {
        this.part = part;
        this.addressee = addressee;
        this.takenAt = takenAt;
    }

    public static Shown to(ArchivePart part, Language language, ZoneId zone, Instant takenAt) throws IOException {
        part.begin(takenAt, zone);
        return of(part, language, zone, takenAt);
    }

    /** Of records that the part was shown already. */
    public static Shown of(ArchivePart part, Language language, ZoneId zone, Instant takenAt) {
        return new Shown(part, new Addressee(language, Optional.of("Amelia"), zone), takenAt);
    }

    /** Shows a dataset; each record has one value per column, and null is a missing one. */
    public Shown dataset(Dataset dataset, List<Column> columns, Iterable<Object[]> records) throws IOException {
        part.beginDataset(dataset, columns);
        for (Object[] values : records) {
            part.beginRecord();
            for (int place = 0; place < values.length; place++) {
                Written.write(part, columns.get(place).type(), values[place]);
            }
            part.endRecord();
        }
        part.endDataset();
        return this;
    }

    /** Ends the part. */
    public Map<String, byte[]> files() throws IOException {
        Map<String, ByteArrayOutputStream> files = new LinkedHashMap<>();
        ExportRequest request = Written.request(LearningTypes.ALL, ExportFormat.ARCHIVE, ExportFilters.NONE);
        UserRecords.Snapshot snapshot = new UserRecords.Snapshot(takenAt, Map.of(), List.of(), "1");
        try (part) {
            part.finish(
                    new ArchiveContext(request, snapshot, addressee, ArchiveSettings.DEFAULT, "folder", List.of()),
                    path -> {
                        ByteArrayOutputStream file = new ByteArrayOutputStream();
                        files.put(path, file);
                        return file;
                    });
        }
        Map<String, byte[]> found = new LinkedHashMap<>();
        files.forEach((path, file) -> found.put(path, file.toByteArray()));
        return found;
    }
}

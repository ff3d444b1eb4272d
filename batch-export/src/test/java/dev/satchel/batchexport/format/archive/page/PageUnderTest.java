package dev.satchel.batchexport.format.archive.page;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.satchel.UserId;
import dev.satchel.batchexport.format.archive.Addressee;
import dev.satchel.batchexport.format.archive.ArchiveContext;
import dev.satchel.batchexport.format.archive.ArchiveSettings;
import dev.satchel.batchexport.format.value.RecordObjects;
import dev.satchel.export.DeliveredFile;
import dev.satchel.export.ExportFormat;
import dev.satchel.export.ExportRequest;
import dev.satchel.record.Column;
import dev.satchel.record.Dataset;
import dev.satchel.record.ExportFilters;
import dev.satchel.record.ExportType;
import dev.satchel.record.HiddenRecords;
import dev.satchel.record.LearningDatasets;
import dev.satchel.record.RecordSink;
import dev.satchel.record.UserRecords;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** A page that is being filled with records by a test. */
final class PageUnderTest {

    static final Instant NOW = Instant.parse("2026-11-28T09:15:30Z");

    private final ArchivePage page = new ArchivePage();
    private final Addressee addressee;
    private final ArchiveSettings settings;
    private final Map<Dataset, Long> records = new LinkedHashMap<>();

    PageUnderTest(Addressee addressee, ArchiveSettings settings) {
        this.addressee = addressee;
        this.settings = settings;
        page.begin(NOW, addressee.zone());
    }

    void begin(Dataset dataset, Column... columns) {
        records.put(dataset, 0L);
        page.beginDataset(dataset, List.of(columns));
    }

    /** Adds a record to the dataset that was begun last; an instant, a date and JSON as themselves. */
    void row(Object... values) throws IOException {
        page.beginRecord();
        for (Object value : values) {
            put(value);
        }
        page.endRecord();
        Dataset last = new ArrayList<>(records.keySet()).get(records.size() - 1);
        records.merge(last, 1L, Long::sum);
    }

    void end() {
        page.endDataset();
    }

    private void put(Object value) {
        if (value == null) {
            page.missing();
        } else if (value instanceof Boolean truth) {
            page.bool(truth);
        } else if (value instanceof Integer number) {
            page.integer(number);
        } else if (value instanceof Long number) {
            page.integer(number);
        } else if (value instanceof BigDecimal number) {
            byte[] ascii = number.toPlainString().getBytes(US_ASCII);
            page.decimal(ascii, 0, ascii.length);
        } else if (value instanceof UUID id) {
            page.uuid(id.getMostSignificantBits(), id.getLeastSignificantBits());
        } else if (value instanceof Instant moment) {
            page.instant(moment.getEpochSecond(), 0);
        } else if (value instanceof LocalDate date) {
            page.date(date.toEpochDay());
        } else if (value instanceof RecordObjects.Json json) {
            byte[] utf8 = json.text().getBytes(UTF_8);
            page.json(utf8, 0, utf8.length);
        } else if (value instanceof RecordSink.NonFinite special) {
            page.nonFinite(special);
        } else {
            byte[] utf8 = value.toString().getBytes(UTF_8);
            page.text(utf8, 0, utf8.length);
        }
    }

    /** Those that an archive has before its page is written. */
    private List<DeliveredFile.Entry> files() {
        List<String> paths = new ArrayList<>();
        for (Dataset dataset : records.keySet()) {
            paths.add("data/csv/" + dataset.name() + ".csv");
            paths.add("data/json/" + dataset.name() + ".json");
            if (dataset.equals(LearningDatasets.VOCABULARY)) {
                paths.addAll(List.of("data/words.csv", "data/words.apkg"));
            }
        }
        paths.add("data/workbook.xlsx");
        return paths.stream().map(path -> new DeliveredFile.Entry(path, 0, "")).toList();
    }

    String html() throws IOException {
        return html(List.of());
    }

    String html(List<HiddenRecords> hidden) throws IOException {
        return html(ExportFilters.NONE, List.of(), hidden);
    }

    /** The page of a request with filters, which may leave out whole datasets. */
    String html(ExportFilters filters, List<Dataset> leftOut, List<HiddenRecords> hidden) throws IOException {
        List<Dataset> datasets = new ArrayList<>(records.keySet());
        datasets.addAll(leftOut);
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        ExportRequest request = new ExportRequest(
                new UserId(new UUID(1, 2)), new ExportType(ExportType.ALL, datasets), ExportFormat.ARCHIVE, filters);
        UserRecords.Snapshot snapshot = new UserRecords.Snapshot(NOW, records, List.of(), "1", hidden);
        page.finish(new ArchiveContext(request, snapshot, addressee, settings, "satchel-data", files()), path -> file);

        return file.toString(UTF_8);
    }
}

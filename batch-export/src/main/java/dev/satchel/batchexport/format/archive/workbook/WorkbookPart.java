package dev.satchel.batchexport.format.archive.workbook;

import dev.satchel.batchexport.format.archive.ArchiveContext;
import dev.satchel.batchexport.format.archive.ArchivePart;
import dev.satchel.batchexport.format.archive.Spool;
import dev.satchel.batchexport.format.value.RecordObjects;
import dev.satchel.record.Column;
import dev.satchel.record.Dataset;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code data/workbook.xlsx}: a sheet for each dataset, and one of notes, which says what did not fit and which zone its
 * times are in.
 */
public final class WorkbookPart extends RecordObjects implements ArchivePart {

    private static final String NOTES = "notes";

    /**
     * What did not fit.
     *
     * @param file where it is
     * @param rows whether rows are missing; otherwise texts were cut
     */
    private record Cut(String file, long count, boolean rows) {}

    private final int mostRows;
    private final List<Cut> cuts = new ArrayList<>();
    private Instant takenAt = Instant.EPOCH;
    private ZoneId zone = ZoneOffset.UTC;
    private @Nullable Spool spool;
    private @Nullable Workbook workbook;
    private @Nullable Sheet sheet;
    private String file = "";
    private long leftOut;

    public WorkbookPart() {
        this(Sheet.MOST_ROWS);
    }

    /** @param mostRows of a sheet, with its header and the row that says that there are more */
    WorkbookPart(int mostRows) {
        this.mostRows = mostRows;
    }

    @Override
    public void begin(Instant takenAt, ZoneId zone) {
        this.takenAt = takenAt;
        this.zone = zone;
    }

    @Override
    public void beginDataset(Dataset dataset, List<Column> columns) throws IOException {
        file = "data/csv/" + dataset.name() + ".csv";
        leftOut = 0;
        sheet = workbook()
                .beginSheet(dataset.name(), columns.stream().map(Column::name).toList(), zone, " […] → " + file);
    }

    private Workbook workbook() throws IOException {
        if (spool == null || workbook == null) {
            spool = Spool.create();
            workbook = Workbook.begin(spool.out(), LocalDateTime.ofInstant(takenAt, ZoneOffset.UTC));
        }
        return workbook;
    }

    @Override
    protected void record(List<@Nullable Object> values) throws IOException {
        if (sheet == null) {
            throw new IllegalStateException("a record came before its dataset began");
        }
        if (sheet.rows() < mostRows - 1) {
            sheet.row(values);
        } else {
            leftOut++;
        }
    }

    @Override
    public void endDataset() throws IOException {
        if (sheet == null) {
            throw new IllegalStateException("a dataset ended that did not begin");
        }
        if (leftOut > 0) {
            cuts.add(new Cut(file, leftOut, true));
            sheet.row(List.of("[…] +" + leftOut + " → " + file));
        }
        if (sheet.cutTexts() > 0) {
            cuts.add(new Cut(file, sheet.cutTexts(), false));
        }
        workbook().endSheet(sheet);
    }

    @Override
    public void finish(ArchiveContext context, Files files) throws IOException {
        Workbook finished = workbook();
        WorkbookNotes notes = WorkbookNotes.in(context.addressee().language());
        Sheet last = finished.beginSheet(NOTES, List.of(notes.title()), zone, "");
        last.row(List.of(notes.times(zone)));
        for (Cut cut : cuts) {
            last.row(List.of(cut.rows() ? notes.rows(cut.count(), cut.file()) : notes.texts(cut.count(), cut.file())));
        }
        finished.endSheet(last);
        finished.finish();
        if (spool != null) {
            try (OutputStream out = files.begin("data/workbook.xlsx")) {
                spool.copyTo(out);
            }
        }
        close();
    }

    @Override
    public void close() throws IOException {
        try {
            if (workbook != null) {
                workbook.close();
            }
        } finally {
            if (spool != null) {
                spool.close();
            }
        }
    }
}

package dev.satchel.batchexport.format.archive.workbook;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.satchel.batchexport.format.Written;
import dev.satchel.batchexport.format.csv.CsvOptions;
import dev.satchel.export.ExportFormat;
import dev.satchel.record.Column;
import dev.satchel.record.Column.Type;
import dev.satchel.record.ExportFilters;
import dev.satchel.record.LearningDatasets;
import dev.satchel.record.LearningTypes;
import dev.satchel.record.RecordSink.NonFinite;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVRecord;

/** An archive of every type of value and many hostile texts, of which the workbook and the CSV are compared. */
final class Spreadsheet {

    static final List<Column> COLUMNS = List.of(
            new Column("id", Type.UUID),
            new Column("text", Type.TEXT),
            new Column("json", Type.JSON),
            new Column("truth", Type.BOOLEAN),
            new Column("count", Type.INTEGER),
            new Column("amount", Type.DECIMAL),
            new Column("day", Type.DATE),
            new Column("at", Type.INSTANT));

    private Spreadsheet() {}

    static List<Object[]> records() {
        List<String> texts = new ArrayList<>(List.of(WorkbookPartTest.formulas()));
        texts.addAll(List.of(
                "canción, ñandú; \"comillas\"",
                " 007 ",
                "1e5",
                "TRUE",
                "2026-11-28",
                "12:30",
                "1/2",
                "😀",
                "a\nb\tc",
                "<&>]]>",
                "_x0041_",
                "",
                "#REF!",
                "'apostrophe",
                "99999999999999999999",
                "e\u0301"));
        List<Object[]> records = new ArrayList<>();
        long at = Instant.parse("2026-03-29T00:59:59Z").getEpochSecond();
        for (int number = 0; number < texts.size(); number++) {
            records.add(new Object[] {
                new UUID(5, number),
                texts.get(number),
                "[" + number + ", \"=1+1\"]",
                number % 2 == 0,
                number % 3 == 0 ? 1_234_567_890_123_456_789L + number : number - 7L,
                switch (number % 4) {
                    case 0 -> "0.1234567890123456" + number;
                    case 1 -> NonFinite.NAN;
                    // What PostgreSQL prints of a double.
                    case 2 -> Double.toString(0.1 + number / 5.0);
                    default -> number + ".50";
                },
                number % 5 == 0 ? -400_000L - number : 20_000L + number,
                number % 5 == 0 ? null : (at + number * 3_601L) * 1_000_000L + 654_321
            });
        }
        return records;
    }

    /** The files of an archive, by their paths without the folder. */
    static Map<String, byte[]> archive() throws IOException {
        // Without the marks that keep a formula of a CSV from running, because they are no part of the text.
        byte[] zip = Written.file(
                        Written.request(LearningTypes.QA, ExportFormat.ARCHIVE, ExportFilters.NONE),
                        new CsvOptions(false, false))
                .dataset(LearningDatasets.QA, COLUMNS, records().toArray(Object[][]::new))
                .finish();
        Map<String, byte[]> files = new TreeMap<>();
        try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(zip))) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                files.put(entry.getName().substring(entry.getName().indexOf('/') + 1), in.readAllBytes());
            }
        }
        return files;
    }

    /** The records that the sheet must show, from the CSV; of times, the columns for people. */
    static List<List<String>> expected(byte[] csv) throws IOException {
        List<List<String>> rows = new ArrayList<>();
        String text = new String(csv, UTF_8);
        for (CSVRecord line : CSVFormat.RFC4180
                .builder()
                .setHeader()
                .setSkipHeaderRecord(true)
                .get()
                .parse(new StringReader(text))) {
            List<String> row = new ArrayList<>();
            for (Column column : COLUMNS) {
                String name = column.type() == Type.INSTANT ? column.name() + "_local" : column.name();
                row.add(line.get(name));
            }
            rows.add(row);
        }
        return rows;
    }
}

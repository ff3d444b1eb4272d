package dev.satchel.batchexport.format;

import dev.satchel.batchexport.format.csv.CsvOptions;
import dev.satchel.export.ExportFormat;
import dev.satchel.record.Column;
import dev.satchel.record.LearningDatasets;
import dev.satchel.record.LearningTypes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** What the only cell of a CSV file with escaped formulas holds. */
public final class EscapedCell {

    private static final String HEADER = "\"a\"\r\n";

    private EscapedCell() {}

    public static String text(String value) {
        return cell(Column.Type.TEXT, value);
    }

    public static String json(String value) {
        return cell(Column.Type.JSON, value);
    }

    private static String cell(Column.Type type, String value) {
        try {
            String csv = Written.file(LearningTypes.QA, ExportFormat.CSV, new CsvOptions(false, true))
                    .dataset(LearningDatasets.QA, List.of(new Column("a", type)), new Object[] {value})
                    .text();
            return csv.substring(HEADER.length() + 1, csv.length() - "\"\r\n".length())
                    .replace("\"\"", "\"");
        } catch (IOException impossible) {
            throw new UncheckedIOException("the file is in memory", impossible);
        }
    }
}

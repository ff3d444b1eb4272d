package dev.satchel.batchexport.format.archive.workbook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.NpmProject;
import dev.satchel.record.Column.Type;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A workbook as SheetJS reads it, compared with the CSV of the same archive. Runs where npm is installed. */
class WorkbookWithNpm {

    @TempDir
    Path folder;

    @Test
    void isEqualToTheCsvCellByCell() throws IOException, InterruptedException {
        NpmProject npm = NpmProject.installed(Path.of("src/test/archive-readers"), Path.of("target/archive-readers"));
        Map<String, byte[]> archive = Spreadsheet.archive();
        Path file = Files.write(folder.resolve("workbook.xlsx"), archive.get("data/workbook.xlsx"));

        NpmProject.Result result = npm.run(List.of("node", "workbook.mjs", file.toString()), 60);

        assertThat(result.exitCode()).as(result.output()).isZero();
        JsonNode rows = JsonMapper.shared().readTree(result.output()).path("qa");
        List<List<String>> expected = Spreadsheet.expected(archive.get("data/csv/qa.csv"));
        assertThat(rows.size()).isEqualTo(expected.size() + 1);
        for (int row = 0; row < expected.size(); row++) {
            for (int column = 0; column < Spreadsheet.COLUMNS.size(); column++) {
                JsonNode cell = rows.path(row + 1).path(column);
                String text = expected.get(row).get(column);
                Type type = Spreadsheet.COLUMNS.get(column).type();
                assertThat(shown(cell)).as("row %d, column %d", row, column).isEqualTo(expectedCell(type, text));
            }
        }
    }

    private static String shown(JsonNode cell) {
        if (cell.isNull() || cell.isMissingNode()) {
            return "nothing";
        }
        String type = cell.path(0).asString();
        JsonNode value = cell.path(1);
        return type.equals("n")
                ? "n " + new BigDecimal(value.toString()).stripTrailingZeros().toPlainString()
                : type + " " + value.asString();
    }

    // SheetJS takes an empty text for nothing.
    private static String expectedCell(Type type, String csv) {
        if (csv.isEmpty()) {
            return type == Type.TEXT ? "s " : "nothing";
        }
        return switch (type) {
            case BOOLEAN -> "b " + csv;
            case INTEGER, DECIMAL ->
                csv.equals("NaN") || !isNumber(csv)
                        ? "s " + csv
                        : "n " + new BigDecimal(csv).stripTrailingZeros().toPlainString();
            case DATE -> csv.compareTo("1900-03-01") < 0 ? "s " + csv : "d " + csv;
            case INSTANT -> "d " + csv;
            case TEXT, JSON, UUID -> "s " + csv;
        };
    }

    // A fraction is a number where a double gives it back; a longer whole number is a text.
    private static boolean isNumber(String csv) {
        BigDecimal number = new BigDecimal(csv).stripTrailingZeros();
        return number.precision() <= 15
                || (number.scale() > 0 && new BigDecimal(Double.toString(number.doubleValue())).compareTo(number) == 0);
    }
}

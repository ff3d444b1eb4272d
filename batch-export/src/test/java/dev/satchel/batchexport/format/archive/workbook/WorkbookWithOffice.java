package dev.satchel.batchexport.format.archive.workbook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A workbook as LibreOffice reads it, compared with the CSV of the same archive. Runs in the profile {@code office}. */
class WorkbookWithOffice {

    @TempDir
    Path folder;

    @Test
    void showsWhatTheCsvHolds() throws Exception {
        Map<String, byte[]> archive = Spreadsheet.archive();
        Path file = Files.write(folder.resolve("workbook.xlsx"), archive.get("data/workbook.xlsx"));

        // Comma, quotes, UTF-8, from the first line, each text quoted, cells as they are shown.
        List<CSVRecord> rows = CSVFormat.RFC4180
                .parse(new StringReader(
                        converted(file, "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,true,true", "csv")))
                .getRecords();

        List<List<String>> expected = Spreadsheet.expected(archive.get("data/csv/qa.csv"));
        assertThat(rows).hasSize(expected.size() + 1);
        for (int row = 0; row < expected.size(); row++) {
            List<String> shown = rows.get(row + 1).toList();
            for (int column : List.of(0, 1, 2, 6, 7)) {
                assertThat(shown.get(column))
                        .as("row %d, column %d", row, column)
                        .isEqualTo(expected.get(row).get(column));
            }
            assertThat(shown.get(3)).isEqualToIgnoringCase(expected.get(row).get(3));
        }
    }

    @Test
    void findsNoFormula() throws Exception {
        Path file = Files.write(
                folder.resolve("workbook.xlsx"), Spreadsheet.archive().get("data/workbook.xlsx"));

        String understood = converted(file, "fods", "fods");

        // Of its own accord, LibreOffice holds a truth value as a formula.
        assertThat(understood.replaceAll("table:formula=\"of:=(TRUE|FALSE)\\(\\)\"", ""))
                .contains("=1+41")
                .doesNotContain("table:formula=");
    }

    private String converted(Path file, String filter, String extension) throws IOException, InterruptedException {
        Path log = folder.resolve("log");
        Process office = new ProcessBuilder(
                        "soffice",
                        "--headless",
                        "-env:UserInstallation=" + folder.resolve("profile").toUri(),
                        "--convert-to",
                        filter,
                        "--outdir",
                        folder.toString(),
                        file.toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        assertThat(office.waitFor(2, TimeUnit.MINUTES)).as("LibreOffice ended").isTrue();
        Path understood = folder.resolve("workbook." + extension);
        assertThat(understood).as(Files.readString(log)).exists();
        return Files.readString(understood, UTF_8);
    }
}

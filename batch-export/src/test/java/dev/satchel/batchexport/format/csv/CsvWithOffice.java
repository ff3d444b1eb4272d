package dev.satchel.batchexport.format.csv;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.format.Written;
import dev.satchel.export.ExportFormat;
import dev.satchel.record.Column;
import dev.satchel.record.LearningDatasets;
import dev.satchel.record.LearningTypes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.json.JsonMapper;

/** Opens CSV in a real LibreOffice, with each separator it offers. Runs in the profile {@code office} only. */
class CsvWithOffice {

    private static final List<Column> COLUMNS = List.of(
            new Column("n", Column.Type.INTEGER),
            new Column("text", Column.Type.TEXT),
            new Column("json", Column.Type.JSON),
            new Column("other", Column.Type.TEXT));

    /** Results in a formula, which a text never does. */
    private static final String FORMULA = "=1+41";

    @TempDir
    Path folder;

    static Stream<Arguments> separators() {
        // Code points, as LibreOffice's filter takes them: the separator, and what stands around texts.
        return Stream.of(
                Arguments.of("comma", "44,34"),
                Arguments.of("semicolon", "59,34"),
                Arguments.of("tab", "9,34"),
                Arguments.of("bar", "124,34"),
                Arguments.of("comma and no quotes", "44,"),
                Arguments.of("semicolon and no quotes", "59,"),
                Arguments.of("semicolon or comma", "59/44,34"),
                Arguments.of("any, several as one", "59/9/44/MRG,34"));
    }

    @ParameterizedTest
    @MethodSource("separators")
    void findsNoFormulaWhateverTheSeparator(String name, String separator) throws Exception {
        assertThat(formulas(opened(csv(CsvOptions.DEFAULT), separator))).isEmpty();
    }

    // Without the marks there are formulas: the same files, opened in the same way.
    @ParameterizedTest
    @MethodSource("separators")
    void findsFormulasWhereNothingIsEscaped(String name, String separator) throws Exception {
        assertThat(formulas(opened(csv(new CsvOptions(true, false)), separator)))
                .isNotEmpty();
    }

    private byte[] csv(CsvOptions options) throws IOException {
        List<Object[]> records = new ArrayList<>();
        for (String text : texts()) {
            String json = JsonMapper.shared().writeValueAsString(List.of(text, FORMULA, -1));
            records.add(new Object[] {7L, text, json, text});
            records.add(new Object[] {null, text, null, "end"});
        }
        return Written.file(LearningTypes.QA, ExportFormat.CSV, options)
                .dataset(LearningDatasets.QA, COLUMNS, records.toArray(Object[][]::new))
                .finish();
    }

    private static List<String> texts() {
        List<String> texts = new ArrayList<>(List.of(FORMULA, "hola\n" + FORMULA + "\nfin"));
        for (String separator : List.of("\n", "\r", "\r\n", "\n\n", "\t", ",", ";", "|", ";\"", ";\"\"", ";;")) {
            for (String hidden : List.of("", " ", "\u00A0", "\uFEFF", "\u200B", "\"", "\u0001")) {
                texts.add("a" + separator + hidden + FORMULA + separator + "b");
                texts.add(separator + hidden + FORMULA + separator);
                texts.add("a" + separator + hidden + FORMULA);
            }
        }
        return texts;
    }

    /** The file as LibreOffice understands it, in its own XML. */
    private String opened(byte[] csv, String separator) throws IOException, InterruptedException {
        Path file = Files.write(folder.resolve("exported.csv"), csv);
        Path log = folder.resolve("log");
        Process office;
        try {
            office = new ProcessBuilder(
                            "soffice",
                            "--headless",
                            "-env:UserInstallation=" + folder.resolve("profile").toUri(),
                            // The third is UTF-8, and the last the first line.
                            "--infilter=CSV:" + separator + ",76,1",
                            "--convert-to",
                            "fods",
                            "--outdir",
                            folder.toString(),
                            file.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
        } catch (IOException missing) {
            throw new AssertionError(
                    "LibreOffice is missing: install libreoffice-calc, or leave -Poffice out", missing);
        }
        assertThat(office.waitFor(2, TimeUnit.MINUTES)).as("LibreOffice ended").isTrue();
        Path understood = folder.resolve("exported.fods");
        assertThat(understood).as(Files.readString(log)).exists();
        return Files.readString(understood);
    }

    private static List<String> formulas(String understood) {
        return java.util.regex.Pattern.compile("table:formula=\"[^\"]*\"")
                .matcher(understood)
                .results()
                .map(found -> found.group())
                .toList();
    }
}

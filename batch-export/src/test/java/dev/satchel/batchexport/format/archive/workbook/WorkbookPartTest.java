package dev.satchel.batchexport.format.archive.workbook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.format.archive.Language;
import dev.satchel.batchexport.format.archive.Shown;
import dev.satchel.batchexport.format.archive.workbook.ReadWorkbook.Cell;
import dev.satchel.record.Column;
import dev.satchel.record.Column.Type;
import dev.satchel.record.Dataset;
import dev.satchel.record.LearningDatasets;
import dev.satchel.record.RecordSink.NonFinite;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class WorkbookPartTest {

    private static final Instant NOON = Instant.parse("2026-11-28T11:00:00Z");
    private static final ZoneId MADRID = ZoneId.of("Europe/Madrid");

    /** As the part numbers its formats. */
    private static final String TIME = "2";

    private static final String DATE = "3";
    private static final String TEXT = "4";

    private static ReadWorkbook workbook(WorkbookPart part, Language language, Type type, Object... values)
            throws IOException {
        return new ReadWorkbook(file(part, language, type, values));
    }

    private static byte[] file(WorkbookPart part, Language language, Type type, Object... values) throws IOException {
        Map<String, byte[]> files = Shown.to(part, language, MADRID, NOON)
                .dataset(
                        LearningDatasets.QA,
                        List.of(new Column("value", type)),
                        Arrays.stream(values).map(value -> new Object[] {value}).toList())
                .files();
        assertThat(files).containsOnlyKeys("data/workbook.xlsx");
        return files.get("data/workbook.xlsx");
    }

    private static Cell cell(Type type, Object value) throws IOException {
        return workbook(new WorkbookPart(), Language.ENGLISH, type, value)
                .cells("qa")
                .get("A2");
    }

    private static Cell text(String text) {
        return new Cell("inlineStr", TEXT, text);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "12.50, 12.5",
        "-0.000, 0",
        "999999999999999, 999999999999999",
        "-0.123456789012345, -0.123456789012345",
        "0.1234567890123456, 0.1234567890123456",
        "0.30000000000000004, 0.30000000000000004",
        "66.66666666666667, 66.66666666666667",
        "1000000000000000000000, 1E+21"
    })
    void holdsANumberThatItCanHoldExactly(BigDecimal number, String written) throws IOException {
        assertThat(cell(Type.DECIMAL, number)).isEqualTo(new Cell("", "", written));
    }

    static Stream<Arguments> texts() {
        return Stream.of(
                Arguments.of(Type.INTEGER, 1_234_567_890_123_456L, "1234567890123456"),
                Arguments.of(Type.INTEGER, Long.MIN_VALUE, "-9223372036854775808"),
                Arguments.of(Type.DECIMAL, new BigDecimal("1234567890123456.0"), "1234567890123456.0"),
                // Programs print these as 0.1, 0.12345678901234568 and 66.66666666666667.
                Arguments.of(Type.DECIMAL, new BigDecimal("0.10000000000000001"), "0.10000000000000001"),
                Arguments.of(Type.DECIMAL, new BigDecimal("0.12345678901234567"), "0.12345678901234567"),
                Arguments.of(Type.DECIMAL, new BigDecimal("66.6666666666666667"), "66.6666666666666667"),
                Arguments.of(Type.DECIMAL, new BigDecimal("1e301"), "1" + "0".repeat(301)),
                Arguments.of(Type.DECIMAL, NonFinite.NAN, "NaN"),
                Arguments.of(Type.INSTANT, NonFinite.INFINITY, "Infinity"),
                Arguments.of(Type.UUID, new UUID(1, 2), "00000000-0000-0001-0000-000000000002"),
                Arguments.of(Type.JSON, "{\"a\": [1]}", "{\"a\": [1]}"),
                Arguments.of(Type.TEXT, "", ""),
                Arguments.of(Type.TEXT, " 007 ", " 007 "),
                Arguments.of(Type.DATE, -25_510L, "1900-02-27"),
                Arguments.of(Type.DATE, 2_932_897L, "+10000-01-01"));
    }

    @ParameterizedTest
    @MethodSource("texts")
    void holdsAnythingElseAsText(Type type, Object value, String text) throws IOException {
        assertThat(cell(type, value)).isEqualTo(text(text));
    }

    @Test
    void holdsTruth() throws IOException {
        assertThat(cell(Type.BOOLEAN, true)).isEqualTo(new Cell("b", "", "1"));
        assertThat(cell(Type.BOOLEAN, false)).isEqualTo(new Cell("b", "", "0"));
    }

    @Test
    void leavesAMissingValueEmpty() throws IOException {
        ReadWorkbook workbook = workbook(new WorkbookPart(), Language.ENGLISH, Type.TEXT, null, "b");

        assertThat(workbook.cells("qa")).containsOnlyKeys("A1", "A3");
    }

    @ParameterizedTest
    @CsvSource({
        // Excel's day 46354 is 2026-11-28; Madrid is an hour ahead then, and two in summer.
        "2026-11-28T11:00:00.999999Z, 46354.5",
        "2026-11-28T23:00:00Z, 46355.0",
        "2026-07-01T10:00:00Z, 46204.5",
        "1900-03-01T12:00:00Z, 61.48976851851852",
        "9999-12-31T22:59:59Z, 2958465.999988426"
    })
    void holdsATimeAsALocalOne(Instant time, String days) throws IOException {
        long micros = Math.addExact(Math.multiplyExact(time.getEpochSecond(), 1_000_000L), time.getNano() / 1_000);

        assertThat(cell(Type.INSTANT, micros)).isEqualTo(new Cell("", TIME, days));
    }

    @ParameterizedTest
    @CsvSource({
        "1900-02-28T12:00:00Z, 1900-02-28 11:45:16",
        "9999-12-31T23:00:00Z, +10000-01-01 00:00:00",
        "0001-01-01T12:00:00Z, 0001-01-01 11:45:16",
        "-4712-01-01T12:00:00Z, -4712-01-01 11:45:16"
    })
    void holdsATimeBeyondItsCalendarAsText(Instant time, String text) throws IOException {
        assertThat(cell(Type.INSTANT, time.getEpochSecond() * 1_000_000L)).isEqualTo(text(text));
    }

    @ParameterizedTest
    @CsvSource({"1900-03-01, 61", "2026-11-28, 46354", "9999-12-31, 2958465"})
    void holdsADate(LocalDate date, String days) throws IOException {
        assertThat(cell(Type.DATE, date.toEpochDay())).isEqualTo(new Cell("", DATE, days));
    }

    @Test
    void takesNoTextForAFormula() throws IOException {
        String[] formulas = formulas();

        ReadWorkbook workbook = workbook(new WorkbookPart(), Language.ENGLISH, Type.TEXT, (Object[]) formulas);

        for (int row = 0; row < formulas.length; row++) {
            assertThat(workbook.cells("qa").get("A" + (row + 2))).isEqualTo(text(formulas[row]));
        }
        assertThat(workbook.count("qa", "f")).isZero();
    }

    static String[] formulas() {
        return Stream.of("=", "+", "-", "@", "\t=", " =", "\n=", "'=", "=\"", "＝")
                .flatMap(start -> Stream.of(start + "1+41", start + "HYPERLINK(\"http://example.org\",\"x\")"))
                .toArray(String[]::new);
    }

    @ParameterizedTest
    @MethodSource("escaped")
    void writesWhatXmlCannotHoldAsExcelDoes(String text, String written) throws IOException {
        assertThat(cell(Type.TEXT, text)).isEqualTo(text(written));
    }

    static Stream<Arguments> escaped() {
        return Stream.of(
                Arguments.of("a\u0001b\u001f", "a_x0001_b_x001F_"),
                Arguments.of("a\r\nb\r", "a_x000D_\nb_x000D_"),
                Arguments.of("\uFFFE\uFFFF", "_xFFFE__xFFFF_"),
                Arguments.of("_x0041_ _x004_ _x004G_", "_x005F_x0041_ _x004_ _x004G_"),
                Arguments.of("<&>\"'\t]]>", "<&>\"'\t]]>"),
                Arguments.of("😀 ğ ñ", "😀 ğ ñ"));
    }

    @Test
    void cutsATextThatIsTooLongForACell() throws IOException {
        ReadWorkbook workbook = workbook(
                new WorkbookPart(), Language.ENGLISH, Type.TEXT, "x".repeat(32_767), "x" + "😀".repeat(20_000));

        assertThat(workbook.cells("qa").get("A2").value()).hasSize(32_767);
        String cut = workbook.cells("qa").get("A3").value();
        assertThat(cut).hasSizeBetween(32_766, 32_767).startsWith("x😀").endsWith("😀 […] → data/csv/qa.csv");
        assertThat(workbook.cells("notes").get("A3").value())
                .isEqualTo("1 texts are too long for a cell. The whole texts are in data/csv/qa.csv.");
    }

    @Test
    void saysThatThereAreMoreRowsThanASheetHolds() throws IOException {
        Object[] values = IntStream.range(0, 7).mapToObj(Long::valueOf).toArray();

        ReadWorkbook workbook = workbook(new WorkbookPart(5), Language.SPANISH, Type.INTEGER, values);

        assertThat(workbook.cells("qa").get("A4").value()).isEqualTo("2");
        assertThat(workbook.cells("qa").get("A5").value()).isEqualTo("[…] +4 → data/csv/qa.csv");
        assertThat(workbook.count("qa", "row")).isEqualTo(5);
        assertThat(workbook.cells("notes").get("A3").value())
                .isEqualTo("4 filas más no caben en una hoja. Todas las filas están en data/csv/qa.csv.");
    }

    @Test
    void saysInWhichZoneItsTimesAre() throws IOException {
        assertThat(workbook(new WorkbookPart(), Language.ENGLISH, Type.TEXT)
                        .cells("notes")
                        .get("A2")
                        .value())
                .startsWith("Times are local times of the zone Europe/Madrid");
    }

    @Test
    void givesEachDatasetASheetOfAValidName() throws IOException {
        String longest = "a".repeat(50);
        Shown shown = Shown.to(new WorkbookPart(), Language.ENGLISH, MADRID, NOON);
        for (String name : List.of("history", "notes", longest, longest.substring(0, 31), "a".repeat(32), "qa")) {
            shown.dataset(new Dataset(name, "", Set.of()), List.of(new Column("n", Type.INTEGER)), List.of());
        }

        List<String> names = new ArrayList<>(new ReadWorkbook(shown.files().get("data/workbook.xlsx"))
                .sheets()
                .keySet());

        assertThat(names)
                .containsExactly(
                        "history~2",
                        "notes",
                        "a".repeat(31),
                        "a".repeat(29) + "~2",
                        "a".repeat(29) + "~3",
                        "qa",
                        "notes~2");
    }

    @Test
    void namesManyColumns() throws IOException {
        List<Column> columns = IntStream.range(0, 730)
                .mapToObj(number -> new Column("c" + number, Type.INTEGER))
                .toList();

        Map<String, byte[]> files = Shown.to(new WorkbookPart(), Language.ENGLISH, MADRID, NOON)
                .dataset(LearningDatasets.QA, columns, List.of())
                .files();

        assertThat(new ReadWorkbook(files.get("data/workbook.xlsx")).cells("qa"))
                .containsKeys("A1", "Z1", "AA1", "AZ1", "BA1", "ZZ1", "AAA1", "ABB1")
                .hasSize(730);
    }

    @Test
    void isTheSameBytesForTheSameRecords() throws IOException {
        Object[] values = IntStream.range(0, 5_000).mapToObj(n -> "text " + n).toArray();

        byte[] once = file(new WorkbookPart(), Language.ENGLISH, Type.TEXT, values);

        assertThat(file(new WorkbookPart(), Language.ENGLISH, Type.TEXT, values))
                .isEqualTo(once);
        assertThat(new ReadWorkbook(once).parts().keySet()).first().isEqualTo("[Content_Types].xml");
        assertThat(new ReadWorkbook(once).times()).containsExactly(LocalDateTime.of(2026, 11, 28, 11, 0));
    }

    @Test
    void leavesNothingOpenAfterAFailure() throws IOException {
        WorkbookPart part = new WorkbookPart();
        part.begin(NOON, MADRID);
        part.beginDataset(LearningDatasets.QA, List.of(new Column("n", Type.INTEGER)));

        part.close();
    }
}

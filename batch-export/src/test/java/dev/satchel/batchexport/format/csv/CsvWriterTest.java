package dev.satchel.batchexport.format.csv;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.univocity.parsers.csv.CsvParserSettings;
import dev.satchel.batchexport.format.RandomTexts;
import dev.satchel.batchexport.format.Written;
import dev.satchel.export.ExportFormat;
import dev.satchel.record.Column;
import dev.satchel.record.LearningDatasets;
import dev.satchel.record.LearningTypes;
import dev.satchel.record.RecordSink.NonFinite;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CsvWriterTest {

    private static final CsvOptions PLAIN = new CsvOptions(false, false);
    private static final List<Column> TEXTS =
            List.of(new Column("a", Column.Type.TEXT), new Column("b", Column.Type.TEXT));

    @Test
    void quotesEverythingButNumbersAndMissingValues() throws IOException {
        List<Column> columns = Arrays.stream(Column.Type.values())
                .map(type -> new Column(type.name(), type))
                .toList();

        String csv = written(PLAIN)
                .dataset(
                        LearningDatasets.QA,
                        columns,
                        new Object[] {
                            true, Long.MIN_VALUE, "-12.50", new UUID(1, 2), "a \"b\", c", "{\"n\": -1.0}", 0L, 0L
                        },
                        new Object[] {null, null, null, null, null, null, null, null},
                        new Object[] {
                            false, 0L, NonFinite.NAN, null, "", "-1", NonFinite.INFINITY, NonFinite.NEGATIVE_INFINITY
                        })
                .text();

        assertThat(csv)
                .isEqualTo("\"BOOLEAN\",\"INTEGER\",\"DECIMAL\",\"UUID\",\"TEXT\",\"JSON\",\"INSTANT\",\"DATE\"\r\n"
                        + "\"true\",-9223372036854775808,-12.50,\"00000000-0000-0001-0000-000000000002\","
                        + "\"a \"\"b\"\", c\",\"{\"\"n\"\": -1.0}\",\"1970-01-01T00:00:00.000000Z\",\"1970-01-01\"\r\n"
                        + ",,,,,,,\r\n"
                        + "\"false\",0,NaN,,\"\",\"-1\",Infinity,-Infinity\r\n");
    }

    @Test
    void keepsEveryDigitOfADecimal() throws IOException {
        String digits = "-" + "1234567890".repeat(13_000) + "." + "0987654321".repeat(1_600);

        String csv = written(PLAIN)
                .dataset(LearningDatasets.QA, List.of(new Column("n", Column.Type.DECIMAL)), new Object[] {digits})
                .text();

        assertThat(csv).isEqualTo("\"n\"\r\n" + digits + "\r\n");
    }

    @Test
    void writesAHeaderAboveNoRecords() throws IOException {
        assertThat(written(PLAIN).dataset(LearningDatasets.QA, TEXTS).text()).isEqualTo("\"a\",\"b\"\r\n");
    }

    @Test
    void beginsWithOneByteOrderMarkUnlessToldOtherwise() throws IOException {
        byte[] csv = written(new CsvOptions(true, false))
                .dataset(LearningDatasets.QA, TEXTS, new Object[] {"ä", "ß"})
                .finish();

        assertThat(csv).startsWith(0xEF, 0xBB, 0xBF, '"', 'a');
        assertThat(new String(csv, UTF_8).substring(1)).doesNotContain("\uFEFF");
        assertThat(written(PLAIN).dataset(LearningDatasets.QA, TEXTS).finish()).startsWith('"', 'a');
    }

    @Test
    void escapesFormulasInTextsAndJsonUnlessToldOtherwise() throws IOException {
        List<Column> columns = List.of(new Column("a", Column.Type.TEXT), new Column("b", Column.Type.JSON));
        Object[] values = {"hola\n=1+41", "[\"a;=1\"]"};

        assertThat(written(new CsvOptions(false, true))
                        .dataset(LearningDatasets.QA, columns, values)
                        .text())
                .endsWith("\"hola\n'=1+41\",\"[\"\"a;\\u003d1\"\"]\"\r\n");
        assertThat(written(PLAIN).dataset(LearningDatasets.QA, columns, values).text())
                .endsWith("\"hola\n=1+41\",\"[\"\"a;=1\"\"]\"\r\n");
    }

    @Test
    void neverEscapesValuesOtherThanText() throws IOException {
        String csv = written(new CsvOptions(false, true))
                .dataset(
                        LearningDatasets.QA,
                        List.of(
                                new Column("i", Column.Type.INTEGER),
                                new Column("d", Column.Type.DECIMAL),
                                new Column("x", Column.Type.DECIMAL),
                                new Column("j", Column.Type.JSON),
                                new Column("t", Column.Type.DATE)),
                        new Object[] {-1L, "-0.5", NonFinite.NEGATIVE_INFINITY, "-1", -1_000_000L})
                .text();

        assertThat(csv).endsWith("\r\n-1,-0.5,-Infinity,\"-1\",\"-0768-02-04\"\r\n");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 1970-01-01T00:00:00.000000Z",
        "-1, 1969-12-31T23:59:59.999999Z",
        "1767225599999999, 2025-12-31T23:59:59.999999Z",
        "253402300800000000, +10000-01-01T00:00:00.000000Z",
        "9223372036854775807, +294247-01-10T04:00:54.775807Z",
        "-62135596800000001, 0000-12-31T23:59:59.999999Z",
        "-62167219200000001, -0001-12-31T23:59:59.999999Z",
        "-210866803200000000, -4713-11-24T00:00:00.000000Z"
    })
    void writesMomentsInUtcWithSixDigits(long micros, String expected) throws IOException {
        assertThat(cell(Column.Type.INSTANT, micros)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 1970-01-01",
        "-1, 1969-12-31",
        "2932897, +10000-01-01",
        "-719529, -0001-12-31",
        "2145042905, +5874897-12-31"
    })
    void writesDaysWithTheirSign(long day, String expected) throws IOException {
        assertThat(cell(Column.Type.DATE, day)).isEqualTo(expected);
    }

    private static String cell(Column.Type type, Object value) throws IOException {
        return written(PLAIN)
                .dataset(LearningDatasets.QA, List.of(new Column("a", type)), new Object[] {value})
                .text()
                .replaceAll("\"a\"\r\n|\"|\r\n", "");
    }

    // Two parsers that share no code with each other must read what was written. Random texts put emoji, quotes and
    // line
    // breaks on every side of the buffers' ends.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void isReadBackByTwoParsers(long seed) throws IOException {
        Random random = new Random(seed);
        List<List<String>> expected = new ArrayList<>();
        Object[][] records = new Object[400][];
        for (int i = 0; i < records.length; i++) {
            String first = RandomTexts.next(random);
            String second = random.nextInt(5) == 0 ? null : RandomTexts.next(random);
            records[i] = new Object[] {first, second};
            expected.add(Arrays.asList(first, second));
        }

        String csv = written(PLAIN).dataset(LearningDatasets.QA, TEXTS, records).text();

        assertThat(commonsCsv(csv)).isEqualTo(expected);
        assertThat(univocity(csv)).isEqualTo(expected);
    }

    @Test
    void keepsATextOfAMegabyte() throws IOException {
        String text = "😀é,\"\r\n".repeat(150_000);

        assertThat(records(written(PLAIN), text)).containsExactly(text);
    }

    private static Written written(CsvOptions options) throws IOException {
        return Written.file(LearningTypes.QA, ExportFormat.CSV, options);
    }

    private static List<String> records(Written written, String text) throws IOException {
        String csv = written.dataset(
                        LearningDatasets.QA, List.of(new Column("a", Column.Type.TEXT)), new Object[] {text})
                .text()
                .replace("\uFEFF", "");
        List<List<String>> parsed = commonsCsv(csv);
        assertThat(parsed).isEqualTo(univocity(csv));
        return parsed.stream().flatMap(List::stream).toList();
    }

    private static List<List<String>> commonsCsv(String csv) throws IOException {
        CSVFormat format = CSVFormat.RFC4180
                .builder()
                .setQuoteMode(org.apache.commons.csv.QuoteMode.NON_NUMERIC)
                .setNullString("")
                .get();
        List<List<String>> records = new ArrayList<>();
        try (CSVParser parser = CSVParser.parse(new StringReader(csv), format)) {
            for (CSVRecord record : parser) {
                records.add(record.stream().toList());
            }
        }
        return records.subList(1, records.size());
    }

    private static List<List<String>> univocity(String csv) {
        CsvParserSettings settings = new CsvParserSettings();
        settings.getFormat().setLineSeparator("\r\n");
        settings.setNormalizeLineEndingsWithinQuotes(false);
        settings.setIgnoreLeadingWhitespaces(false);
        settings.setIgnoreTrailingWhitespaces(false);
        settings.setSkipEmptyLines(false);
        settings.setKeepQuotes(false);
        settings.setNullValue(null);
        settings.setEmptyValue("");
        settings.setMaxCharsPerColumn(-1);
        settings.setHeaderExtractionEnabled(true);
        List<List<String>> records = new ArrayList<>();
        for (String[] record : new com.univocity.parsers.csv.CsvParser(settings)
                .parseAll(new ByteArrayInputStream(csv.getBytes(UTF_8)), UTF_8)) {
            records.add(Arrays.asList(record));
        }
        return records;
    }
}

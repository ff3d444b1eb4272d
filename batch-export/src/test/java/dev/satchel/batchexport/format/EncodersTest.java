package dev.satchel.batchexport.format;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.format.csv.CsvOptions;
import dev.satchel.export.ExportFormat;
import dev.satchel.record.Column;
import dev.satchel.record.LearningDatasets;
import dev.satchel.record.LearningTypes;
import dev.satchel.record.RecordSink.NonFinite;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.SignStyle;
import java.time.temporal.ChronoField;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.regex.Pattern;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;
import org.apache.commons.csv.QuoteMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonWriteFeature;

/**
 * Compares the bytes of the encoders with those that Commons CSV, Jackson and java.time write of the same random and
 * hostile values.
 *
 * <p>{@code -Dsatchel.encoders.records=N} sets the number of records, of eight values each, per format and seed.
 */
class EncodersTest {

    private static final int RECORDS = Integer.getInteger("satchel.encoders.records", 12_000);

    private static final List<Column> COLUMNS = Arrays.stream(Column.Type.values())
            .map(type -> new Column("the \"" + type.name().toLowerCase(Locale.ROOT) + "\"", type))
            .toList();

    private static final DateTimeFormatter MOMENT = new DateTimeFormatterBuilder()
            .appendValue(ChronoField.YEAR, 4, 10, SignStyle.EXCEEDS_PAD)
            .appendPattern("-MM-dd'T'HH:mm:ss.SSSSSS'Z'")
            .toFormatter(Locale.ROOT);

    private static final String SEPARATORS = "\\n\\r\\t,;|";
    private static final String TRIGGERS = "=+\\-@＝＋－＠";
    private static final Pattern FORMULA = Pattern.compile("\\A(?=[\\t\\r\\n])|(?:\\A|(?<=[" + SEPARATORS
            + "]))(?='|[\"\\s\\p{Z}\\p{Cc}\\p{Cf}&&[^" + SEPARATORS + "]]*+[" + TRIGGERS + "])");

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void writeCsvLikeCommonsCsv(long seed) throws IOException {
        Object[][] records = records(seed);

        byte[] plain = written(ExportFormat.CSV, new CsvOptions(false, false), records);
        byte[] escaped = written(ExportFormat.CSV, new CsvOptions(true, true), records);

        assertThat(new String(plain, UTF_8)).isEqualTo(commonsCsv(records, false));
        assertThat(new String(escaped, UTF_8)).isEqualTo("\uFEFF" + commonsCsv(records, true));
    }

    @ParameterizedTest
    @ValueSource(longs = {5, 6, 7, 8})
    void writeJsonLinesLikeJackson(long seed) throws IOException {
        Object[][] records = records(seed);

        assertThat(new String(written(ExportFormat.JSONL, CsvOptions.DEFAULT, records), UTF_8))
                .isEqualTo(jackson(records));
    }

    private static Object[][] records(long seed) {
        Random random = new Random(seed);
        Object[][] records = new Object[RECORDS][COLUMNS.size()];
        for (Object[] values : records) {
            for (int index = 0; index < values.length; index++) {
                values[index] = RandomValues.next(random, COLUMNS.get(index).type());
            }
        }
        return records;
    }

    private static byte[] written(ExportFormat format, CsvOptions options, Object[][] records) throws IOException {
        return Written.file(LearningTypes.QA, format, options)
                .dataset(LearningDatasets.QA, COLUMNS, records)
                .finish();
    }

    private static String commonsCsv(Object[][] records, boolean escapeFormulas) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CSVFormat format = CSVFormat.RFC4180
                .builder()
                .setQuoteMode(QuoteMode.NON_NUMERIC)
                .setNullString("")
                .get();
        try (Writer text = new OutputStreamWriter(bytes, UTF_8);
                CSVPrinter printer = new CSVPrinter(text, format)) {
            printer.printRecord(COLUMNS.stream().map(Column::name));
            for (Object[] values : records) {
                for (int index = 0; index < values.length; index++) {
                    Object value = plain(COLUMNS.get(index).type(), values[index]);
                    printer.print(
                            escapeFormulas && COLUMNS.get(index).type() == Column.Type.TEXT && value != null
                                    ? FORMULA.matcher((String) value).replaceAll("'")
                                    : escapeFormulas && COLUMNS.get(index).type() == Column.Type.JSON && value != null
                                            ? JsonFormulas.escaped((String) value)
                                            : value);
                }
                printer.println();
            }
        }
        return bytes.toString(UTF_8);
    }

    private static String jackson(Object[][] records) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        JsonFactory factory = JsonFactory.builder()
                .rootValueSeparator((String) null)
                .disable(JsonWriteFeature.ESCAPE_FORWARD_SLASHES)
                .build();
        try (JsonGenerator json = factory.createGenerator(ObjectWriteContext.empty(), bytes)) {
            for (Object[] values : records) {
                json.writeStartObject();
                for (int index = 0; index < values.length; index++) {
                    json.writeName(COLUMNS.get(index).name());
                    write(json, COLUMNS.get(index).type(), values[index]);
                }
                json.writeEndObject();
                json.writeRaw('\n');
            }
        }
        return bytes.toString(UTF_8);
    }

    private static void write(JsonGenerator json, Column.Type type, Object value) {
        Object plain = plain(type, value);
        if (plain == null) {
            json.writeNull();
        } else if (value instanceof NonFinite) {
            json.writeString(plain.toString());
        } else if (type == Column.Type.JSON) {
            json.writeRawValue(plain.toString().replaceAll("[\r\n]", " "));
        } else if (value instanceof Boolean flag) {
            json.writeBoolean(flag);
        } else if (plain instanceof Number number) {
            json.writeNumber(number.toString());
        } else {
            json.writeString(plain.toString());
        }
    }

    /** The value as a program without these encoders would print it: a number, or the text of something else. */
    private static Object plain(Column.Type type, Object value) {
        if (value == null) {
            return null;
        }
        if (value instanceof NonFinite special) {
            return new Special(special.text());
        }
        return switch (type) {
            case BOOLEAN, UUID, TEXT, JSON -> value.toString();
            case INTEGER -> value;
            case DECIMAL -> new Special(new BigDecimal((String) value).toPlainString());
            case INSTANT -> {
                long micros = (Long) value;
                yield LocalDateTime.ofEpochSecond(
                                Math.floorDiv(micros, 1_000_000L),
                                (int) Math.floorMod(micros, 1_000_000L) * 1_000,
                                ZoneOffset.UTC)
                        .format(MOMENT);
            }
            case DATE -> LocalDate.ofEpochDay((Long) value).toString();
        };
    }

    /** A number with this text, which Commons CSV does not quote. */
    private static final class Special extends Number {

        private static final long serialVersionUID = 1L;

        private final String text;

        Special(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }

        @Override
        public int intValue() {
            throw new UnsupportedOperationException();
        }

        @Override
        public long longValue() {
            throw new UnsupportedOperationException();
        }

        @Override
        public float floatValue() {
            throw new UnsupportedOperationException();
        }

        @Override
        public double doubleValue() {
            throw new UnsupportedOperationException();
        }
    }
}

package dev.satchel.batchexport.format.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.satchel.batchexport.format.RandomTexts;
import dev.satchel.batchexport.format.StandardFileFormats;
import dev.satchel.batchexport.format.Written;
import dev.satchel.batchexport.format.csv.CsvOptions;
import dev.satchel.delivery.FileFormats;
import dev.satchel.export.ExportFormat;
import dev.satchel.record.Column;
import dev.satchel.record.ExportFilters;
import dev.satchel.record.LearningDatasets;
import dev.satchel.record.LearningTypes;
import dev.satchel.record.RecordSink.NonFinite;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class JsonWritersTest {

    private static final JsonMapper EXACT = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNumberLength(1_000_000)
                            .build())
                    .build())
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private static final List<Column> TEXTS =
            List.of(new Column("a", Column.Type.TEXT), new Column("b", Column.Type.TEXT));

    private static final List<Column> ALL_TYPES = Arrays.stream(Column.Type.values())
            .map(type -> new Column(type.name(), type))
            .toList();

    private static final Object[] VALUES = {
        true, Long.MAX_VALUE, "-12.50", new UUID(1, 2), "a \"b\"\n😀\u0001", "{\"n\": 1.10,\r\n \"l\": [null]}", 0L, 0L
    };

    private static final String RECORD = "\"BOOLEAN\":true,\"INTEGER\":9223372036854775807,\"DECIMAL\":-12.50,"
            + "\"UUID\":\"00000000-0000-0001-0000-000000000002\",\"TEXT\":\"a \\\"b\\\"\\n😀\\u0001\","
            + "\"JSON\":{\"n\": 1.10,   \"l\": [null]},\"INSTANT\":\"1970-01-01T00:00:00.000000Z\","
            + "\"DATE\":\"1970-01-01\"}";

    @Test
    void writesOneDocumentWithARecordPerLine() throws IOException {
        ExportFilters filters = ExportFilters.of(Map.of("from", "2026-01-01", "zone", "Asia/Kathmandu"));

        String json = Written.file(Written.request(LearningTypes.ALL, ExportFormat.JSON, filters), CsvOptions.DEFAULT)
                .dataset(LearningDatasets.PROFILE, ALL_TYPES, VALUES, VALUES)
                .dataset(LearningDatasets.QA, TEXTS)
                .text(LearningDatasets.ANALYTICS, LearningDatasets.EXPORTS);

        assertThat(json)
                .isEqualTo("{\"satchel_export\":1,\"type\":\"all\",\"format\":\"json\","
                        + "\"filters\":{\"from\":\"2026-01-01\",\"zone\":\"Asia/Kathmandu\"},\"datasets\":{"
                        + "\"profile\":[\n{" + RECORD + "\n,{" + RECORD + "\n]\n,\"qa\":[]\n},"
                        + "\"snapshot_at\":\"2026-10-05T04:03:02.001000Z\",\"schema_version\":\"1\","
                        + "\"absent\":[\"analytics\",\"exports\"],\"records\":{\"profile\":2,\"qa\":0}}\n");
        JsonNode parsed = EXACT.readTree(json);
        assertThat(parsed.at("/datasets/profile/1/TEXT").stringValue()).isEqualTo("a \"b\"\n😀\u0001");
        assertThat(parsed.at("/datasets/profile/1/DECIMAL").decimalValue()).isEqualTo(new BigDecimal("-12.50"));
    }

    @Test
    void writesALinePerRecord() throws IOException {
        String json = Written.file(LearningTypes.QA, ExportFormat.JSONL, CsvOptions.DEFAULT)
                .dataset(LearningDatasets.QA, ALL_TYPES, VALUES, VALUES)
                .text();

        assertThat(json).isEqualTo("{" + RECORD + "\n{" + RECORD + "\n");
    }

    @Test
    void namesTheDatasetFirstInLinesOfSeveral() throws IOException {
        String json = Written.file(LearningTypes.ALL, ExportFormat.JSONL, CsvOptions.DEFAULT)
                .dataset(LearningDatasets.PROFILE, ALL_TYPES, VALUES, VALUES)
                .dataset(LearningDatasets.SETTINGS, TEXTS)
                .dataset(LearningDatasets.API_KEYS, TEXTS, new Object[] {null, ""})
                .text(LearningDatasets.QA);

        assertThat(json)
                .isEqualTo(("{\"dataset\":\"profile\"," + RECORD + "\n").repeat(2)
                        + "{\"dataset\":\"api_keys\",\"a\":null,\"b\":\"\"}\n");
    }

    @Test
    void refusesAColumnThatWouldHideTheNameOfTheDataset() throws IOException {
        Written written = Written.file(LearningTypes.ALL, ExportFormat.JSONL, CsvOptions.DEFAULT);

        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> written.dataset(LearningDatasets.QA, List.of(new Column("dataset", Column.Type.TEXT))))
                .withMessage("the dataset 'qa' has a column called 'dataset', which names datasets");
    }

    @Test
    void writesNoLineForNoRecord() throws IOException {
        assertThat(Written.file(LearningTypes.QA, ExportFormat.JSONL, CsvOptions.DEFAULT)
                        .dataset(LearningDatasets.QA, TEXTS)
                        .finish())
                .isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            value = ExportFormat.class,
            names = {"JSON", "JSONL"})
    void keepsEveryDigit(ExportFormat format) throws IOException {
        String decimal = "-" + "1234567890".repeat(13_000) + "." + "0987654321".repeat(1_600);
        String number = "1" + "0".repeat(400) + ".10";

        JsonNode record = record(
                format,
                List.of(new Column("d", Column.Type.DECIMAL), new Column("j", Column.Type.JSON)),
                decimal,
                "{\"n\":" + number + "}");

        assertThat(record.get("d").decimalValue()).isEqualTo(new BigDecimal(decimal));
        assertThat(record.at("/j/n").decimalValue()).isEqualTo(new BigDecimal(number));
    }

    @ParameterizedTest
    @EnumSource(
            value = ExportFormat.class,
            names = {"JSON", "JSONL"})
    void writesNanAndInfinitiesAsText(ExportFormat format) throws IOException {
        JsonNode record = record(
                format,
                List.of(
                        new Column("x", Column.Type.DECIMAL),
                        new Column("y", Column.Type.INSTANT),
                        new Column("z", Column.Type.DATE)),
                NonFinite.NAN,
                NonFinite.INFINITY,
                NonFinite.NEGATIVE_INFINITY);

        assertThat(record).hasToString("{\"x\":\"NaN\",\"y\":\"Infinity\",\"z\":\"-Infinity\"}");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void isReadBack(long seed) throws IOException {
        Random random = new Random(seed);
        Object[][] records = new Object[300][];
        for (int i = 0; i < records.length; i++) {
            records[i] =
                    new Object[] {RandomTexts.next(random), random.nextInt(5) == 0 ? null : RandomTexts.next(random)};
        }

        String document = Written.file(LearningTypes.QA, ExportFormat.JSON, CsvOptions.DEFAULT)
                .dataset(LearningDatasets.QA, TEXTS, records)
                .text();
        String lines = Written.file(LearningTypes.QA, ExportFormat.JSONL, CsvOptions.DEFAULT)
                .dataset(LearningDatasets.QA, TEXTS, records)
                .text();

        List<JsonNode> fromDocument = new ArrayList<>();
        EXACT.readTree(document).at("/datasets/qa").forEach(fromDocument::add);
        List<JsonNode> fromLines =
                Arrays.stream(lines.split("\n")).map(EXACT::readTree).toList();
        assertThat(fromLines).hasSize(records.length).isEqualTo(fromDocument);
        for (int i = 0; i < records.length; i++) {
            assertThat(fromLines.get(i).get("a").stringValue()).isEqualTo(records[i][0]);
            assertThat(fromLines.get(i).get("b").stringValue(null)).isEqualTo(records[i][1]);
        }
    }

    @ParameterizedTest
    @EnumSource(ExportFormat.class)
    void passesAFailureOfTheStreamOnAsItIs(ExportFormat format) throws IOException {
        IOException full = new IOException("the store is gone");
        OutputStream broken = new OutputStream() {
            @Override
            public void write(int value) throws IOException {
                throw full;
            }
        };
        FileFormats.Writer writer = new StandardFileFormats(CsvOptions.DEFAULT)
                .open(Written.request(LearningTypes.QA, format, ExportFilters.NONE), broken);
        byte[] text = "x".repeat(200_000).getBytes(UTF_8);

        assertThatThrownBy(() -> {
                    writer.begin(Written.SNAPSHOT, ZoneOffset.UTC);
                    writer.beginDataset(LearningDatasets.QA, List.of(new Column("a", Column.Type.TEXT)));
                    writer.beginRecord();
                    writer.text(text, 0, text.length);
                    writer.endRecord();
                })
                .isSameAs(full);
    }

    private static JsonNode record(ExportFormat format, List<Column> columns, Object... values) throws IOException {
        String json = Written.file(LearningTypes.QA, format, CsvOptions.DEFAULT)
                .dataset(LearningDatasets.QA, columns, values)
                .text();
        return format == ExportFormat.JSON ? EXACT.readTree(json).at("/datasets/qa/0") : EXACT.readTree(json);
    }
}

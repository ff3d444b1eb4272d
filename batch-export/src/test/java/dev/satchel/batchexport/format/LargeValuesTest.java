package dev.satchel.batchexport.format;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.satchel.batchexport.format.csv.CsvOptions;
import dev.satchel.delivery.FileFormats;
import dev.satchel.export.ExportFormat;
import dev.satchel.record.Column;
import dev.satchel.record.ExportFilters;
import dev.satchel.record.LearningDatasets;
import dev.satchel.record.LearningTypes;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringReader;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Random;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Values that are many times as long as any buffer. */
class LargeValuesTest {

    private static final List<Column> COLUMNS = List.of(
            new Column("id", Column.Type.INTEGER),
            new Column("text", Column.Type.TEXT),
            new Column("json", Column.Type.JSON),
            new Column("after", Column.Type.TEXT));

    private static String large(Random random) {
        StringBuilder text = new StringBuilder();
        int length = 100_000 + random.nextInt(200_000);
        while (text.length() < length) {
            text.append(RandomTexts.next(random));
        }
        return text.toString();
    }

    private static String json(String text) {
        return JsonMapper.shared().writeValueAsString(List.of(text, "=1", 7)).replace(",7", "\n,\r7");
    }

    @RepeatedTest(20)
    void areTheSameInCsvAsShortOnes(RepetitionInfo round) throws IOException {
        String text = large(new Random(round.getCurrentRepetition()));
        String json = json(text);

        String csv = Written.file(LearningTypes.VOCABULARY, ExportFormat.CSV, new CsvOptions(false, true))
                .dataset(LearningDatasets.VOCABULARY, COLUMNS, new Object[] {1, text, json, "x"}, new Object[] {
                    2, "y", "{}", ""
                })
                .text();

        try (CSVParser rows = CSVFormat.RFC4180.parse(new StringReader(csv))) {
            List<CSVRecord> records = rows.getRecords();
            assertThat(records).hasSize(3);
            assertThat(records.get(1).get(0)).isEqualTo("1");
            assertThat(records.get(1).get(1)).isEqualTo(EscapedCell.text(text));
            assertThat(records.get(1).get(2)).isEqualTo(EscapedCell.json(json));
            assertThat(records.get(1).get(3)).isEqualTo("x");
            assertThat(records.get(2).toList()).containsExactly("2", "y", "{}", "");
        }
    }

    @RepeatedTest(5)
    void areTheSameInCsvThatKeepsFormulas(RepetitionInfo round) throws IOException {
        String text = large(new Random(round.getCurrentRepetition()));

        String csv = Written.file(LearningTypes.VOCABULARY, ExportFormat.CSV, new CsvOptions(false, false))
                .dataset(LearningDatasets.VOCABULARY, COLUMNS, new Object[] {1, text, json(text), "x"})
                .text();

        try (CSVParser rows = CSVFormat.RFC4180.parse(new StringReader(csv))) {
            assertThat(rows.getRecords().get(1).toList()).containsExactly("1", text, json(text), "x");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"JSON", "JSONL"})
    void areTheSameInJson(ExportFormat format) throws IOException {
        String text = large(new Random(5));
        String json = json(text);

        String file = Written.file(LearningTypes.VOCABULARY, format, new CsvOptions(false, true))
                .dataset(LearningDatasets.VOCABULARY, COLUMNS, new Object[] {1, text, json, "x"}, new Object[] {
                    2, "y", "{}", ""
                })
                .text();

        JsonMapper mapper = JsonMapper.shared();
        List<JsonNode> records = format == ExportFormat.JSONL
                ? file.lines().map(mapper::readTree).toList()
                : List.copyOf(mapper.readTree(file).at("/datasets/vocabulary").values());
        assertThat(records).hasSize(2);
        assertThat(records.get(0).get("text").stringValue()).isEqualTo(text);
        assertThat(records.get(0).get("json")).isEqualTo(mapper.readTree(json));
        assertThat(records.get(0).get("after").stringValue()).isEqualTo("x");
        assertThat(records.get(1).get("id").intValue()).isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource
    void passThroughAFailureOfTheStreamAsItIs(ExportFormat format) throws IOException {
        IOException full = new IOException("the disk is full");
        FileFormats.Writer writer = new StandardFileFormats(new CsvOptions(false, true))
                .open(Written.request(LearningTypes.VOCABULARY, format, ExportFilters.NONE), new OutputStream() {
                    @Override
                    public void write(int value) throws IOException {
                        throw full;
                    }
                });
        byte[] utf8 = large(new Random(7)).getBytes(UTF_8);

        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> {
                    writer.begin(Written.SNAPSHOT, ZoneOffset.UTC);
                    writer.beginDataset(LearningDatasets.VOCABULARY, COLUMNS);
                    writer.beginRecord();
                    writer.integer(1);
                    writer.text(utf8, 0, utf8.length);
                    writer.endRecord();
                })
                .isSameAs(full);
    }

    @Test
    void escapesAFormulaAtAnyDistanceFromTheBlocksEnd() {
        for (int length = 65_520; length < 65_540; length++) {
            String text = "a".repeat(length) + ";=1;" + " ".repeat(140_000) + "=2; x";

            assertThat(EscapedCell.text(text)).isEqualTo("a".repeat(length) + ";'=1;'" + " ".repeat(140_000) + "=2; x");
        }
    }
}

package dev.satchel.batchexport.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import com.univocity.parsers.csv.CsvParser;
import com.univocity.parsers.csv.CsvParserSettings;
import dev.satchel.batchexport.Installation;
import dev.satchel.batchexport.delivery.DatabaseOracle.Cell;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.QuoteMode;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;

/** Exports everything of learners whose data holds every hard value, and compares each cell with the database. */
class EverythingIT {

    // The places where the archive's README says that a mark is added, said in another way than the writer does.
    private static final String FORMULA_IN_TEXT =
            "^(?=[\t\r\n])|(?<=^|[\n\r\t,;|])(?='|(?:(?![\n\r\t,;|])[\\s\\p{Z}\\p{Cc}\\p{Cf}\"])*+[=+\\-@＝＋－＠])";
    private static final String FORMULA_IN_JSON = "(?<=^\")=";

    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNumberLength(Integer.MAX_VALUE)
                            .maxStringLength(Integer.MAX_VALUE)
                            .build())
                    .build())
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    @TempDir
    static Path folder;

    @AutoClose
    private static Installation satchel;

    private static List<UUID> learners;

    @BeforeAll
    static void export() {
        satchel = Installation.in(folder.resolve("s3"));
        learners = HardValues.fill(satchel);
        for (UUID learner : learners) {
            for (String format : List.of("csv", "json", "jsonl")) {
                satchel.satchel("export", "request", "--user", learner.toString(), "--type", "all", "--format", format)
                        .succeeded();
            }
        }
        satchel.satchel("export", "run").succeeded();
    }

    static Stream<UUID> learners() {
        return learners.stream();
    }

    @ParameterizedTest
    @MethodSource("learners")
    void csvHoldsEveryCellForTwoParsers(UUID learner) throws IOException {
        Map<String, byte[]> entries = unzip(file(learner, "csv"));
        DatabaseOracle oracle = new DatabaseOracle(satchel, learner);
        long records = 0;
        for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
            if (!entry.getKey().endsWith(".csv")) {
                continue;
            }
            String dataset = entry.getKey().replace(".csv", "");
            String text = new String(entry.getValue(), StandardCharsets.UTF_8);
            assertThat(text).as(dataset).startsWith("\uFEFF").endsWith("\r\n");
            List<List<@Nullable String>> rows = parsedByCommons(text.substring(1));
            assertThat(parsedByUnivocity(text.substring(1))).as(dataset).isEqualTo(rows);

            List<String> columns = rows.remove(0).stream().map(String::valueOf).toList();
            List<List<@Nullable String>> expected =
                    oracle.records(dataset, DatabaseOracle.lasting(dataset, columns)).stream()
                            .map(record ->
                                    record.stream().map(EverythingIT::inCsv).toList())
                            .toList();
            assertThat(counted(only(rows, columns, DatabaseOracle.lasting(dataset, columns))))
                    .as(dataset)
                    .isEqualTo(counted(expected));
            records += rows.size();
        }
        assertThat(entries.keySet().stream().filter(name -> name.endsWith(".csv")))
                .hasSize(11);
        assertThat(entries).containsKeys("manifest.json", "README.txt");
        isExactlyRecorded(learner, "csv", records);
    }

    @ParameterizedTest
    @MethodSource("learners")
    void jsonHoldsEveryCell(UUID learner) {
        JsonNode document = JSON.readTree(file(learner, "json"));
        DatabaseOracle oracle = new DatabaseOracle(satchel, learner);
        long records = 0;
        int datasets = 0;
        for (Map.Entry<String, JsonNode> property : document.get("datasets").properties()) {
            List<JsonNode> nodes = new ArrayList<>();
            property.getValue().forEach(nodes::add);
            compare(oracle, property.getKey(), nodes);
            records += nodes.size();
            datasets++;
        }
        assertThat(datasets).isEqualTo(11);
        isExactlyRecorded(learner, "json", records);
    }

    @ParameterizedTest
    @MethodSource("learners")
    void jsonLinesHoldEveryCell(UUID learner) {
        String text = new String(file(learner, "jsonl"), StandardCharsets.UTF_8);
        Map<String, List<JsonNode>> datasets = new LinkedHashMap<>();
        assertThat(text).endsWith("\n");
        for (String line : text.split("\n", -1)) {
            if (!line.isEmpty()) {
                JsonNode record = JSON.readTree(line);
                datasets.computeIfAbsent(record.get("dataset").asString(), name -> new ArrayList<>())
                        .add(record);
            }
        }
        DatabaseOracle oracle = new DatabaseOracle(satchel, learner);
        datasets.forEach((dataset, records) -> compare(oracle, dataset, records));

        assertThat(datasets).hasSize(11);
        isExactlyRecorded(
                learner,
                "jsonl",
                datasets.values().stream().mapToLong(List::size).sum());
    }

    @ParameterizedTest
    @MethodSource("learners")
    void noFileHoldsAnybodyElseOrAKey(UUID learner) throws IOException {
        List<byte[]> contents = new ArrayList<>(unzip(file(learner, "csv")).values());
        contents.add(file(learner, "json"));
        contents.add(file(learner, "jsonl"));
        for (byte[] content : contents) {
            String text = new String(content, StandardCharsets.UTF_8);
            assertThat(text).doesNotContain("nobody", "dk1.", "Q0FOQVJZLUtFWS1DQU5BUlk");
            for (UUID other : learners) {
                if (!other.equals(learner)) {
                    assertThat(text).doesNotContain(other.toString());
                }
            }
        }
    }

    private static void compare(DatabaseOracle oracle, String dataset, List<JsonNode> nodes) {
        assertThat(nodes).as(dataset).isNotEmpty();
        List<String> columns = new ArrayList<>();
        nodes.get(0).propertyNames().forEach(columns::add);
        columns.remove("dataset");
        List<String> lasting = DatabaseOracle.lasting(dataset, columns);
        List<List<Object>> found = nodes.stream()
                .map(node ->
                        lasting.stream().map(column -> value(node.get(column))).toList())
                .toList();
        List<List<Object>> expected = oracle.records(dataset, lasting).stream()
                .map(record -> record.stream().map(EverythingIT::inJson).toList())
                .toList();
        assertThat(counted(found)).as(dataset).isEqualTo(counted(expected));
    }

    // The same records in any order; AssertJ would compare each with each.
    private static <T> Map<T, Long> counted(List<T> records) {
        return records.stream().collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
    }

    // Numbers stay numbers with their scale, JSON stays a tree, everything else is its text.
    private static Object value(@Nullable JsonNode node) {
        if (node == null) {
            throw new AssertionError("a column is not there");
        }
        return node.isString() ? node.asString() : node;
    }

    private static Object inJson(Cell cell) {
        return switch (cell.kind()) {
            case "missing" -> JSON.nullNode();
            case "number" -> JSON.readTree(cell.text());
            case "bool" -> JSON.readTree(cell.text());
            case "json" -> value(JSON.readTree(cell.text()));
            default -> cell.text();
        };
    }

    private static @Nullable String inCsv(Cell cell) {
        return switch (cell.kind()) {
            case "missing" -> null;
            case "text" -> cell.text().replaceAll(FORMULA_IN_TEXT, "'");
            case "json" -> cell.text().replaceAll(FORMULA_IN_JSON, "\\\\u003d");
            default -> cell.text();
        };
    }

    private static List<List<@Nullable String>> only(
            List<List<@Nullable String>> rows, List<String> columns, List<String> wanted) {
        return rows.stream()
                .map(row -> {
                    List<@Nullable String> cells = new ArrayList<>();
                    wanted.forEach(column -> cells.add(row.get(columns.indexOf(column))));
                    return cells;
                })
                .map(cells -> (List<@Nullable String>) cells)
                .toList();
    }

    private static List<List<@Nullable String>> parsedByCommons(String text) throws IOException {
        CSVFormat format = CSVFormat.RFC4180
                .builder()
                .setQuoteMode(QuoteMode.NON_NUMERIC)
                .setNullString("")
                .get();
        try (CSVParser parser = CSVParser.parse(new StringReader(text), format)) {
            List<List<@Nullable String>> rows = new ArrayList<>();
            parser.forEach(row -> rows.add(new ArrayList<>(Arrays.asList(row.values()))));
            return rows;
        }
    }

    private static List<List<@Nullable String>> parsedByUnivocity(String text) {
        CsvParserSettings settings = new CsvParserSettings();
        settings.getFormat().setLineSeparator("\r\n");
        settings.getFormat().setComment('\0');
        settings.setNormalizeLineEndingsWithinQuotes(false);
        settings.setIgnoreLeadingWhitespaces(false);
        settings.setIgnoreTrailingWhitespaces(false);
        settings.setMaxCharsPerColumn(-1);
        settings.setMaxColumns(200);
        settings.setNullValue(null);
        settings.setEmptyValue("");
        List<List<@Nullable String>> rows = new ArrayList<>();
        for (String[] row : new CsvParser(settings).parseAll(new StringReader(text))) {
            rows.add(new ArrayList<>(Arrays.asList(row)));
        }
        return rows;
    }

    private static void isExactlyRecorded(UUID learner, String format, long records) {
        assertThat(satchel.value("SELECT status || ' ' || records_count || ' ' || file_size_bytes || ' '"
                        + " || (data ->> 'sha256') FROM export_history WHERE user_id = '" + learner
                        + "' AND export_format = '" + format + "'"))
                .isEqualTo("completed " + records + " " + file(learner, format).length + " "
                        + sha256(file(learner, format)));
    }

    private static String sha256(byte[] bytes) {
        try {
            return java.util.HexFormat.of()
                    .formatHex(
                            java.security.MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (java.security.NoSuchAlgorithmException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static byte[] file(UUID learner, String format) {
        return satchel.object(satchel.value("SELECT file_url FROM export_history WHERE user_id = '" + learner
                + "' AND export_format = '" + format + "'"));
    }

    private static Map<String, byte[]> unzip(byte[] archive) throws IOException {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(archive))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                entries.put(entry.getName(), zip.readAllBytes());
            }
        }
        return entries;
    }
}

package dev.satchel.batchexport.format.check.archive;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import dev.satchel.batchexport.format.Written;
import dev.satchel.batchexport.format.check.Difference;
import dev.satchel.batchexport.format.check.Difference.Kind;
import dev.satchel.batchexport.format.check.VerifiedFile;
import dev.satchel.batchexport.format.csv.CsvOptions;
import dev.satchel.export.ExportFormat;
import dev.satchel.record.ExportFilters;
import dev.satchel.record.LearningDatasets;
import dev.satchel.record.LearningTypes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Archives tell what they should hold. */
class ArchiveVerificationTest {

    private static final int ALTERATIONS =
            Integer.getInteger("satchel.alterations", System.getProperty("satchel.test.matrix") == null ? 60 : 1_000);
    private static final int SEED = Integer.getInteger("satchel.seed", 20261129);

    private static final List<String> DATASETS = List.of("profile", "sessions", "descriptions");

    private static List<Difference> differences(byte[] zip) throws IOException {
        return Archives.verify(zip).file().differences();
    }

    @ParameterizedTest
    @CsvSource({"true,true", "true,false", "false,true", "false,false"})
    void findsAnArchiveAsItWasWritten(boolean bom, boolean escapeFormulas) throws IOException {
        for (int seed = 0; seed < 20; seed++) {
            ArchiveVerification.Result result = Archives.verify(Archives.of(seed, new CsvOptions(bom, escapeFormulas)));

            assertThat(result.file().differences()).as("seed " + seed).isEmpty();
            assertThat(result.file().records())
                    .isEqualTo(Map.of("profile", 1L, "sessions", 12L, "descriptions", 40L, "qa", 0L))
                    .isEqualTo(result.stated());
        }
    }

    @Test
    void findsAllDatasetsAsCsvAsTheyWereWritten() throws IOException {
        byte[] zip = csv();

        assertThat(differences(zip)).isEmpty();
        byte[] changed = zip.clone();
        changed[40] ^= 1;
        assertThat(differences(changed)).isNotEmpty();
    }

    @Test
    void findsNothingInFilesOfEarlierVersionsWhoseTimesWereFixed() throws IOException {
        Alterable earlier = Alterable.of(csv());
        earlier.modify(LocalDateTime.of(1980, 2, 1, 0, 0));
        Alterable archive = Alterable.of(Archives.of(1, CsvOptions.DEFAULT));
        archive.modify(LocalDateTime.of(1980, 2, 1, 0, 0));

        assertThat(differences(earlier.zip())).isEmpty();
        assertThat(differences(archive.zip())).isNotEmpty();
    }

    @Test
    void namesATimeThatIsNotThatOfTheSnapshot() throws IOException {
        Alterable later = Alterable.of(csv());
        later.modify(LocalDateTime.of(2026, 10, 5, 4, 3, 6));

        assertThat(differences(later.zip())).anyMatch(each -> each.toString().contains("the time of the snapshot"));
    }

    private static byte[] csv() throws IOException {
        return Written.file(
                        Written.request(LearningTypes.ALL, ExportFormat.CSV, ExportFilters.NONE), CsvOptions.DEFAULT)
                .dataset(LearningDatasets.PROFILE, Archives.PROFILE, new Object[][] {{null, "Ana"}})
                .finish();
    }

    @Test
    void findsNothingWhereAnArchiveIsOnlyPackedAgain() throws IOException {
        assertThat(differences(Alterable.of(Archives.of(1, CsvOptions.DEFAULT)).zip()))
                .isEmpty();
    }

    /** One alteration: what was altered, and what must be named. */
    private record Altered(String how, byte[] zip, String named) {}

    @Test
    void namesEveryRandomAlteration() throws IOException {
        Random random = new Random(SEED);
        byte[] original = Archives.of(1, CsvOptions.DEFAULT);
        byte[] other = Archives.of(2, CsvOptions.DEFAULT);
        int counted = 0;
        for (int number = 0; number < ALTERATIONS; number++) {
            Altered altered = altered(random, original, other);
            assertThat(altered.zip()).as(altered.how()).isNotEqualTo(original);

            List<Difference> differences = differences(altered.zip());

            assertThat(differences)
                    .as("alteration %d of seed %d: %s", number, SEED, altered.how())
                    .isNotEmpty();
            if (!altered.named().isEmpty()) {
                assertThat(differences)
                        .as("alteration %d of seed %d: %s", number, SEED, altered.how())
                        .anyMatch(each -> each.of().contains(altered.named()));
            }
            counted++;
        }
        System.out.println(counted + " alterations of archives, each of them named");
    }

    private static Altered altered(Random random, byte[] original, byte[] other) throws IOException {
        Alterable archive = Alterable.of(original);
        Alterable others = Alterable.of(other);
        boolean fixed = random.nextBoolean();
        String dataset = DATASETS.get(random.nextInt(DATASETS.size()));
        List<String> paths = List.copyOf(archive.files.keySet());
        String path = paths.get(random.nextInt(paths.size()));
        switch (random.nextInt(10)) {
            case 0 -> {
                byte[] flipped = original.clone();
                int at = random.nextInt(flipped.length);
                flipped[at] ^= (byte) (1 << random.nextInt(8));
                return new Altered("byte " + at + " flipped", flipped, "");
            }
            case 1 -> {
                int at = 1 + random.nextInt(original.length - 1);
                return new Altered("cut off at " + at, Arrays.copyOf(original, at), "");
            }
            case 2 -> {
                boolean fewer = random.nextBoolean();
                return rows(archive, null, dataset, fewer ? "row dropped" : "row added", fixed, random);
            }
            case 3 -> {
                return rows(archive, null, dataset, "row changed", fixed, random);
            }
            case 4 -> {
                return rows(archive, others, dataset, "row swapped with another user's", fixed, random);
            }
            case 5 -> {
                String file = random.nextBoolean() ? csvOf(dataset) : jsonOf(dataset);
                archive.files.put(file, others.files.get(file));
                return fixed(archive, file + " swapped with another user's", dataset, fixed, Map.of());
            }
            case 6 -> {
                archive.files.put(csvOf(dataset), others.files.get(csvOf(dataset)));
                archive.files.put(jsonOf(dataset), others.files.get(jsonOf(dataset)));
                return fixed(archive, "all of " + dataset + " swapped with another user's", dataset, fixed, Map.of());
            }
            case 7 -> {
                archive.files.remove(path);
                boolean isData = path.startsWith("data/csv/") || path.startsWith("data/json/");
                return fixed(archive, path + " removed", path, fixed && isData, Map.of());
            }
            case 8 -> {
                return switch (random.nextInt(3)) {
                    case 0 -> {
                        archive.put("data/json/extra.json", "[]\n");
                        yield fixed(archive, "file added to the data", "extra.json", fixed, Map.of());
                    }
                    case 1 -> {
                        archive.put("extra.html", "<p>x");
                        yield new Altered("file added", archive.zip(), "extra.html");
                    }
                    default ->
                        new Altered(
                                "file added outside of the folder",
                                archive.zip(Map.of("../extra.txt", new byte[1])),
                                "extra.txt");
                };
            }
            default -> {
                archive.rename(path, path + "x");
                boolean isData = path.startsWith("data/csv/") || path.startsWith("data/json/");
                return fixed(archive, path + " renamed", path, fixed && isData, Map.of());
            }
        }
    }

    private static String csvOf(String dataset) {
        return "data/csv/" + dataset + ".csv";
    }

    private static String jsonOf(String dataset) {
        return "data/json/" + dataset + ".json";
    }

    private static Altered fixed(Alterable archive, String how, String named, boolean fixed, Map<String, Long> records)
            throws IOException {
        if (fixed) {
            archive.fixUp(records);
        }
        return new Altered(how + (fixed ? ", checksums fixed up" : ""), archive.zip(), named);
    }

    // In the JSON file, whose records are lines; and by the other user's file in the CSV file, so that both differ.
    private static Altered rows(
            Alterable archive, Alterable others, String dataset, String how, boolean fixed, Random random)
            throws IOException {
        List<String> lines = archive.lines(jsonOf(dataset));
        int records = lines.size() - 2;
        int row = 1 + random.nextInt(records);
        long count = records;
        switch (how) {
            case "row dropped" -> {
                lines.remove(row);
                count--;
            }
            case "row added" -> {
                String added = lines.get(row);
                lines.add(records + 1, added.startsWith(",") ? added : "," + added);
                count++;
            }
            case "row changed" ->
                lines.set(row, lines.get(row).replaceFirst("\"id\":\"(.)", "\"id\":\"" + other(lines.get(row))));
            default -> {
                List<String> theirs = others.lines(jsonOf(dataset));
                String line = theirs.get(1 + random.nextInt(theirs.size() - 2));
                lines.set(row, (row == 1 ? "" : ",") + (line.startsWith(",") ? line.substring(1) : line));
            }
        }
        if (lines.size() > 2 && lines.get(1).startsWith(",")) {
            lines.set(1, lines.get(1).substring(1));
        }
        archive.put(jsonOf(dataset), lines.size() == 2 ? "[]\n" : String.join("", lines));
        return fixed(archive, how + " in " + jsonOf(dataset), dataset, fixed, Map.of(dataset, count));
    }

    private static char other(String line) {
        char first = line.charAt(line.indexOf("\"id\":\"") + 6);
        return first == '0' ? '1' : '0';
    }

    @Test
    void namesTheHashWhereBothFilesOfADatasetWereChangedAndTheChecksumsFixedUp() throws IOException {
        Alterable archive = Alterable.of(Archives.of(1, CsvOptions.DEFAULT));
        for (String path : List.of(csvOf("profile"), jsonOf("profile"))) {
            archive.put(path, archive.text(path).replace("Ana 1", "Eve 1"));
        }
        archive.fixUp(Map.of());

        assertThat(differences(archive.zip()))
                .extracting(Difference::kind, Difference::of)
                .containsExactly(tuple(Kind.HASH, "profile"));
    }

    @Test
    void namesTheValuesWhereOneOfTheTwoFilesWasChanged() throws IOException {
        Alterable archive = Alterable.of(Archives.of(1, CsvOptions.DEFAULT));
        archive.put(csvOf("profile"), archive.text(csvOf("profile")).replace("Ana 1", "Eve 1"));
        archive.fixUp(Map.of());

        assertThat(differences(archive.zip()))
                .containsExactly(new Difference(
                        Kind.VALUES,
                        "profile",
                        "the same records in both files",
                        "other records in data/csv/profile.csv than in data/json/profile.json"));
    }

    // What programs skip: each byte of the headers, the directory and the end.
    @Test
    void namesEachFlippedBitBetweenTheFiles() throws IOException {
        byte[] zip = csv();
        int directory = ByteBuffer.wrap(zip).order(ByteOrder.LITTLE_ENDIAN).getInt(zip.length - 6);
        for (int at = 0; at < zip.length; at++) {
            if (at < 41 || at >= directory) {
                for (int bit = 0; bit < 8; bit++) {
                    byte[] flipped = zip.clone();
                    flipped[at] ^= (byte) (1 << bit);
                    assertThat(differences(flipped))
                            .as("bit %d of byte %d", bit, at)
                            .isNotEmpty();
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 21, 22, 1000})
    void endsClearlyWithRandomBytes(int length) throws IOException {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);

        VerifiedFile found = Archives.verify(bytes).file();

        assertThat(found.differences()).hasSize(1);
        assertThat(found.bytes()).isEqualTo(length);
    }

    @Test
    void endsClearlyWithTenThousandFiles() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            for (int index = 0; index < 10_001; index++) {
                zip.putNextEntry(new ZipEntry("folder/" + index));
            }
        }

        assertThat(differences(out.toByteArray()))
                .containsExactly(new Difference(
                        Kind.CONTENT,
                        "",
                        "an archive of Satchel's",
                        "it holds 10001 files, and an archive of Satchel's at most 10000"));
    }

    @Test
    void doesNotInflateAFileBeyondWhatTheZipStates() throws IOException {
        Alterable archive = Alterable.of(Archives.of(1, CsvOptions.DEFAULT));
        archive.files.put("data/bomb.bin", new byte[50_000_000]);
        byte[] zip = archive.zip();
        ByteBuffer bytes = ByteBuffer.wrap(zip).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = 0; at < zip.length - 4; at++) {
            if (bytes.getInt(at) == 50_000_000) {
                bytes.putInt(at, 10);
            }
        }

        assertThat(differences(zip))
                .contains(new Difference(
                        Kind.CONTENT,
                        "data/bomb.bin",
                        "10 bytes that can be read",
                        "it goes on after the 10 bytes that the ZIP states"));
    }

    @Test
    void inflatesNothingOfAZipWithTwoFilesOfOneName() throws IOException {
        Alterable archive = Alterable.of(Archives.of(1, CsvOptions.DEFAULT));
        archive.put("manifest.jsox", archive.text("manifest.json"));
        byte[] zip = new String(archive.zip(), ISO_8859_1)
                .replace("/manifest.jsox", "/manifest.json")
                .getBytes(ISO_8859_1);

        assertThat(differences(zip))
                .filteredOn(each -> each.kind() == Kind.CONTENT)
                .extracting(Difference::found)
                .singleElement(STRING)
                .startsWith("the ZIP has two files of the name ")
                .endsWith("/manifest.json");
    }

    @Test
    void inflatesNothingOfAZipWhoseFilesOverlap() throws IOException {
        byte[] zip = Alterable.of(Archives.of(1, CsvOptions.DEFAULT)).zip();
        ByteBuffer bytes = ByteBuffer.wrap(zip).order(ByteOrder.LITTLE_ENDIAN);
        int second = bytes.getInt(zip.length - 6);
        second += 46 + bytes.getShort(second + 28);
        // The second file begins where the first does.
        bytes.putInt(second + 42, 0);

        assertThat(differences(zip)).extracting(Difference::found).contains("files in the ZIP overlap");
    }

    @Test
    void refusesAManifestThatNoTableCanHave() throws IOException {
        for (int count : new int[] {2, 2_000}) {
            Alterable archive = Alterable.of(Archives.of(1, CsvOptions.DEFAULT));
            String column = "{\"name\":\"%s\",\"type\":\"text\"}";
            String columns = IntStream.range(0, count)
                    .mapToObj(number -> column.formatted(count == 2 ? "same" : "c" + number))
                    .collect(Collectors.joining(","));
            archive.put(
                    "manifest.json",
                    archive.text("manifest.json")
                            .replaceFirst("\"columns\":\\[[^\\]]*\\]", "\"columns\":[" + columns + "]"));

            assertThat(differences(archive.zip()))
                    .filteredOn(each -> each.kind() == Kind.MANIFEST)
                    .extracting(Difference::found)
                    .containsExactly(
                            count == 2
                                    ? "it has a column twice in the same table"
                                    : "it has a table with more than 1600 columns");
        }
    }

    @Test
    void refusesAnotherZip() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.putNextEntry(new ZipEntry("photo.jpg"));
            zip.write("x".getBytes(UTF_8));
        }

        assertThat(differences(out.toByteArray()))
                .extracting(Difference::found)
                .contains(
                        "it is a ZIP, but neither an archive of Satchel's (a folder with bagit.txt) nor all datasets as"
                                + " CSV (manifest.json)");
    }
}

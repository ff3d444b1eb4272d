package dev.satchel.batchexport.format.check;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.satchel.batchexport.format.Written;
import dev.satchel.batchexport.format.check.Difference.Kind;
import dev.satchel.batchexport.format.csv.CsvOptions;
import dev.satchel.export.DeliveredFile;
import dev.satchel.export.ExportFormat;
import dev.satchel.export.ExportRequest;
import dev.satchel.record.Column;
import dev.satchel.record.ExportFilters;
import dev.satchel.record.ExportType;
import dev.satchel.record.LearningDatasets;
import dev.satchel.record.LearningTypes;
import dev.satchel.record.filter.Compression;
import dev.satchel.store.FileStore;
import dev.satchel.store.InMemoryFileStore;
import java.io.FilterInputStream;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Damaged files of each format are told from what was delivered, and by what differs. */
class FileVerificationTest {

    private static final List<Column> COLUMNS =
            List.of(new Column("a", Column.Type.TEXT), new Column("n", Column.Type.INTEGER));
    private static final Object[][] RECORDS = {{"ana \"ñ\",\r\n;", 1}, {"", 2}, {"=1+1", null}, {null, 4}};
    private static final Object[][] FEWER = {RECORDS[0], RECORDS[1], RECORDS[2]};
    private static final Object[][] ANOTHER_USERS = {{"bob", 5}, {"b", 6}, {"c", 7}, {null, 8}};
    private static final String SECRET = "sk-proj-secret";

    private final InMemoryFileStore store = new InMemoryFileStore();
    private final URI location = store.locate("export/file");

    /** A kind of file. */
    record Kinds(
            ExportType type, ExportFormat format, @Nullable Compression compression) {

        ExportRequest request() {
            ExportFilters filters =
                    compression == null ? ExportFilters.NONE : ExportFilters.of(Map.of("compress", compression.code()));
            return Written.request(type, format, filters);
        }

        /** The bytes of such a file, and what is on record of it. */
        Delivered with(Object[]... profile) throws IOException {
            Written written =
                    Written.file(request(), CsvOptions.DEFAULT).dataset(LearningDatasets.PROFILE, COLUMNS, profile);
            Map<String, Long> records = new LinkedHashMap<>(Map.of("profile", (long) profile.length));
            if (type.isAll()) {
                written.dataset(LearningDatasets.SETTINGS, COLUMNS, new Object[][] {{"x", 1}, {"y", 2}});
                written.dataset(LearningDatasets.QA, COLUMNS);
                records.put("settings", 2L);
                records.put("qa", 0L);
            }
            byte[] bytes = written.finish();
            return new Delivered(bytes, records, written.entries());
        }

        @Override
        public String toString() {
            return type.name() + " " + format + (compression == null ? "" : " " + compression);
        }
    }

    /** A file as it was delivered. */
    record Delivered(byte[] bytes, Map<String, Long> records, List<DeliveredFile.Entry> entries) {}

    static Stream<Kinds> kinds() {
        ExportType one = ExportType.of(LearningDatasets.PROFILE);
        ExportType all = LearningTypes.ALL;
        return Stream.of(
                new Kinds(one, ExportFormat.CSV, null),
                new Kinds(one, ExportFormat.CSV, Compression.GZIP),
                new Kinds(one, ExportFormat.CSV, Compression.ZSTD),
                new Kinds(all, ExportFormat.CSV, null),
                new Kinds(one, ExportFormat.JSON, null),
                new Kinds(all, ExportFormat.JSON, Compression.GZIP),
                new Kinds(all, ExportFormat.JSON, Compression.ZSTD),
                new Kinds(one, ExportFormat.JSONL, null),
                new Kinds(all, ExportFormat.JSONL, null),
                new Kinds(all, ExportFormat.JSONL, Compression.GZIP),
                new Kinds(one, ExportFormat.JSONL, Compression.ZSTD));
    }

    private RecordedFile recorded(Kinds kind, Delivered file) {
        return new RecordedFile(
                location,
                kind.type().name(),
                kind.format(),
                Optional.ofNullable(kind.compression()),
                false,
                (long) file.bytes().length,
                file.records().values().stream().mapToLong(Long::longValue).sum(),
                file.bytes().length,
                sha256(file.bytes()),
                Written.snapshot().takenAt(),
                file.records(),
                file.entries().stream()
                        .collect(Collectors.toMap(
                                DeliveredFile.Entry::name, entry -> entry, (a, b) -> a, LinkedHashMap::new)),
                Map.of());
    }

    private VerifiedFile verify(RecordedFile recorded, byte[] stored) throws IOException {
        store.arrive(location, stored);
        return new FileVerification(store).verify(recorded);
    }

    private static Set<Kind> kindsOf(VerifiedFile file) {
        return file.differences().stream().map(Difference::kind).collect(Collectors.toSet());
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void findsNothingInAFileAsItWasDelivered(Kinds kind) throws IOException {
        Delivered file = kind.with(RECORDS);

        VerifiedFile verified = verify(recorded(kind, file), file.bytes());

        assertThat(verified.differences()).isEmpty();
        assertThat(verified.bytes()).isEqualTo(file.bytes().length);
        assertThat(verified.sha256()).isEqualTo(sha256(file.bytes()));
        assertThat(verified.records()).containsEntry("profile", 4L);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void namesTheChecksumWhicheverByteChanged(Kinds kind) throws IOException {
        Delivered file = kind.with(RECORDS);
        RecordedFile recorded = recorded(kind, file);

        for (int at = 0; at < file.bytes().length; at++) {
            byte[] damaged = file.bytes().clone();
            damaged[at] ^= 0x11;

            assertThat(kindsOf(verify(recorded, damaged)))
                    .as("byte %d", at)
                    .contains(Kind.SHA256)
                    .doesNotContain(Kind.SIZE);
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void namesTheSizeWhereverTheFileEnds(Kinds kind) throws IOException {
        Delivered file = kind.with(RECORDS);
        RecordedFile recorded = recorded(kind, file);

        for (int length = 0; length < file.bytes().length; length++) {
            assertThat(kindsOf(verify(recorded, Arrays.copyOf(file.bytes(), length))))
                    .as("%d bytes", length)
                    .contains(Kind.SHA256, Kind.SIZE);
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void countsTheRecordsOfTheDatasetThatLacksOne(Kinds kind) throws IOException {
        RecordedFile recorded = recorded(kind, kind.with(RECORDS));

        VerifiedFile verified = verify(recorded, kind.with(FEWER).bytes());

        assertThat(verified.differences()).contains(new Difference(Kind.RECORDS, "profile", "4", "3"));
        assertThat(verified.differences().stream()
                        .filter(each -> each.kind() == Kind.RECORDS)
                        .map(Difference::of))
                .containsExactly("profile");
        if (kind.format() == ExportFormat.JSON || !recorded.entries().isEmpty()) {
            assertThat(verified.differences())
                    .contains(new Difference(Kind.MANIFEST, "profile", "4 records", "3 records"));
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void findsAnotherUsersFileInItsPlace(Kinds kind) throws IOException {
        RecordedFile recorded = recorded(kind, kind.with(RECORDS));

        VerifiedFile verified = verify(recorded, kind.with(ANOTHER_USERS).bytes());

        assertThat(kindsOf(verified)).contains(Kind.SHA256);
        assertThat(verified.differences().toString()).doesNotContain("bob");
        if (!recorded.entries().isEmpty()) {
            assertThat(verified.differences().stream()
                            .filter(each -> each.kind() == Kind.ENTRY)
                            .map(Difference::of))
                    .contains("profile.csv", "manifest.json");
        }
    }

    /** Not even where names of datasets should be. */
    @ParameterizedTest
    @MethodSource("kinds")
    void repeatsNothingOfAForeignFile(Kinds kind) throws IOException {
        RecordedFile recorded = recorded(kind, kind.with(RECORDS));

        for (String content : List.of(
                SECRET,
                "\"a\"\r\n\"" + SECRET + "\"\r\n\"b\",\"c\"\r\n",
                "{\"dataset\":\"" + SECRET + "\",\"a\":1}\n",
                "{\"" + SECRET + "\":[{}],\"type\":\"" + SECRET + "\",\"datasets\":{\"" + SECRET
                        + "\":[{}]},\"snapshot_at\":\"" + SECRET + "\",\"records\":{\"" + SECRET + "\":1}}")) {
            VerifiedFile verified = verify(recorded, content.getBytes(UTF_8));

            assertThat(verified.isIntact()).isFalse();
            assertThat(verified.differences().toString()).doesNotContain(SECRET);
        }
    }

    @Test
    void saysThatTheStoreHasNoSuchFile() throws IOException {
        Kinds kind = kinds().findFirst().orElseThrow();
        Delivered file = kind.with(RECORDS);

        VerifiedFile verified = new FileVerification(store).verify(recorded(kind, file));

        assertThat(verified.differences())
                .containsExactly(new Difference(Kind.MISSING, "", file.bytes().length + " bytes", "no such file"));
    }

    @Test
    void comparesTheColumnsOfTheRowWithItsManifest() throws IOException {
        Kinds kind = kinds().findFirst().orElseThrow();
        Delivered file = kind.with(RECORDS);
        RecordedFile same = recorded(kind, file);
        RecordedFile changed = new RecordedFile(
                location,
                same.type(),
                same.format(),
                same.compression(),
                same.sealed(),
                1L,
                2,
                same.bytes(),
                same.sha256(),
                same.snapshotAt(),
                same.records(),
                same.entries(),
                same.hashes());

        assertThat(verify(changed, file.bytes()).differences())
                .containsExactly(
                        new Difference(Kind.ROW, "file_size_bytes", same.bytes() + " bytes", "1 in the column"),
                        new Difference(Kind.ROW, "records_count", "4 records", "2 in the column"));
    }

    /** A store that breaks off says nothing about the file. */
    @ParameterizedTest
    @MethodSource("kinds")
    void throwsWhatTheStoreThrows(Kinds kind) throws IOException {
        Delivered file = kind.with(RECORDS);
        store.arrive(location, file.bytes());

        assertThatThrownBy(() -> new FileVerification(
                                breakingAfter(file.bytes().length / 2, () -> new IOException("broken off")))
                        .verify(recorded(kind, file)))
                .isInstanceOf(IOException.class)
                .hasMessage("broken off");
    }

    /** As of a file with one opening quote and gigabytes behind it. */
    @ParameterizedTest
    @MethodSource("kinds")
    void readsOnWhereAValueDoesNotFitIntoMemory(Kinds kind) throws IOException {
        Delivered file = kind.with(RECORDS);
        byte[] changed = file.bytes().clone();
        changed[changed.length - 1] ^= 0x11;
        store.arrive(location, changed);

        VerifiedFile verified = new FileVerification(
                        breakingAfter(changed.length / 2, () -> new OutOfMemoryError("as a reader throws it")))
                .verify(recorded(kind, file));

        assertThat(kindsOf(verified)).containsExactlyInAnyOrder(Kind.SHA256, Kind.CONTENT);
        assertThat(verified.sha256()).isEqualTo(sha256(changed));
        assertThat(verified.differences().toString()).contains("a value is too long for the memory of this program");
    }

    private FileStore breakingAfter(int bytes, Supplier<Throwable> failure) {
        return (FileStore) Proxy.newProxyInstance(
                FileStore.class.getClassLoader(),
                new Class<?>[] {FileStore.class},
                (proxy, method, arguments) -> new FilterInputStream(store.read((URI) arguments[0])) {
                    private int left = bytes;
                    private boolean broken;

                    @Override
                    public int read(byte[] target, int offset, int length) throws IOException {
                        if (left == 0 && !broken) {
                            broken = true;
                            if (failure.get() instanceof Error error) {
                                throw error;
                            }
                            throw (IOException) failure.get();
                        }
                        int read = in.read(target, offset, broken ? length : Math.min(left, length));
                        left -= read;
                        return read;
                    }
                });
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError(impossible);
        }
    }
}

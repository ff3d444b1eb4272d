package dev.satchel.batchexport.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.AbortSignal;
import dev.satchel.UserId;
import dev.satchel.batchexport.format.StandardFileFormats;
import dev.satchel.batchexport.format.csv.CsvOptions;
import dev.satchel.delivery.FileFormats;
import dev.satchel.export.ExportFormat;
import dev.satchel.export.ExportRequest;
import dev.satchel.migrations.SampleDatabase;
import dev.satchel.postgres.SatchelPostgres;
import dev.satchel.record.ExportFilters;
import dev.satchel.record.LearningDatasets;
import dev.satchel.record.UserRecords;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The files of the built-in datasets, held to what they were when the datasets were Java code: one SHA-256 for each file
 * of the sample learners, of the bytes before compression where the file is an archive.
 *
 * <p>The files of each third learner are looked at, and those of all under {@code -Pmatrix}.
 *
 * <p>A change that is meant to change the files writes them again with {@code -Dsatchel.files=write}.
 */
class BuiltInDatasetsIT {

    /** Not the archive, whose page and README change with each of their words. */
    private static final List<ExportFormat> FORMATS = List.of(ExportFormat.CSV, ExportFormat.JSON, ExportFormat.JSONL);

    private static final Path BEFORE =
            Path.of("src/test/resources/dev/satchel/batchexport/delivery/built-in-datasets.sha256");

    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

    private static final List<String> TYPES = List.of(
            "profile",
            "settings",
            "progress",
            "sessions",
            "vocabulary",
            "descriptions",
            "qa",
            "interactions",
            "analytics",
            "exports",
            "api_keys");

    private static final List<Map<String, String>> FILTERS = List.of(
            Map.of("from", "2026-01-10", "to", "2026-02-20", "zone", "Europe/Madrid"),
            Map.of("difficulty", "beginner"),
            Map.of("phase", "review"),
            Map.of("from", "2026-02-01", "difficulty", "intermediate", "phase", "learning"));

    // What Satchel's own triggers and defaults fill with chance and with the time of the test.
    private static final List<String> FIXED = List.of(
            "ALTER TABLE public.user_progress DISABLE TRIGGER USER",
            "UPDATE public.user_progress SET id = md5('progress ' || user_id)::uuid, created_at = '2026-01-01',"
                    + " updated_at = '2026-02-01 00:00:00.5+00'",
            "ALTER TABLE public.user_progress ENABLE TRIGGER USER",
            "ALTER TABLE public.export_history DISABLE TRIGGER USER",
            "INSERT INTO public.export_history (id, user_id, export_type, export_format, filters, created_at, updated_at)"
                    + " SELECT md5('export ' || id)::uuid, id, 'sessions', 'csv', '{\"from\": \"2026-01-01\"}',"
                    + " '2026-01-15 10:00:00+00', '2026-01-15 10:00:00+00' FROM public.users",
            "ALTER TABLE public.export_history ENABLE TRIGGER USER",
            "INSERT INTO public.user_api_keys (id, user_id, openai_api_key, is_active, created_at, updated_at)"
                    + " SELECT md5('keys ' || id)::uuid, id, " + HardValues.SEALED_KEY + ", true,"
                    + " '2026-01-15 10:00:00+00', '2026-01-15 10:00:00+00' FROM public.users");

    @AutoClose
    private static SampleDatabase database;

    private static UserRecords records;

    @BeforeAll
    static void createDatabase() {
        database = SampleDatabase.createWithLearners();
        records = new SatchelPostgres(database.workerDataSource()).userRecords();
        JdbcClient owner = JdbcClient.create(database.ownerDataSource());
        FIXED.forEach(statement -> owner.sql(statement).update());
    }

    @Test
    void writesTheSameBytesAsEver() throws IOException {
        List<String> found = new ArrayList<>();
        List<UUID> learners = JdbcClient.create(database.ownerDataSource())
                .sql("SELECT id FROM public.users ORDER BY email")
                .query(UUID.class)
                .list();
        boolean writes = "write".equals(System.getProperty("satchel.files"));
        List<UUID> looked =
                writes || System.getProperty("satchel.test.matrix") != null ? learners : eachThird(learners);
        for (UUID learner : looked) {
            for (ExportFormat format : FORMATS) {
                found.add(line(learner, "all", format, Map.of()));
                for (Map<String, String> filters : FILTERS) {
                    found.add(line(learner, "all", format, filters));
                }
            }
        }
        for (String type : TYPES) {
            for (ExportFormat format : FORMATS) {
                found.add(line(learners.get(0), type, format, Map.of()));
            }
        }

        if (writes) {
            Files.write(BEFORE, found);
        }
        assertThat(found)
                .containsExactlyElementsOf(Files.readAllLines(BEFORE).stream()
                        .filter(line -> looked.stream().anyMatch(learner -> line.contains(learner.toString())))
                        .toList());
    }

    private static List<UUID> eachThird(List<UUID> learners) {
        return IntStream.range(0, learners.size())
                .filter(index -> index % 3 == 0)
                .mapToObj(learners::get)
                .toList();
    }

    private static String line(UUID learner, String type, ExportFormat format, Map<String, String> filters)
            throws IOException {
        String wanted = filters.isEmpty() ? "" : " " + new TreeMap<>(filters);
        return sha256(content(write(learner, type, format, filters))) + " " + learner + " " + type + " " + format.code()
                + wanted;
    }

    private static byte[] write(UUID learner, String type, ExportFormat format, Map<String, String> filters)
            throws IOException {
        ExportRequest request = new ExportRequest(
                new UserId(learner), LearningDatasets.CATALOGUE.type(type), format, ExportFilters.of(filters));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        FileFormats.Writer writer = new StandardFileFormats(new CsvOptions(true, true)).open(request, bytes);
        UserRecords.Snapshot read =
                records.read(request.user(), request.type().datasets(), request.filters(), writer, new AbortSignal());
        assertThat(read.hidden()).isEmpty();
        writer.finish(new UserRecords.Snapshot(NOON, read.records(), read.absent(), "001"));
        return bytes.toByteArray();
    }

    // How an archive is compressed is the JDK's choice.
    private static byte[] content(byte[] file) throws IOException {
        if (file.length < 2 || file[0] != 'P' || file[1] != 'K') {
            return file;
        }
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(file))) {
            for (@Nullable ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                content.write(entry.getName().getBytes(UTF_8));
                content.write(zip.readAllBytes());
            }
        }
        return content.toByteArray();
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError(impossible);
        }
    }
}

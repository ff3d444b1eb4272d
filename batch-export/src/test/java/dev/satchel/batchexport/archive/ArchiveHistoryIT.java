package dev.satchel.batchexport.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.satchel.archive.ArchiveElsewhereException;
import dev.satchel.archive.ArchiveHistory;
import dev.satchel.archive.ArchivedMonth;
import dev.satchel.archive.HistoryArchive;
import dev.satchel.batchexport.Installation;
import dev.satchel.batchexport.run.ExportSettings;
import dev.satchel.batchexport.run.cleanup.CleanUpReport;
import dev.satchel.batchexport.run.cleanup.ExportCleanUp;
import dev.satchel.batchexport.store.directory.DirectoryFileStore;
import dev.satchel.delivery.CleanUp;
import dev.satchel.migrations.SampleDatabase;
import dev.satchel.postgres.SatchelPostgres;
import dev.satchel.store.DamagedFileException;
import dev.satchel.store.FileStore;
import dev.satchel.store.StoreCheck;
import dev.satchel.store.UploadJournal;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.json.JsonMapper;

/** The archive of old history, on a real PostgreSQL and a directory, as a worker's login does it. */
class ArchiveHistoryIT {

    private static final Duration AGE = Duration.ofDays(90);

    private static SampleDatabase database;
    private static HikariDataSource workers;
    private static HikariDataSource owners;
    private static JdbcClient owner;
    private static UUID user;

    @TempDir
    private Path folder;

    @BeforeAll
    static void start() {
        database = SampleDatabase.create();
        workers = pool(database.workerDataSource());
        owners = pool(database.ownerDataSource());
        owner = JdbcClient.create(owners);
        user = UUID.randomUUID();
        owner.sql("INSERT INTO public.users (id, email) VALUES (:id, 'reader@example.org')")
                .param("id", user)
                .update();
    }

    @AfterAll
    static void stop() {
        workers.close();
        owners.close();
        database.close();
    }

    @BeforeEach
    void empty() {
        owner.sql("DELETE FROM public.export_history").update();
        owner.sql("DELETE FROM satchel.export_archive").update();
        owner.sql("DELETE FROM satchel.upload_journal").update();
        owner.sql("DELETE FROM satchel.store").update();
    }

    private static HikariDataSource pool(DataSource dataSource) {
        HikariConfig config = new HikariConfig();
        config.setDataSource(dataSource);
        config.setMaximumPoolSize(4);
        return new HikariDataSource(config);
    }

    /** Exports that were requested {@code first} to {@code last} days ago, one a day, and ended a minute later. */
    private static void ended(String status, int first, int last) {
        owner.sql("""
                        INSERT INTO public.export_history (user_id, export_type, export_format, status, records_count,
                                                           filters, data, error_message, created_at, started_at,
                                                           completed_at)
                        SELECT :user, 'profile', 'csv', :status, day, jsonb_build_object('from', '2026-01-01'),
                               jsonb_build_object('note', E'two\\nlines, a \\\\ and \\u2028'), 'code: a "sentence"',
                               at, at, at + interval '1 minute'
                          FROM generate_series(:first::int, :last::int) AS day
                         CROSS JOIN LATERAL (SELECT now() - day * interval '1 day' AS at) AS moment
                        """)
                .param("user", user)
                .param("status", status)
                .param("first", first)
                .param("last", last)
                .update();
    }

    private FileStore store() {
        return new DirectoryFileStore(folder);
    }

    private static ArchiveHistory archive(FileStore store, HistoryArchive history, UploadJournal journal) {
        SatchelPostgres satchel = new SatchelPostgres(workers);
        return new ArchiveHistory(
                history,
                journal,
                store,
                new StoreCheck(store, satchel.knownStores(), satchel.uploadJournal(), satchel.probeRecords()));
    }

    private static ArchiveHistory archive(FileStore store) {
        return archive(store, history(), new SatchelPostgres(workers).uploadJournal());
    }

    private static HistoryArchive history() {
        return new SatchelPostgres(workers).historyArchive();
    }

    private static List<String> inDatabase() {
        return owner.sql("SELECT id::text FROM public.export_history")
                .query(String.class)
                .list();
    }

    private List<String> inFiles() throws IOException {
        List<String> ids = new ArrayList<>();
        for (ArchivedMonth file : history().files()) {
            archive(store())
                    .read(
                            file,
                            line -> ids.add(JsonMapper.shared()
                                    .readTree(line)
                                    .path("id")
                                    .stringValue()));
        }
        return ids;
    }

    /** The objects in the store, but for its mark. */
    private List<String> objects() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> !file.getFileName().toString().startsWith("satchel-store-"))
                    .map(file -> file.toUri().toString())
                    .sorted()
                    .toList();
        }
    }

    @Test
    void movesWholeMonthsThatAreOldAndLeavesTheRest() throws IOException {
        ended("completed", 1, 200);
        ended("failed", 150, 160);
        List<String> before = inDatabase();

        List<ArchiveHistory.Moved> moved = archive(store()).run(AGE, () -> false);

        assertThat(moved).isNotEmpty().allMatch(ArchiveHistory.Moved::isWhole);
        assertThat(owner.sql("""
                        SELECT count(*)
                          FROM public.export_history
                         WHERE created_at < date_trunc('month', now() AT TIME ZONE 'UTC' - interval '90 days')
                                            AT TIME ZONE 'UTC'
                        """).query(Long.class).single())
                .as("exports of months that were due")
                .isZero();
        assertThat(owner.sql("SELECT count(*) FROM public.export_history WHERE created_at > now() - interval '90 days'")
                        .query(Long.class)
                        .single())
                .isGreaterThanOrEqualTo(89);
        assertEachOnce(before);
        assertThat(history().files())
                .extracting(ArchivedMonth::month)
                .doesNotHaveDuplicates()
                .isSorted()
                .allMatch(month -> month.isBefore(YearMonth.now(ZoneOffset.UTC)));
        assertThat(objects())
                .containsExactlyElementsOf(history().files().stream()
                        .map(file -> file.location().toString())
                        .sorted()
                        .toList());
        assertThat(archive(store()).run(AGE, () -> false)).as("a second run").isEmpty();
    }

    @Test
    void leavesWhatIsNotOverOrHasAFile() throws IOException {
        ended("pending", 200, 200);
        ended("completed", 201, 203);
        UUID withFile = owner.sql("SELECT id FROM public.export_history ORDER BY created_at LIMIT 1")
                .query(UUID.class)
                .single();
        owner.sql("INSERT INTO satchel.upload_journal (url, export_id, token, published_at)"
                        + " VALUES ('file:///elsewhere/' || :id::text, :id, gen_random_uuid(), now())")
                .param("id", withFile)
                .update();

        archive(store()).run(AGE, () -> false);

        assertThat(inDatabase()).hasSize(2).contains(withFile.toString());
    }

    @Test
    void leavesARowThatChangedAndMovesItWithALaterPart() throws IOException {
        ended("failed", 200, 204);
        archive(store(), changing(), new SatchelPostgres(workers).uploadJournal())
                .run(AGE, () -> false);
        assertThat(inDatabase()).hasSize(1);

        archive(store()).run(AGE, () -> false);

        assertThat(inDatabase()).isEmpty();
        assertThat(history().files()).extracting(ArchivedMonth::part).contains(2);
    }

    /** Changes a row after it was written and before it would be deleted. */
    private static HistoryArchive changing() {
        return MortalProcess.around(HistoryArchive.class, history(), (method, call) -> {
            if (method.equals("publish")) {
                owner.sql("UPDATE public.export_history SET error_message = 'later'"
                                + " WHERE id = (SELECT id FROM public.export_history ORDER BY id LIMIT 1)")
                        .update();
            }
            return call.call();
        });
    }

    @Test
    void deletesNothingOfAMonthWhoseFileIsDamaged() throws IOException {
        ended("completed", 200, 230);
        archive(store(), stoppedBeforeRemoval(), new SatchelPostgres(workers).uploadJournal())
                .run(AGE, () -> false);
        ArchivedMonth file = history().files().get(0);
        Path path = Path.of(file.location());
        List<String> lines = Files.readAllLines(path);
        Files.write(path, lines.subList(0, lines.size() - 1));

        assertThatExceptionOfType(DamagedFileException.class)
                .isThrownBy(() -> archive(store()).run(AGE, () -> false))
                .withMessageContaining(file.location().toString());

        assertThat(inDatabase()).as("those of the month whose file is damaged").hasSize(lines.size());

        Files.delete(path);
        Installation.Result listed = satchel(
                Map.of(
                        "DATABASE_URL",
                        database.workerUrl(),
                        "SATCHEL_STORE",
                        folder.toUri().toString()),
                "export",
                "list",
                "--archived");
        assertThat(listed.exit()).isEqualTo(1);
        assertThat(listed.err()).contains("the store has no file " + file.location());
    }

    @Test
    void twoAtOncePutNoExportIntoTwoFiles() throws IOException {
        ended("completed", 150, 220);
        List<String> before = inDatabase();
        boolean[] met = {false};
        HistoryArchive interrupted = MortalProcess.around(HistoryArchive.class, history(), (method, call) -> {
            if (method.equals("remove") && !met[0]) {
                met[0] = true;
                archive(store()).run(AGE, () -> false);
            }
            return call.call();
        });

        archive(store(), interrupted, new SatchelPostgres(workers).uploadJournal())
                .run(AGE, () -> false);

        assertThat(met[0]).isTrue();
        assertEachOnce(before);
    }

    @Test
    void theRemainderOfAMonthIsNotWrittenWhileItsFileIsEmptied() throws IOException {
        ended("completed", 150, 220);
        archive(store(), stoppedBeforeRemoval(), new SatchelPostgres(workers).uploadJournal())
                .run(AGE, () -> false);

        assertThat(history().next(AGE, Set.of())).isEmpty();
    }

    @Test
    void aWorkerDeletesNothingThatItsFileDoesNotHold() {
        ended("completed", 0, 0);
        ended("completed", 200, 200);
        UUID id = UUID.randomUUID();
        JdbcClient worker = JdbcClient.create(workers);
        for (int months : List.of(0, 6, 7)) {
            String url = "file:///forged/" + months;
            worker.sql("INSERT INTO satchel.upload_journal (url, export_id, token, published_at)"
                            + " VALUES (:url, :id, :id, now())")
                    .param("url", url)
                    .param("id", id)
                    .update();
            UUID archive = UUID.randomUUID();
            worker.sql("INSERT INTO satchel.export_archive (id, month, part, url, exports, bytes, sha256)"
                            + " VALUES (:archive, date_trunc('month', now() AT TIME ZONE 'UTC')"
                            + " - :months * interval '1 month', 1, :url, 1, 1, repeat('0', 64))")
                    .param("archive", archive)
                    .param("months", months)
                    .param("url", url)
                    .update();
            for (String lines : List.of(
                    "(SELECT jsonb_agg(jsonb_build_object('id', id)) FROM public.export_history)",
                    "(SELECT jsonb_agg(to_jsonb(h) || '{\"status\": \"failed\"}') FROM public.export_history h)")) {
                assertThat(worker.sql("SELECT satchel.remove_archived_exports(:archive, " + lines + ")")
                                .param("archive", archive)
                                .query(Integer.class)
                                .single())
                        .isZero();
            }
        }

        assertThat(inDatabase()).hasSize(2);
    }

    @Test
    void cleanUpLeavesAFileAloneThatIsAboutToBePublished() throws IOException {
        ended("completed", 150, 220);
        List<String> before = inDatabase();
        HistoryArchive slow = MortalProcess.around(HistoryArchive.class, history(), (method, call) -> {
            if (method.equals("publish")) {
                owner.sql("UPDATE satchel.upload_journal SET opened_at = opened_at - interval '11 hours'")
                        .update();
                try (ExportCleanUp cleanUp = ExportCleanUp.builder(workers, store())
                        .settings(new ExportSettings(
                                Duration.ofDays(7),
                                Duration.ofSeconds(3),
                                5,
                                Duration.ZERO,
                                Duration.ofSeconds(6),
                                "",
                                null))
                        .build()) {
                    assertThat(cleanUp.run().isComplete()).isTrue();
                }
            }
            return call.call();
        });

        archive(store(), slow, new SatchelPostgres(workers).uploadJournal()).run(AGE, () -> false);

        assertEachOnce(before);
        assertThat(history().files()).isNotEmpty();
    }

    @Test
    void forgettingAStoreForgetsItsArchive() throws IOException {
        ended("completed", 150, 220);
        archive(store()).run(AGE, () -> false);
        Path moved = Files.createDirectory(folder.resolve("elsewhere"));
        SatchelPostgres satchel = new SatchelPostgres(workers);

        satchel.knownStores().forget(satchel.knownStores().all().get(0));

        assertThat(history().files()).isEmpty();
        assertThat(archive(new DirectoryFileStore(moved)).run(AGE, () -> false)).isEmpty();
    }

    @Test
    void refusesToGoOnInAnotherStore(@TempDir Path other) throws IOException {
        ended("completed", 200, 205);
        archive(store(), stoppedBeforeRemoval(), new SatchelPostgres(workers).uploadJournal())
                .run(AGE, () -> false);
        List<String> before = inDatabase();

        assertThatExceptionOfType(ArchiveElsewhereException.class)
                .isThrownBy(() -> archive(new DirectoryFileStore(other)).run(AGE, () -> false))
                .withMessageContaining("run this once more with the store in which that file is");

        assertThat(inDatabase()).containsExactlyInAnyOrderElementsOf(before);
    }

    private static HistoryArchive stoppedBeforeRemoval() {
        return MortalProcess.around(HistoryArchive.class, history(), (method, call) -> switch (method) {
            case "remove" -> 0;
            case "emptied" -> null;
            default -> call.call();
        });
    }

    @Test
    void cleanUpArchivesIfTheSettingsSayWhen() throws IOException {
        ended("completed", 1, 130);
        List<String> before = inDatabase();
        try (ExportCleanUp cleanUp = ExportCleanUp.builder(workers, store())
                .settings(new ExportSettings(
                        Duration.ofDays(7), Duration.ofSeconds(60), 5, Duration.ZERO, Duration.ofHours(24), "", AGE))
                .build()) {
            CleanUpReport report = cleanUp.run();

            assertThat(report.archived())
                    .isPositive()
                    .isEqualTo(before.size() - inDatabase().size());
            assertThat(report.isComplete()).isTrue();
            assertEachOnce(before);
            assertThat(cleanUp.run().archived())
                    .as("of a second run, which leaves the files alone")
                    .isZero();
            assertThat(objects()).hasSize(history().files().size());
        }
    }

    @Test
    void theCommandsListWhatTheyArchivedAsItWas() {
        ended("completed", 150, 220);
        ended("failed", 160, 165);
        Map<String, String> settings = Map.of(
                "DATABASE_URL",
                database.workerUrl(),
                "SATCHEL_STORE",
                folder.toUri().toString());
        String before =
                satchel(settings, "export", "list", "--json", "--limit", "1000").succeeded();

        String moved =
                satchel(settings, "export", "archive", "--older-than", "90d").succeeded();

        assertThat(moved.lines()).hasSize(history().files().size()).allMatch(line -> line.contains(" exports  file:"));
        assertThat(satchel(settings, "export", "list", "--json").succeeded()).isEqualToIgnoringWhitespace("[]");
        assertThat(JsonMapper.shared()
                        .readTree(satchel(settings, "export", "list", "--archived", "--json", "--limit", "1000")
                                .succeeded()))
                .isEqualTo(JsonMapper.shared().readTree(before));
        assertThat(satchel(settings, "export", "list", "--archived", "--status", "failed", "--limit", "4")
                        .succeeded()
                        .lines())
                .as("a heading and the newest four that failed")
                .hasSize(5);
        assertThat(satchel(settings, "export", "archive", "--older-than", "90d").succeeded())
                .isEqualTo("no month is due");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            soon | --older-than 'soon' is malformed: expected a time such as 90d or 2160h
            1h   | --older-than must be at least 1d, was '1h'
            """)
    void refusesAnAgeThatIsMalformedOrTooShort(String age, String message) {
        Installation.Result result = satchel(
                Map.of(
                        "DATABASE_URL",
                        database.workerUrl(),
                        "SATCHEL_STORE",
                        folder.toUri().toString()),
                "export",
                "archive",
                "--older-than",
                age);

        assertThat(result.exit()).isEqualTo(2);
        assertThat(result.err()).contains(message);
    }

    private static Installation.Result satchel(Map<String, String> settings, String... arguments) {
        return Installation.satchel(settings, InputStream.nullInputStream(), arguments);
    }

    /** A run that dies before or after each of its calls, and then one that does not. */
    @Test
    void losesAndDoublesNothingWhereverARunIsKilled() throws IOException {
        int points = 0;
        for (boolean after : new boolean[] {false, true}) {
            boolean died = true;
            for (int point = 1; died; point++) {
                empty();
                clear();
                ended("completed", 95, 160);
                List<String> before = inDatabase();
                died = diesAt(point, after);
                points += died ? 1 : 0;
                owner.sql("UPDATE satchel.upload_journal SET opened_at = opened_at - interval '2 days'")
                        .update();

                archive(store()).run(AGE, () -> false);
                cleanUp();

                assertEachOnce(before);
                assertThat(objects())
                        .as("objects after a death %s call %d", after ? "after" : "before", point)
                        .hasSameElementsAs(history().files().stream()
                                .map(file -> file.location().toString())
                                .toList());
                assertThat(history().files()).allMatch(ArchivedMonth::isEmptied);
            }
        }
        assertThat(points).isGreaterThan(30);
    }

    /** What a clean-up does with files, without its job, which would take most of the time. */
    private void cleanUp() throws IOException {
        SatchelPostgres satchel = new SatchelPostgres(workers);
        FileStore store = store();
        StoreCheck check =
                new StoreCheck(store, satchel.knownStores(), satchel.uploadJournal(), satchel.probeRecords());
        CleanUp cleanUp =
                new CleanUp(satchel.uploadJournal(), store, check, satchel.probeRecords(), Duration.ofHours(24));
        cleanUp.removeProbes(100);
        for (UploadJournal.Leftover leftover : cleanUp.leftovers(100)) {
            assertThat(cleanUp.remove(leftover)).isTrue();
        }
    }

    private void clear() throws IOException {
        for (String object : objects()) {
            Files.delete(Path.of(URI.create(object)));
        }
        try (Stream<Path> files = Files.list(folder)) {
            for (Path mark : files.filter(Files::isRegularFile).toList()) {
                Files.delete(mark);
            }
        }
    }

    private boolean diesAt(int point, boolean after) {
        MortalProcess process = new MortalProcess(point, after);
        FileStore store = process.around(FileStore.class, store());
        try {
            archive(
                            store,
                            process.around(HistoryArchive.class, history()),
                            process.around(UploadJournal.class, new SatchelPostgres(workers).uploadJournal()))
                    .run(AGE, () -> false);
            return false;
        } catch (MortalProcess.Killed killed) {
            return true;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Tag("chaos")
    @Test
    void movesAMillionExportsKilledAtAnyPoint() throws IOException {
        owner.sql("""
                        INSERT INTO public.export_history (user_id, export_type, export_format, status, created_at,
                                                           completed_at)
                        SELECT :user, 'profile', 'csv', 'completed', at, at
                          FROM generate_series(1, 1000000) AS number
                         CROSS JOIN LATERAL (SELECT now() - interval '100 days' - number * interval '30 seconds' AS at)
                                    AS moment
                        """).param("user", user).update();
        List<String> before = inDatabase();
        Random random = new Random(7);
        int deaths = 0;
        while (deaths < 20 && diesAt(20 + random.nextInt(300), random.nextBoolean())) {
            deaths++;
            owner.sql("UPDATE satchel.upload_journal SET opened_at = opened_at - interval '2 days'"
                            + " WHERE published_at IS NULL")
                    .update();
        }

        archive(store()).run(AGE, () -> false);

        assertThat(deaths).isPositive();
        assertEachOnce(before);
        assertThat(owner.sql(
                                "SELECT count(*) FROM public.export_history WHERE created_at < now() - interval '122 days'")
                        .query(Long.class)
                        .single())
                .isZero();
    }

    private void assertEachOnce(List<String> expected) throws IOException {
        List<String> found = new ArrayList<>(inDatabase());
        found.addAll(inFiles());
        assertThat(found).as("exports in the database and in files").hasSize(expected.size());
        assertThat(new TreeSet<>(found).equals(new TreeSet<>(expected)))
                .as("whether they are the same")
                .isTrue();
    }
}

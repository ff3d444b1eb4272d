package dev.satchel.batchexport.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.satchel.batchexport.Await;
import dev.satchel.batchexport.Installation;
import dev.satchel.batchexport.Installation.Result;
import dev.satchel.batchexport.database.Database;
import dev.satchel.batchexport.page.Ranges.Spread;
import dev.satchel.batchexport.settings.Settings;
import dev.satchel.migrations.SampleDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/** The figures of a report against the rows they come from, and the command that writes it. */
class ReportIT {

    private static final String SECRET = "patient 4711 <b>";

    private static SampleDatabase database;
    private static final List<Row> ROWS = new ArrayList<>();

    /** An export, in the words of its row. */
    private record Row(
            UUID user,
            String format,
            String status,
            Instant created,
            Instant started,
            Instant completed,
            int retries,
            int records,
            long bytes,
            String error) {}

    @BeforeAll
    static void addExports() throws SQLException {
        database = SampleDatabase.create();
        Random random = new Random(20261025);
        add(random, "2026-10-20T00:00:00Z", 260);
        add(random, "2026-04-21T00:00:00Z", 260);
        add(random, "2026-07-01T00:00:00Z", 120);
        // The first and the last moment of a day of 25 hours, and of a day that begins at one o'clock.
        for (String moment : List.of(
                "2026-10-24T22:00:00Z",
                "2026-10-24T21:59:59.999999Z",
                "2026-10-25T22:59:59.999999Z",
                "2026-10-25T23:00:00Z",
                "2026-04-23T21:59:59.999999Z",
                "2026-04-23T22:00:00Z",
                "2026-04-24T20:59:59.999999Z",
                "2026-04-24T21:00:00Z")) {
            ROWS.add(row(random, Instant.parse(moment)));
        }
        insert();
    }

    @AfterAll
    static void close() {
        database.close();
    }

    private static void add(Random random, String from, int rows) {
        for (int row = 0; row < rows; row++) {
            ROWS.add(row(
                    random,
                    Instant.parse(from)
                            .plusSeconds(random.nextInt(9 * 86_400))
                            .plusNanos(random.nextInt(1_000_000) * 1_000L)));
        }
    }

    private static Row row(Random random, Instant created) {
        String status = List.of("completed", "completed", "completed", "failed", "pending", "processing")
                .get(random.nextInt(6));
        Instant started = created.plusMillis(random.nextInt(7_200_000));
        return new Row(
                UUID.randomUUID(),
                List.of("csv", "json", "jsonl", SECRET).get(random.nextInt(4)),
                status,
                created,
                started,
                started.plusMillis(random.nextInt(90_000)),
                random.nextInt(3),
                random.nextInt(10_000),
                random.nextInt(5_000_000),
                List.of("store_unavailable: the store is away", "cancelled: the user wanted it", SECRET, SECRET + ": x")
                        .get(random.nextInt(4)));
    }

    private static void insert() throws SQLException {
        try (Connection connection = database.superuserDataSource().getConnection();
                Statement statement = connection.createStatement()) {
            // Past the triggers, which let exports be asked for now only.
            statement.execute("SET session_replication_role = 'replica'");
            try (PreparedStatement insert = connection.prepareStatement("""
                    INSERT INTO public.export_history (user_id, export_type, export_format, status, created_at, started_at,
                                                       completed_at, retry_count, records_count, file_size_bytes, file_url,
                                                       error_message, updated_at, cancelled_at)
                    VALUES (?, 'all', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """)) {
                for (Row row : ROWS) {
                    boolean isCompleted = row.status().equals("completed");
                    insert.setObject(1, row.user());
                    insert.setString(2, row.format());
                    insert.setString(3, row.status());
                    insert.setObject(4, row.created().atOffset(ZoneOffset.UTC));
                    insert.setObject(5, row.started().atOffset(ZoneOffset.UTC));
                    insert.setObject(6, isCompleted ? row.completed().atOffset(ZoneOffset.UTC) : null);
                    insert.setInt(7, row.retries());
                    insert.setInt(8, isCompleted ? row.records() : 0);
                    insert.setObject(9, isCompleted ? row.bytes() : null);
                    insert.setString(10, isCompleted && row.records() % 2 == 0 ? "file:///" + row.user() : null);
                    insert.setString(11, row.status().equals("failed") ? row.error() : null);
                    insert.setObject(12, row.completed().atOffset(ZoneOffset.UTC));
                    insert.setObject(
                            13,
                            isFailed(row) && isCancelled(row) ? row.completed().atOffset(ZoneOffset.UTC) : null);
                    insert.addBatch();
                }
                insert.executeBatch();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "2026-10-28T09:30:00Z, Europe/Berlin, 7",
        "2026-04-26T12:00:00Z, Africa/Cairo, 5",
        "2026-07-09T00:30:00Z, Asia/Kathmandu, 30",
        "2026-04-24T20:59:59.999999Z, Africa/Cairo, 1"
    })
    void countsEachExportOnTheDayItWasAskedFor(Instant now, String zone, int days) throws SQLException {
        Period period = new Period(now, ZoneId.of(zone), days);
        Report report = read(period);
        LocalDate last = LocalDate.ofInstant(now, period.zone());
        List<Row> asked = ROWS.stream()
                .filter(row -> !row.created().isAfter(now))
                .filter(row -> !day(row, period).isBefore(last.minusDays(days - 1L)))
                .toList();

        assertThat(asked).isNotEmpty();
        assertThat(report.exports().all()).isEqualTo(tally(asked, row -> true));
        assertThat(report.exports().days()).hasSize(days);
        for (int day = 0; day < days; day++) {
            LocalDate date = last.minusDays(days - 1L - day);
            assertThat(report.exports().days().get(day))
                    .as(date.toString())
                    .isEqualTo(tally(asked, row -> day(row, period).equals(date)));
        }
        for (String format : List.of("csv", "json", "jsonl")) {
            assertThat(report.exports().formats().getOrDefault(format, Tally.NOTHING))
                    .isEqualTo(tally(asked, row -> row.format().equals(format)));
        }
        assertThat(report.exports().formats().getOrDefault("other", Tally.NOTHING))
                .isEqualTo(tally(asked, row -> row.format().equals(SECRET)));

        Document page = Jsoup.parse(ReportPage.of(report, "1.2.3"));
        List<Element> rows = page.select("#exports details tbody tr");
        assertThat(rows).hasSize(days + 1);
        for (int day = 0; day < days; day++) {
            Tally tally = tally(asked, ofDay(period, last.minusDays(days - 1L - day)));
            assertThat(rows.get(day).children().eachText().subList(1, 8))
                    .containsExactly(
                            String.valueOf(tally.asked()),
                            String.valueOf(tally.delivered()),
                            String.valueOf(tally.failed()),
                            String.valueOf(tally.cancelled()),
                            String.valueOf(tally.active()),
                            String.valueOf(tally.waiting()),
                            String.valueOf(tally.tried()));
        }
        assertThat(page.html()).doesNotContain("patient").doesNotContain("4711");
        assertThat(report.failures().stream().mapToLong(Failures.Group::exports).sum())
                .isEqualTo(report.exports().all().failed());
        assertThat(report.failures())
                .filteredOn(group -> group.code().equals("other"))
                .extracting(Failures.Group::exports)
                .containsExactly(asked.stream()
                        .filter(row -> isFailed(row) && row.error().startsWith(SECRET))
                        .count());
    }

    private static Predicate<Row> ofDay(Period period, LocalDate date) {
        return row -> day(row, period).equals(date);
    }

    private static LocalDate day(Row row, Period period) {
        return LocalDate.ofInstant(row.created(), period.zone());
    }

    /** The same figures by another way. */
    private static Tally tally(List<Row> rows, Predicate<Row> which) {
        List<Row> those = rows.stream().filter(which).toList();
        List<Row> delivered =
                those.stream().filter(row -> row.status().equals("completed")).toList();
        return new Tally(
                delivered.size(),
                those.stream().filter(row -> isFailed(row) && !isCancelled(row)).count(),
                those.stream().filter(row -> isFailed(row) && isCancelled(row)).count(),
                those.stream().filter(row -> row.status().equals("pending")).count(),
                those.stream().filter(row -> row.status().equals("processing")).count(),
                delivered.stream().filter(row -> row.retries() > 0).count(),
                delivered.stream().filter(row -> row.records() % 2 == 1).count(),
                delivered.stream().mapToLong(Row::records).sum(),
                delivered.stream().mapToLong(Row::bytes).sum(),
                spread(delivered, row -> seconds(row.created(), row.started())),
                spread(delivered, row -> seconds(row.created(), row.completed())),
                spread(delivered, row -> (double) row.bytes()));
    }

    private static boolean isFailed(Row row) {
        return row.status().equals("failed");
    }

    private static boolean isCancelled(Row row) {
        return row.error().startsWith("cancelled:");
    }

    private static double seconds(Instant from, Instant to) {
        return Duration.between(from, to).toNanos() / 1_000 / 1e6;
    }

    // The least value that is not below so many of all.
    private static Optional<Spread> spread(List<Row> rows, Function<Row, Double> value) {
        List<Double> sorted =
                rows.stream().map(value).sorted(Comparator.naturalOrder()).toList();
        if (sorted.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Spread(
                sorted.get((int) Math.ceil(sorted.size() * 0.5) - 1),
                sorted.get((int) Math.ceil(sorted.size() * 0.95) - 1),
                sorted.get(sorted.size() - 1)));
    }

    @Test
    void isTheSamePageForTheSameSnapshot() throws SQLException {
        Period period = new Period(Instant.parse("2026-10-28T09:30:00Z"), ZoneId.of("Europe/Berlin"), 30);

        List<String> pages = inSnapshot(
                database.workerDataSource(),
                jdbc -> Stream.of(1, 2)
                        .map(time -> ReportPage.of(Report.read(jdbc, period), "1.2.3"))
                        .toList());

        assertThat(pages.get(0)).isEqualTo(pages.get(1));
    }

    @Test
    void namesNoUser() throws SQLException {
        String page =
                ReportPage.of(read(new Period(Instant.parse("2026-10-28T09:30:00Z"), ZoneId.of("UTC"), 300)), "1.2.3");

        assertThat(ROWS).noneMatch(row -> page.contains(row.user().toString()));
    }

    private static Report read(Period period) throws SQLException {
        return inSnapshot(database.workerDataSource(), jdbc -> Report.read(jdbc, period));
    }

    private static <T> T inSnapshot(DataSource dataSource, Function<JdbcClient, T> work) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            connection.setReadOnly(true);
            connection.setAutoCommit(false);
            return work.apply(JdbcClient.create(new SingleConnectionDataSource(connection, true)));
        }
    }

    @Test
    void writesAPageThatOnlyItsAccountCanRead(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("report.html");

        report("--days", "300", "--zone", "Europe/Berlin", "--output", file.toString())
                .succeeded();

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(Jsoup.parse(Files.readString(file)).select("h1").text()).isEqualTo("Satchel report");
        assertThat(Files.readString(file)).contains(database.name()).contains("Europe/Berlin");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void replacesAPageAndKeepsItsPermissions(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("report.html"), "the page of yesterday");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        Path link = Files.createSymbolicLink(folder.resolve("link.html"), file);

        report("-o", link.toString()).succeeded();

        assertThat(Files.readString(file)).startsWith("<!DOCTYPE html>");
        assertThat(Files.isSymbolicLink(link)).isTrue();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-r-----");
    }

    @Test
    void leavesThePageOfYesterdayWhenItCannotRead(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("report.html"), "the page of yesterday");

        Result result = satchel(database.urlOf("satchel_rotation"), "--output", file.toString());

        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.err())
                .contains("this login may not read what a report shows: log in as a member of satchel_exports");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
        assertThat(Files.readString(file)).isEqualTo("the page of yesterday");
    }

    @Test
    void printsThePageAndLeavesOutWhatTheLoginMayNotRead() {
        String page = satchel(database.urlOf("satchel_exports")).succeeded();

        assertThat(page).startsWith("<!DOCTYPE html>").endsWith("</html>");
        assertThat(Jsoup.parse(page).select("#keys p").text()).startsWith("This login may not look at key checks.");
        assertThat(satchel(database.urlOf("satchel_exports"), "--output", "-").succeeded())
                .startsWith("<!DOCTYPE html>");
    }

    @Test
    void refusesAWrongCallBeforeItAsksTheDatabase(@TempDir Path folder) {
        Map.of(
                        List.of("--days", "0"), "--days must be a whole number from 1 to 366, was 0",
                        List.of("--days", "367"), "--days must be a whole number from 1 to 366, was 367",
                        List.of("--zone", "Europe/Atlantis"), "unknown time zone 'Europe/Atlantis'",
                        List.of("--output", folder.toString()), "is a directory: name a file in it",
                        List.of("--output", "/dev/null"), "/dev/null is no ordinary file",
                        List.of("--output", folder.resolve("none/report.html").toString()), "there is no directory")
                .forEach((arguments, sentence) -> {
                    Result result = satchel("postgresql://nobody@127.0.0.1:1/none", arguments.toArray(String[]::new));

                    assertThat(result.err()).contains(sentence);
                    assertThat(result.exit()).isEqualTo(2);
                });
    }

    @Test
    void saysThatItTookTooLong(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("report.html");
        try (Connection other = database.superuserDataSource().getConnection();
                Statement lock = other.createStatement();
                Connection third = database.superuserDataSource().getConnection();
                Statement statement = third.createStatement()) {
            other.setAutoCommit(false);
            lock.execute("LOCK TABLE public.export_history IN ACCESS EXCLUSIVE MODE");
            CompletableFuture<Result> reporting = Installation.begin(
                    Map.of("DATABASE_URL", database.workerUrl()), "report", "--output", file.toString());
            // As the time limit does, which is a minute.
            Await.until("the report waits for the table", () -> isCancelled(statement));

            assertThat(reporting.get(1, TimeUnit.MINUTES).err())
                    .contains("the database needed more than 60 seconds for one figure, or somebody cancelled it")
                    .contains("ask for fewer --days");
            assertThat(reporting.get().exit()).isEqualTo(1);
            other.rollback();
        }
        assertThat(file).doesNotExist();
    }

    private static boolean isCancelled(Statement statement) {
        try (ResultSet row = statement.executeQuery("""
                SELECT coalesce(bool_or(pg_cancel_backend(pid)), false)
                  FROM pg_stat_activity
                 WHERE datname = current_database()
                   AND wait_event_type = 'Lock'
                """)) {
            row.next();
            return row.getBoolean(1);
        } catch (SQLException failed) {
            throw new AssertionError(failed);
        }
    }

    @Test
    void readsOnlyAndSeesOneMoment() throws SQLException {
        Database satchel = new Settings(Map.of("DATABASE_URL", database.workerUrl())).database();

        List<Long> counts = satchel.inOneSnapshot(Duration.ofSeconds(7), dataSource -> {
            JdbcClient jdbc = JdbcClient.create(dataSource);
            long before = jdbc.sql("SELECT count(*) FROM satchel.store")
                    .query(Long.class)
                    .single();
            try (Connection owner = database.ownerDataSource().getConnection();
                    Statement statement = owner.createStatement()) {
                statement.execute("INSERT INTO satchel.store (root, generation, address)"
                        + " VALUES ('file:///' || gen_random_uuid() || '/', 1, 'x')");
            }
            long after = jdbc.sql("SELECT count(*) FROM satchel.store")
                    .query(Long.class)
                    .single();
            assertThat(jdbc.sql("SHOW statement_timeout").query(String.class).single())
                    .isEqualTo("7s");
            assertThatThrownBy(() -> jdbc.sql("DELETE FROM satchel.store").update())
                    .rootCause()
                    .hasMessageContaining("read-only transaction");
            return List.of(before, after);
        });

        assertThat(counts.get(1)).isEqualTo(counts.get(0));
    }

    private static Result report(String... arguments) {
        return satchel(database.workerUrl(), arguments);
    }

    private static Result satchel(String url, String... arguments) {
        return Installation.satchel(
                Map.of("DATABASE_URL", url),
                Stream.concat(Stream.of("report"), Stream.of(arguments)).toArray(String[]::new));
    }
}

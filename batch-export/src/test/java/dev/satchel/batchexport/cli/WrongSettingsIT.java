package dev.satchel.batchexport.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.satchel.batchexport.Installation;
import dev.satchel.batchexport.LogLines;
import dev.satchel.migrations.SampleDatabase;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A worker that is started with a wrong setting while exports wait: it ends with one sentence that names the cause and the
 * remedy, no row has changed, and nothing is in the store.
 *
 * <p>Prints what it saw as a table.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WrongSettingsIT {

    private static final String HISTORY = """
            SELECT coalesce(string_agg(export_history::text, E'\\n' ORDER BY id), '')
              FROM public.export_history
            """;

    @TempDir
    static Path folder;

    private final List<String> seen = new ArrayList<>();
    private Installation satchel;
    private SampleDatabase other;
    private HttpServer elsewhere;

    /**
     * A wrong setting.
     *
     * @param change of the settings of a worker that delivers
     * @param before what the superuser runs, such as making a role
     * @param after what takes that back
     * @param sentence what is printed, as a pattern
     * @param alone whether the program is started, as the border of the process and what the SDK of AWS reads need it
     */
    private record Wrong(
            String name,
            Map<String, String> change,
            List<String> arguments,
            String before,
            String after,
            int exit,
            String sentence,
            boolean alone) {

        Wrong(
                String name,
                Map<String, String> change,
                List<String> arguments,
                String before,
                String after,
                int exit,
                String sentence) {
            this(name, change, arguments, before, after, exit, sentence, false);
        }

        Wrong inItsOwnProcess() {
            return new Wrong(name, change, arguments, before, after, exit, sentence, true);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    @BeforeAll
    void letTwoExportsWait() throws IOException {
        satchel = Installation.in(folder.resolve("s3"));
        other = SampleDatabase.createUnmigrated();
        deliverOneToAVolumeAndUnmountIt();
        satchel.requestOfNewUser();
        satchel.requestOfNewUser();
        Files.createFile(folder.resolve("file"));
        elsewhere = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        elsewhere.createContext("/", WrongSettingsIT::answerAsABucketOfAnotherRegion);
        elsewhere.start();
    }

    private void deliverOneToAVolumeAndUnmountIt() throws IOException {
        satchel.requestOfNewUser();
        Map<String, String> settings = satchel.environment();
        Path volume = Files.createDirectory(folder.resolve("volume"));
        settings.put("SATCHEL_STORE", "file://" + volume);
        Installation.satchel(settings, "export", "run").succeeded();
        Files.move(volume, folder.resolve("s3/unmounted"));
        Files.createDirectory(volume);
    }

    private static void answerAsABucketOfAnotherRegion(HttpExchange exchange) throws IOException {
        byte[] body = ("<Error><Code>AuthorizationHeaderMalformed</Code><Message>The authorization header is malformed;"
                        + " the region 'us-east-1' is wrong; expecting 'eu-central-1'</Message>"
                        + "<Region>eu-central-1</Region></Error>")
                .getBytes(StandardCharsets.UTF_8);
        exchange.getRequestBody().readAllBytes();
        exchange.sendResponseHeaders(400, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @AfterAll
    void printTheTableAndDeliver() {
        System.out.println("| setting | exit | sentence |\n|---|---|---|");
        seen.forEach(System.out::println);
        elsewhere.stop(0);
        other.close();
        satchel.close();
    }

    @Order(1)
    @ParameterizedTest
    @MethodSource({"ofTheStore", "ofTheDatabase", "ofTheProgram"})
    void endsWithASentenceAndTouchesNothing(Wrong wrong) throws Exception {
        Map<String, String> settings = satchel.environment();
        wrong.change().forEach((name, value) -> settings.put(name, value));
        String history = satchel.value(HISTORY);
        List<String> objects = satchel.objects();
        List<Path> files = files();
        superuser(wrong.before());

        List<String> arguments = new ArrayList<>(List.of("export", "run"));
        arguments.addAll(wrong.arguments());
        Ended ended;
        try {
            ended = wrong.alone() ? inItsOwnProcess(settings, arguments) : inThisProcess(settings, arguments);
        } finally {
            superuser(wrong.after());
        }

        String said = ended.said();
        seen.add("| " + wrong.name() + " | " + ended.exit() + " | "
                + masked(said).strip().replace("|", "\\|").replace("\n", "<br>") + " |");
        assertThat(said).matches("(?s)" + wrong.sentence() + ".*");
        assertThat(said.lines().filter(line -> line.startsWith("satchel: ")))
                .as(said)
                .hasSize(1);
        assertThat(said).doesNotContain("unforeseen", "Exception");
        assertThat(ended.exit()).as(said).isEqualTo(wrong.exit());
        assertThat(satchel.value(HISTORY)).isEqualTo(history);
        assertThat(satchel.objects()).isEqualTo(objects);
        assertThat(files()).isEqualTo(files);
        assertThat(satchel.unfinishedUploads()).isZero();
    }

    private record Ended(int exit, String said) {}

    private Ended inItsOwnProcess(Map<String, String> settings, List<String> arguments) throws Exception {
        Path output = folder.resolve("output.txt");
        int exit = Installation.ended(
                satchel.start(settings, List.of("-Duser.home=" + folder), output, arguments.toArray(new String[0])));
        String said = Files.readString(output);
        Files.delete(output);
        return new Ended(exit, said);
    }

    // With what the program would have logged, which stands before its last sentence.
    private static Ended inThisProcess(Map<String, String> settings, List<String> arguments) {
        try (LogLines log = LogLines.ofEverything()) {
            Installation.Result result = Installation.satchel(settings, arguments.toArray(new String[0]));
            return new Ended(result.exit(), String.join("\n", log.messages()) + result.out() + result.err());
        }
    }

    /** What was left alone above could be delivered all the time. */
    @Order(2)
    @Test
    void theRightSettingsDeliver() {
        assertThat(satchel.satchel("export", "run").succeeded()).contains("delivered 2 (");
    }

    Stream<Wrong> ofTheStore() throws IOException {
        return Stream.of(
                store(
                                "missing directory",
                                "file://" + folder.resolve("missing"),
                                1,
                                "satchel: the directory of the store file:\\S+ does not exist: create it, mount its volume, or correct SATCHEL_STORE")
                        .inItsOwnProcess(),
                store(
                        "file instead of a directory",
                        "file://" + folder.resolve("file"),
                        1,
                        "satchel: the store file:\\S+ is a file, not a directory: correct SATCHEL_STORE"),
                store(
                        "unwritable directory",
                        "file://" + unwritable(),
                        1,
                        "satchel: the worker's account may not read or write in the store file:\\S+: give it the rights"),
                store("empty SATCHEL_STORE", "", 2, "satchel: SATCHEL_STORE is not set: expected s3://bucket"),
                store(
                        "SATCHEL_STORE without a scheme",
                        "exports",
                        2,
                        "satchel: SATCHEL_STORE is malformed: expected s3://bucket"),
                store(
                        "SATCHEL_STORE=gs://…",
                        "gs://bucket/exports",
                        2,
                        "satchel: SATCHEL_STORE is malformed: expected s3://bucket"),
                store(
                        "missing bucket",
                        "s3://no-such-bucket/exports",
                        1,
                        "satchel: the store s3://no-such-bucket/exports has no such bucket .*: create the bucket or correct SATCHEL_STORE"),
                s3(
                        "endpoint with a path",
                        "SATCHEL_S3_ENDPOINT",
                        satchel.s3().endpoint() + "/satchel-test",
                        2,
                        "satchel: SATCHEL_S3_ENDPOINT is refused: a path follows the host: expected https:// and a host"),
                s3(
                        "endpoint that nobody serves",
                        "SATCHEL_S3_ENDPOINT",
                        "http://127.0.0.1:" + freePort(),
                        1,
                        "satchel: the store s3://satchel-test/exports cannot be reached .*: check that it runs, and SATCHEL_S3_ENDPOINT"),
                s3(
                        "endpoint of an unknown host",
                        "SATCHEL_S3_ENDPOINT",
                        "https://s3.example.invalid",
                        1,
                        "satchel: the host of the store s3://satchel-test/exports is not known to DNS: correct SATCHEL_S3_ENDPOINT.*s3.example.invalid"),
                s3(
                        "plain http to another machine",
                        "SATCHEL_S3_ENDPOINT",
                        "http://s3.example.com",
                        2,
                        "satchel: SATCHEL_S3_ENDPOINT is refused: http:// to s3.example.com is not encrypted, so others .*: expected https://"),
                s3(
                        "https to a server without TLS",
                        "SATCHEL_S3_ENDPOINT",
                        satchel.s3().endpoint().toString().replace("http://", "https://"),
                        1,
                        "satchel: the TLS handshake with the store s3://satchel-test/exports failed: check whether SATCHEL_S3_ENDPOINT must begin with http or https"),
                s3(
                        "PostgreSQL as the endpoint",
                        "SATCHEL_S3_ENDPOINT",
                        "http://127.0.0.1:" + postgres(),
                        1,
                        "satchel: the store s3://satchel-test/exports cannot be reached or did not answer in time: check that it runs, and SATCHEL_S3_ENDPOINT"),
                s3(
                        "wrong secret",
                        "AWS_SECRET_ACCESS_KEY",
                        "wrong",
                        1,
                        "satchel: the store s3://satchel-test/exports refused the signature .*: correct AWS_SECRET_ACCESS_KEY"),
                s3(
                        "wrong access key",
                        "AWS_ACCESS_KEY_ID",
                        "wrong",
                        1,
                        "satchel: the store s3://satchel-test/exports does not know the credentials .*: correct AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"),
                s3(
                        "secret with a line break",
                        "AWS_SECRET_ACCESS_KEY",
                        "secret\n",
                        2,
                        "satchel: AWS_SECRET_ACCESS_KEY is malformed: it holds a space, a line break or another character that no key has"),
                new Wrong(
                                "no credentials",
                                Map.of(
                                        "AWS_ACCESS_KEY_ID",
                                        "",
                                        "AWS_SECRET_ACCESS_KEY",
                                        "",
                                        "AWS_EC2_METADATA_DISABLED",
                                        "true"),
                                List.of(),
                                "",
                                "",
                                1,
                                "satchel: there are no credentials for the store s3://satchel-test/exports: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
                        .inItsOwnProcess(),
                s3(
                                "access key without its secret",
                                "AWS_SECRET_ACCESS_KEY",
                                "",
                                1,
                                "satchel: there are no credentials for the store s3://satchel-test/exports: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
                        .inItsOwnProcess(),
                new Wrong(
                                "AWS without a region",
                                Map.of(
                                        "SATCHEL_S3_ENDPOINT",
                                        "",
                                        "AWS_REGION",
                                        "",
                                        "AWS_EC2_METADATA_DISABLED",
                                        "true"),
                                List.of(),
                                "",
                                "",
                                2,
                                "satchel: AWS_REGION is not set: expected the region of the bucket")
                        .inItsOwnProcess(),
                s3(
                        "malformed region",
                        "AWS_REGION",
                        "eu central 1",
                        2,
                        "satchel: AWS_REGION is malformed: expected the region of the bucket"),
                s3(
                        "region with a slash",
                        "AWS_REGION",
                        "eu/central/1",
                        2,
                        "satchel: AWS_REGION is malformed: expected the region of the bucket"),
                s3(
                        "region of another bucket",
                        "SATCHEL_S3_ENDPOINT",
                        "http://127.0.0.1:" + elsewhere.getAddress().getPort(),
                        1,
                        "satchel: the store s3://satchel-test/exports .*AuthorizationHeaderMalformed.*AWS_REGION"),
                store(
                        "volume that is not mounted",
                        "file://" + folder.resolve("volume"),
                        1,
                        "satchel: the store file:\\S+ is not the one that the database knows: .*Mount its volume or correct SATCHEL_STORE"),
                s3(
                        "SATCHEL_S3_PATH_STYLE=yes",
                        "SATCHEL_S3_PATH_STYLE",
                        "yes",
                        2,
                        "satchel: SATCHEL_S3_PATH_STYLE is malformed: expected true or false"),
                s3(
                        "SATCHEL_S3_CHECKSUMS=always",
                        "SATCHEL_S3_CHECKSUMS",
                        "always",
                        2,
                        "satchel: SATCHEL_S3_CHECKSUMS is malformed: expected when-required or when-supported"),
                s3(
                                "malformed AWS_MAX_ATTEMPTS",
                                "AWS_MAX_ATTEMPTS",
                                "many",
                                2,
                                "satchel: the SDK of AWS cannot read its settings: correct or unset what is malformed among .*AWS_MAX_ATTEMPTS")
                        .inItsOwnProcess());
    }

    Stream<Wrong> ofTheDatabase() throws IOException {
        String url = satchel.database().workerUrl();
        String name = satchel.database().name();
        return Stream.of(
                database("empty DATABASE_URL", "", 2, "satchel: DATABASE_URL is not set: expected postgresql://")
                        .inItsOwnProcess(),
                database(
                        "DATABASE_URL of another database",
                        "mysql://u:secret@localhost/db",
                        2,
                        "satchel: DATABASE_URL is malformed: it begins neither with postgresql:// nor"),
                database(
                        "malformed DATABASE_URL",
                        "postgresql://u:sec ret@localhost:port/db",
                        2,
                        "satchel: DATABASE_URL is malformed: .*; expected postgresql://"),
                database(
                        "unknown parameter",
                        url + "?sslmod=require",
                        2,
                        "satchel: DATABASE_URL: sslmod is not a parameter that libpq knows"),
                database(
                        "sslmode that there is not",
                        url + "?sslmode=always",
                        2,
                        "satchel: DATABASE_URL: sslmode must be one of allow, "),
                database(
                                "TLS asked of a server without",
                                url + "?sslmode=require",
                                1,
                                "satchel: the database cannot be reached: The server does not support SSL.*; check DATABASE_URL")
                        // The driver speaks the language of the JVM.
                        .inItsOwnProcess(),
                database(
                        "wrong password",
                        url.replaceFirst(":[^:@]+@", ":wrong@"),
                        1,
                        "satchel: the database refused the login: password authentication failed for user .*correct the user and the password in DATABASE_URL"),
                database(
                        "unknown role",
                        url.replaceFirst("//[^@]+@", "//nobody:secret@"),
                        1,
                        "satchel: the database refused the login: password authentication failed for user .*correct the user and the password in DATABASE_URL"),
                database(
                        "unknown database",
                        url.replace(name, "no_such_database"),
                        1,
                        "satchel: the database does not exist: database .no_such_database. does not exist .correct DATABASE_URL."),
                database(
                        "unknown host",
                        url.replaceFirst("@[^/]+/", "@db.example.invalid/"),
                        1,
                        "satchel: the database cannot be reached: the host 'db.example.invalid' is not known: check DATABASE_URL"),
                database(
                        "port that nobody serves",
                        url.replaceFirst("@[^/]+/", "@127.0.0.1:" + freePort() + "/"),
                        1,
                        "satchel: the database cannot be reached: Connection to .* refused.*; check DATABASE_URL, and that PostgreSQL runs there"),
                database(
                        "S3 as the database",
                        url.replaceFirst(
                                "@[^/]+/",
                                "@127.0.0.1:" + satchel.s3().endpoint().getPort() + "/"),
                        1,
                        "satchel: the database cannot be reached: .*; check DATABASE_URL, and that PostgreSQL runs there"),
                database(
                        "database that was not migrated",
                        other.workerUrl(),
                        1,
                        "satchel: the database \\S+ has no tables of Satchel: run 'satchel migrate'"),
                sql(
                        "read-only database",
                        Map.of(),
                        "ALTER DATABASE " + name + " SET default_transaction_read_only = on",
                        "ALTER DATABASE " + name + " RESET default_transaction_read_only",
                        "satchel: the database is read-only .*: it is a standby, or default_transaction_read_only is on"),
                sql(
                        "role that is no member",
                        Map.of("DATABASE_URL", url.replaceFirst("//[^@]+@", "//satchel_passer_by:secret@")),
                        "CREATE ROLE satchel_passer_by LOGIN PASSWORD 'secret'",
                        "DROP ROLE satchel_passer_by",
                        "satchel: the login may not do this: .*log in as a member of satchel_runtime"),
                sql(
                        "role of another part",
                        Map.of("DATABASE_URL", satchel.database().urlOf("satchel_vault")),
                        "SELECT",
                        "SELECT",
                        "satchel: the login may not do this: .*satchel_exports"),
                sql(
                        "role that may not log in",
                        Map.of("DATABASE_URL", url.replaceFirst("//[^@]+@", "//satchel_nologin:secret@")),
                        "CREATE ROLE satchel_nologin PASSWORD 'secret' IN ROLE satchel_runtime",
                        "DROP ROLE satchel_nologin",
                        "satchel: the database refused the login: role .* is not permitted to log in"),
                sql(
                        "schema of a newer program",
                        Map.of(),
                        "INSERT INTO satchel.flyway_schema_history (installed_rank, version, description, type, script,"
                                + " checksum, installed_by, execution_time, success)"
                                + " VALUES (999, '999', 'later', 'SQL', 'V999__later.sql', 0, 'later', 0, true)",
                        "DELETE FROM satchel.flyway_schema_history WHERE version = '999'",
                        "satchel: this program is older than the database's schema.*: run the program that migrated the database"),
                sql(
                        "schema of an older program",
                        Map.of(),
                        "CREATE TABLE public.kept AS SELECT * FROM satchel.flyway_schema_history WHERE version > '001';"
                                + "DELETE FROM satchel.flyway_schema_history WHERE version > '001'",
                        "INSERT INTO satchel.flyway_schema_history SELECT * FROM public.kept; DROP TABLE public.kept",
                        "satchel: this program is newer than the database's schema.*: run 'satchel migrate'"));
    }

    Stream<Wrong> ofTheProgram() {
        return Stream.of(
                setting(
                                "misspelt variable",
                                "SATCHEL_EXPORT_RETENTON",
                                "30d",
                                "satchel: there is no setting SATCHEL_EXPORT_RETENTON: did you mean SATCHEL_EXPORT_RETENTION")
                        .inItsOwnProcess(),
                setting(
                        "variable in small letters",
                        "satchel_store",
                        "file:///tmp",
                        "satchel: there is no setting satchel_store: did you mean SATCHEL_STORE"),
                setting(
                                "SATCHEL_LOG_LEVEL=VERBOSE",
                                "SATCHEL_LOG_LEVEL",
                                "VERBOSE",
                                "satchel: SATCHEL_LOG_LEVEL='VERBOSE' is malformed: expected TRACE")
                        .inItsOwnProcess(),
                setting(
                        "lease that is no time",
                        "SATCHEL_EXPORT_LEASE",
                        "a minute",
                        "satchel: SATCHEL_EXPORT_LEASE is malformed: expected a time such as 60s, 24h or 7d"),
                setting(
                        "lease of nothing",
                        "SATCHEL_EXPORT_LEASE",
                        "0s",
                        "satchel: SATCHEL_EXPORT_LEASE must be at least 3s"),
                setting(
                        "negative retention",
                        "SATCHEL_EXPORT_RETENTION",
                        "-1d",
                        "satchel: SATCHEL_EXPORT_RETENTION must be at least 1s"),
                setting(
                        "attempts that are no number",
                        "SATCHEL_EXPORT_ATTEMPTS",
                        "five",
                        "satchel: SATCHEL_EXPORT_ATTEMPTS is malformed: expected a whole number"),
                setting(
                        "no attempts",
                        "SATCHEL_EXPORT_ATTEMPTS",
                        "0",
                        "satchel: SATCHEL_EXPORT_ATTEMPTS must be a whole number from 1 to 100"),
                setting(
                        "attempts beyond any number",
                        "SATCHEL_EXPORT_ATTEMPTS",
                        "99999999999",
                        "satchel: SATCHEL_EXPORT_ATTEMPTS is malformed: expected a whole number"),
                setting(
                        "a file of texts that is not there",
                        "SATCHEL_ARCHIVE_TEXTS",
                        "missing.yaml",
                        "satchel: the texts in missing.yaml cannot be read: missing.yaml"),
                setting(
                        "SATCHEL_CSV_BOM=maybe",
                        "SATCHEL_CSV_BOM",
                        "maybe",
                        "satchel: SATCHEL_CSV_BOM is malformed: expected true or false"),
                setting(
                        "accepted dataset without a reason",
                        "SATCHEL_EXPORT_ACCEPT_HIDDEN",
                        "sessions",
                        "satchel: SATCHEL_EXPORT_ACCEPT_HIDDEN must name datasets, each with a reason"),
                setting(
                        "accepted dataset that there is not",
                        "SATCHEL_EXPORT_ACCEPT_HIDDEN",
                        "lessons: no table",
                        "satchel: SATCHEL_EXPORT_ACCEPT_HIDDEN names the dataset 'lessons', which does not exist: expected one of profile"),
                new Wrong(
                        "--concurrency 0",
                        Map.of(),
                        List.of("--concurrency", "0"),
                        "",
                        "",
                        2,
                        "satchel: the concurrency must be a whole number from 1 to 64, was 0"),
                new Wrong(
                                "--concurrency two",
                                Map.of(),
                                List.of("--concurrency", "two"),
                                "",
                                "",
                                2,
                                "satchel: Invalid value for option '--concurrency': 'two' is not an int")
                        .inItsOwnProcess(),
                new Wrong(
                        "--concurrency 100000",
                        Map.of(),
                        List.of("--concurrency", "100000"),
                        "",
                        "",
                        2,
                        "satchel: the concurrency must be a whole number from 1 to 64, was 100000"));
    }

    private static Wrong store(String name, String value, int exit, String sentence) {
        return new Wrong(name, Map.of("SATCHEL_STORE", value), List.of(), "", "", exit, sentence);
    }

    private static Wrong s3(String name, String variable, String value, int exit, String sentence) {
        return new Wrong(name, Map.of(variable, value), List.of(), "", "", exit, sentence);
    }

    private static Wrong database(String name, String url, int exit, String sentence) {
        return new Wrong(name, Map.of("DATABASE_URL", url), List.of(), "", "", exit, sentence);
    }

    private static Wrong sql(String name, Map<String, String> change, String before, String after, String sentence) {
        return new Wrong(name, change, List.of(), before, after, 1, sentence);
    }

    private static Wrong setting(String name, String variable, String value, String sentence) {
        return new Wrong(name, Map.of(variable, value), List.of(), "", "", 2, sentence);
    }

    // Root may write wherever there is a disk.
    private Path unwritable() throws IOException {
        Path directory = Files.createDirectories(folder.resolve("unwritable"));
        if ((int) Files.getAttribute(directory, "unix:uid") == 0) {
            return Path.of("/sys/kernel");
        }
        Files.setAttribute(directory, "unix:mode", 0555);
        return directory;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private String postgres() {
        return satchel.database().jdbcUrl().replaceFirst(".*:(\\d+)/.*", "$1");
    }

    private void superuser(String sql) throws SQLException {
        if (!sql.isEmpty()) {
            try (Connection connection =
                            satchel.database().superuserDataSource().getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("SET default_transaction_read_only = off");
                statement.execute(sql);
            }
        }
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> !file.startsWith(folder.resolve("s3")))
                    .sorted()
                    .toList();
        }
    }

    // Ports and folders differ from run to run.
    private String masked(String said) {
        return said.replace(folder.toString(), "/folder")
                .replace(satchel.database().name(), "app")
                .replaceAll("(127\\.0\\.0\\.1|localhost):\\d+", "$1:PORT");
    }
}

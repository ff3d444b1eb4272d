package dev.satchel.batchexport.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.Installation;
import dev.satchel.batchexport.Installation.Result;
import dev.satchel.migrations.SampleDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every wrong call gets one sentence that names the value and what is allowed, and changes nothing. */
class BadInputIT {

    private static final String LEARNER = "11111111-1111-4111-8111-111111111111";

    @TempDir
    static Path folder;

    @AutoClose
    private static Installation satchel;

    @BeforeAll
    static void install() {
        satchel = Installation.in(folder.resolve("s3"));
        satchel.sql("INSERT INTO users (id, email) VALUES ('" + LEARNER + "', 'ana@example.org')");
    }

    @AfterEach
    void nothingChanged() {
        assertThat(satchel.value("SELECT count(*) FROM export_history")).isEqualTo("0");
        assertThat(satchel.objects()).isEmpty();
    }

    static Stream<Arguments> wrongCalls() {
        return Stream.of(
                wrong("a command is missing"),
                wrong("a command is missing after 'export'", "export"),
                wrong("Unmatched argument", "exprot"),
                wrong("Unknown option: '--colour'", "export", "list", "--colour"),
                wrong("Missing required", "export", "request", "--type", "all", "--format", "csv"),
                wrong(
                        "Missing required option: '--format=FORMAT'",
                        "export",
                        "request",
                        "--user",
                        LEARNER,
                        "--type",
                        "all"),
                request("unknown export type 'grades': expected one of profile, settings, progress,", "grades", "csv"),
                request("unknown export type 'ALL'", "ALL", "csv"),
                request("unknown export format 'xml': expected one of csv, json, jsonl, archive", "all", "xml"),
                request(
                        "'2026-02-30' is not a date for 'from': expected year-month-day such as 2026-01-31",
                        "all",
                        "csv",
                        "--from",
                        "2026-02-30"),
                request("'tomorrow' is not a date for 'to'", "all", "csv", "--to", "tomorrow"),
                request(
                        "'Europe/Atlantis' is not a time zone: expected an IANA name such as Europe/Madrid, or UTC",
                        "all",
                        "csv",
                        "--from",
                        "2026-01-01",
                        "--zone",
                        "Europe/Atlantis"),
                request(
                        "the filter 'zone' has no effect without 'from' or 'to': add one of them, or leave out 'zone'",
                        "all",
                        "csv",
                        "--zone",
                        "UTC"),
                request(
                        "the last day (to) 2026-01-01 is before the first (from) 2026-01-02",
                        "all",
                        "csv",
                        "--from",
                        "2026-01-02",
                        "--to",
                        "2026-01-01"),
                request(
                        "unknown difficulty 'hard': expected one of beginner, intermediate, advanced",
                        "vocabulary",
                        "csv",
                        "--difficulty",
                        "hard"),
                request(
                        "unknown phase 'done': expected one of new, learning, review, mastered",
                        "vocabulary",
                        "csv",
                        "--phase",
                        "done"),
                request(
                        "the filters 'from' and 'to' do not apply to the type 'profile'",
                        "profile",
                        "csv",
                        "--from",
                        "2026-01-01"),
                request(
                        "the filter 'phase' does not apply to the type 'qa', which has no phase",
                        "qa",
                        "csv",
                        "--phase",
                        "new"),
                wrong(
                        "'ana' is not a valid user id: expected a UUID such as 123e4567-e89b-12d3-a456-426614174000",
                        "export",
                        "request",
                        "--user",
                        "ana",
                        "--type",
                        "all",
                        "--format",
                        "csv"),
                wrong(
                        "'1-1-1-1-1' is not a valid user id",
                        "export",
                        "request",
                        "--user",
                        "1-1-1-1-1",
                        "--type",
                        "all",
                        "--format",
                        "csv"),
                wrong(
                        "are mutually exclusive",
                        "export",
                        "request",
                        "--user",
                        LEARNER,
                        "--all-users",
                        "--type",
                        "all",
                        "--format",
                        "csv"),
                wrong("'7' is not a valid export id", "export", "show", "7"),
                wrong("'7' is not a valid export id", "export", "link", "7"),
                wrong(
                        "unknown status 'done': expected one of pending, processing, completed, failed",
                        "export",
                        "list",
                        "--status",
                        "done"),
                wrong("the limit must be a whole number from 1 to 10000, was 0", "export", "list", "--limit", "0"),
                wrong("Invalid value for option '--limit'", "export", "list", "--limit", "many"),
                wrong(
                        "the concurrency must be a whole number from 1 to 64, was 0",
                        "export",
                        "run",
                        "--concurrency",
                        "0"));
    }

    @ParameterizedTest
    @MethodSource("wrongCalls")
    void aWrongCallEndsWithTwo(String message, List<String> arguments) {
        Result result = satchel.satchel(arguments.toArray(String[]::new));

        assertThat(result.err()).startsWith("satchel: ").contains(message).doesNotContain("\tat ");
        assertThat(result.out()).isEmpty();
        assertThat(result.exit()).isEqualTo(2);
    }

    static Stream<Arguments> wrongSettings() {
        return Stream.of(
                setting("DATABASE_URL is not set: expected postgresql://", "DATABASE_URL", ""),
                setting(
                        "DATABASE_URL is malformed: it begins neither with postgresql:// nor with jdbc:postgresql:;"
                                + " expected postgresql://",
                        "DATABASE_URL",
                        "mysql://root:hunter2@localhost/app"),
                setting(
                        "DATABASE_URL is malformed: it names no database; expected ",
                        "DATABASE_URL",
                        "postgresql://localhost"),
                setting(
                        "DATABASE_URL: sslMode is not a parameter that libpq knows",
                        "DATABASE_URL",
                        "postgresql://localhost/app?sslMode=require"),
                setting("PGSERVICE cannot be honoured: Satchel reads no service file", "PGSERVICE", "app"),
                setting("SATCHEL_STORE is not set", "SATCHEL_STORE", ""),
                setting("SATCHEL_STORE is malformed: expected s3://bucket", "SATCHEL_STORE", "ftp://files"),
                setting("SATCHEL_STORE is malformed: the name of a bucket has 3 to 63", "SATCHEL_STORE", "s3://"),
                setting(
                        "SATCHEL_S3_ENDPOINT is refused: http:// to s3.example.org is not encrypted, so others could read",
                        "SATCHEL_S3_ENDPOINT",
                        "http://s3.example.org:9000"),
                setting(
                        "SATCHEL_S3_ENDPOINT is refused: http:// to 10.1.2.3 is not encrypted",
                        "SATCHEL_S3_ENDPOINT",
                        "HTTP://10.1.2.3"),
                setting(
                        "SATCHEL_S3_ENDPOINT is refused: the address holds a user, a password",
                        "SATCHEL_S3_ENDPOINT",
                        "http://user:hunter2@localhost:9000"),
                setting(
                        "SATCHEL_S3_ENDPOINT is refused: this is not the address of a service: expected https://",
                        "SATCHEL_S3_ENDPOINT",
                        "s3.example.org/hunter2"),
                setting("is malformed", "SATCHEL_EXPORT_RETENTION", "soon"),
                setting("SATCHEL_EXPORT_RETENTION must be at least 1s, was 0ms", "SATCHEL_EXPORT_RETENTION", "0s"),
                setting("SATCHEL_EXPORT_LEASE must be at least 3s, was 1000ms", "SATCHEL_EXPORT_LEASE", "1s"),
                setting(
                        "SATCHEL_EXPORT_ATTEMPTS must be a whole number from 1 to 100, was 0",
                        "SATCHEL_EXPORT_ATTEMPTS",
                        "0"));
    }

    @ParameterizedTest
    @MethodSource("wrongSettings")
    void aWrongSettingEndsWithTwo(String message, String name, String value) {
        Map<String, String> environment = satchel.environment();
        environment.put(name, value);
        if (value.isEmpty()) {
            environment.remove(name);
        }

        Result result = Installation.satchel(environment, "export", "run");

        assertThat(result.err()).startsWith("satchel: ").contains(message).doesNotContain("\tat ", "hunter2");
        assertThat(result.exit()).isEqualTo(2);
    }

    static Stream<Arguments> secretsInTheWrongPlace() {
        Stream<String> urls = Stream.of(
                "postgresql://ana:hunter2",
                "postgresql://ana:hunter2/app",
                "postgresql://ana:hunter2\n@localhost/app",
                "postgresql://ana:hunter2@localhost/app\n",
                "postgresql://ana:hun@hunter2@localhost/app",
                "postgresql://ana:hunter2@localhost:port/app",
                "postgresql://ana@localhost/app?password=hun&hunter2",
                "postgresql://ana@localhost/app?passwort=hunter2",
                "postgresql://ana@localhost/app?sslmode=hunter2",
                "jdbc:postgresql://ana:hunter2@localhost/app",
                "jdbc:postgresql://localhost:hunter2/app",
                "jdbc:postgresql://localhost/app?user=ana&password=hunter2%",
                "jdbc:postgresql://localhost/app?user=ana&passwort=hunter2",
                "jdbc:postgresql://localhost/app?connectTimeout=hunter2",
                "host=localhost password = hunter2",
                "host=localhost passwort=hunter2",
                "hunter2");
        return Stream.of(
                        urls.map(url -> Arguments.of("DATABASE_URL", url)),
                        Stream.of("hunter2", "s3://ana:hunter2@bucket", "s3://hunter2@", "https://ana:hunter2@host/b")
                                .map(store -> Arguments.of("SATCHEL_STORE", store)),
                        Stream.of("hunter2", "file:hunter2", "file:/hunter2/", "aws-kms:hunter2")
                                .map(kek -> Arguments.of("SATCHEL_KEK", kek)),
                        Stream.of(
                                        "PGHOST",
                                        "PGPORT",
                                        "PGSSLMODE",
                                        "PGCHANNELBINDING",
                                        "SATCHEL_S3_PATH_STYLE",
                                        "SATCHEL_S3_CHECKSUMS",
                                        "SATCHEL_S3_CONDITIONAL_WRITES",
                                        "SATCHEL_EXPORT_RETENTION",
                                        "SATCHEL_EXPORT_LEASE",
                                        "SATCHEL_EXPORT_ATTEMPTS",
                                        "SATCHEL_EXPORT_STOP_GRACE",
                                        "SATCHEL_EXPORT_ORPHAN_GRACE",
                                        "SATCHEL_CSV_BOM",
                                        "SATCHEL_CSV_ESCAPE_FORMULAS",
                                        "AWS_ACCESS_KEY_ID",
                                        "AWS_SECRET_ACCESS_KEY",
                                        "AWS_SESSION_TOKEN",
                                        "AWS_REGION")
                                .map(name -> Arguments.of(name, "ana:hunter2\n@")))
                .flatMap(settings -> settings);
    }

    @ParameterizedTest
    @MethodSource("secretsInTheWrongPlace")
    void nothingOfAMalformedSettingIsRepeated(String name, String value) {
        Map<String, String> environment = satchel.environment();
        if (name.startsWith("PG")) {
            environment.put("DATABASE_URL", "postgresql:///app");
        }
        environment.put(name, value);
        List<String> command = name.equals("SATCHEL_KEK") ? List.of("keys", "rotate") : List.of("export", "run");

        Result result = Installation.satchel(
                environment,
                Stream.concat(command.stream(), Stream.of("--stacktrace")).toArray(String[]::new));

        assertThat(result.err())
                .startsWith("satchel: ")
                .doesNotContain("hunter2")
                .doesNotContain("ana");
        assertThat(result.out()).isEmpty();
        assertThat(result.exit()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"hunter2", "hunter2%0A", "%07hunter2", "hunter2%C2%85", "hunter2%E2%80%AE", "hunter2%20%25"})
    void aWrongPasswordIsNeverRepeated(String password) {
        String url = satchel.database().workerUrl();

        Result result = with(
                "DATABASE_URL", url.replaceFirst(":[^:/@]+@", ":" + password + "@"), "export", "list", "--stacktrace");

        assertThat(result.err()).startsWith("satchel: ").doesNotContain("hunter2");
        assertThat(result.exit()).isEqualTo(1);
    }

    @Test
    void aUserNobodyKnowsIsNamed() {
        Result result = satchel.satchel(
                "export",
                "request",
                "--user",
                "99999999-9999-4999-8999-999999999999",
                "--type",
                "all",
                "--format",
                "csv");

        assertThat(result)
                .isEqualTo(new Result(
                        1,
                        "",
                        "satchel: no user has the id 99999999-9999-4999-8999-999999999999" + System.lineSeparator()));
    }

    @Test
    void anExportNobodyKnowsIsNamed() {
        Result shown = satchel.satchel("export", "show", LEARNER);
        Result linked = satchel.satchel("export", "link", LEARNER);

        assertThat(shown)
                .isEqualTo(new Result(1, "", "satchel: no export has the id " + LEARNER + System.lineSeparator()));
        assertThat(linked.err()).startsWith("satchel: no export with the id " + LEARNER + " has a file to download");
        assertThat(linked.exit()).isEqualTo(1);
    }

    @Test
    void exportsBeyondTheMostUnderWayAreRefusedWithTheRemedy() {
        satchel.sql("INSERT INTO export_history (user_id, export_type, export_format) SELECT '" + LEARNER
                + "', 'type' || n, 'csv' FROM generate_series(1, 50) AS n");

        Result one = satchel.satchel("export", "request", "--user", LEARNER, "--type", "all", "--format", "csv");
        Result all = satchel.satchel("export", "request", "--all-users", "--type", "all", "--format", "csv");

        assertThat(one)
                .isEqualTo(new Result(
                        1,
                        "",
                        "satchel: user " + LEARNER
                                + " would have 51 exports under way, and at most 50 are allowed: wait"
                                + " until one is delivered, or cancel one, and ask again"
                                + System.lineSeparator()));
        assertThat(all).isEqualTo(new Result(0, "", ""));
        satchel.sql("DELETE FROM export_history");
    }

    @Test
    void aLocationThatAnotherProgramWroteGetsNoLink() {
        satchel.sql("INSERT INTO export_history (id, user_id, export_type, export_format, status, file_url, expires_at)"
                + " VALUES ('33333333-3333-4333-8333-333333333333', '" + LEARNER
                + "', 'all', 'csv', 'completed', 's3://"
                + Installation.BUCKET + "/exports/of-somebody-else', '2999-01-01')");

        Result linked = satchel.satchel("export", "link", "33333333-3333-4333-8333-333333333333");
        String shown = satchel.satchel("export", "show", "33333333-3333-4333-8333-333333333333", "--json")
                .succeeded();

        assertThat(linked.err())
                .startsWith("satchel: no export with the id 33333333-3333-4333-8333-333333333333 has a");
        assertThat(linked.exit()).isEqualTo(1);
        assertThat(shown).doesNotContain("of-somebody-else");
        satchel.sql("DELETE FROM export_history");
    }

    @Test
    void aRecordThatIsNoLocationIsNamedAndTheOthersAreRemoved() {
        // A store without a mark is not asked to remove anything.
        satchel.satchel("store", "init").succeeded();
        String definition = satchel.value(
                "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'upload_journal_url_check'");
        satchel.sql("ALTER TABLE satchel.upload_journal DROP CONSTRAINT upload_journal_url_check");
        satchel.sql("INSERT INTO satchel.upload_journal (url, export_id, token, published_at) VALUES"
                + " (E'no\u0007 location', '44444444-4444-4444-8444-444444444444', gen_random_uuid(), now()),"
                + " ('s3://" + Installation.BUCKET
                + "/exports/100% full.csv', gen_random_uuid(), gen_random_uuid(), now()),"
                + " ('s3://" + Installation.BUCKET
                + "/exports/gone.csv', gen_random_uuid(), gen_random_uuid(), now())");

        Result cleaned = satchel.satchel("cleanup");
        String kept = satchel.value(
                "SELECT string_agg(url, ', ' ORDER BY url) FROM satchel.upload_journal WHERE url LIKE '% %'");
        satchel.sql("DELETE FROM satchel.upload_journal");
        satchel.sql("ALTER TABLE satchel.upload_journal ADD CONSTRAINT upload_journal_url_check " + definition);

        assertThat(cleaned.out()).contains("removed 0 expired, 1 of deleted exports, 0 never published; kept 2");
        assertThat(cleaned.exit()).isEqualTo(1);
        assertThat(kept).isEqualTo("no\u0007 location, s3://" + Installation.BUCKET + "/exports/100% full.csv");
    }

    @Test
    void aFileOfUsersIsReadWholeBeforeAnythingIsAsked() throws Exception {
        Path users = Files.writeString(folder.resolve("users.csv"), "name,user_id\nAna," + LEARNER + "\nBo,bo\n");

        Result malformed =
                satchel.satchel("export", "request", "--users", users.toString(), "--type", "all", "--format", "csv");
        Result missing =
                satchel.satchel("export", "request", "--users", "/nowhere.csv", "--type", "all", "--format", "csv");

        assertThat(malformed.err()).contains("'bo' is not a valid user id");
        assertThat(malformed.exit()).isEqualTo(2);
        assertThat(missing.err()).contains("the file /nowhere.csv cannot be read");
        assertThat(missing.exit()).isEqualTo(2);
    }

    @Test
    void aFileOfUsersAsksForAllOrForNobody() throws Exception {
        Path unknown = Files.writeString(
                folder.resolve("unknown.csv"),
                "\uFEFFuser_id\r\n" + LEARNER + "\r\n99999999-9999-4999-8999-999999999999\r\n");
        Path broken = Files.writeString(folder.resolve("broken.csv"), "user_id\n\"" + LEARNER);

        Result refused =
                satchel.satchel("export", "request", "--users", unknown.toString(), "--type", "all", "--format", "csv");
        Result malformed =
                satchel.satchel("export", "request", "--users", broken.toString(), "--type", "all", "--format", "csv");

        assertThat(refused.err()).contains("no user has the id 99999999-9999-4999-8999-999999999999");
        assertThat(refused.out()).isEmpty();
        assertThat(refused.exit()).isEqualTo(1);
        assertThat(malformed.err()).contains("broken.csv cannot be read");
        assertThat(malformed.exit()).isEqualTo(2);
    }

    @Test
    void whatAnotherProgramWroteIsShownWithoutControlCharacters() {
        satchel.sql("INSERT INTO export_history (id, user_id, export_type, export_format) VALUES"
                + " ('22222222-2222-4222-8222-222222222222', '" + LEARNER + "', E'\\u001B]52;c;evil\\u0007', 'csv')");

        String listed = satchel.satchel("export", "list").succeeded();
        String shown = satchel.satchel("export", "show", "22222222-2222-4222-8222-222222222222")
                .succeeded();

        assertThat(listed + shown).contains("]52;c;evil").doesNotContain("\u001B", "\u0007");
        satchel.sql("DELETE FROM export_history");
    }

    @Test
    void aDatabaseThatIsNotThereIsNamed() {
        Result unreachable = with("DATABASE_URL", "postgresql://ana:hunter2@127.0.0.1:1/app", "export", "list");
        Result unknown = with("DATABASE_URL", satchel.database().workerUrl() + "_not", "export", "list");

        assertThat(unreachable.err())
                .startsWith("satchel: the database cannot be reached: ")
                .contains("127.0.0.1:1");
        assertThat(unknown.err()).startsWith("satchel: the database does not exist: ");
        assertThat(List.of(unreachable, unknown)).allSatisfy(BadInputIT::isOneSentenceWithOne);
    }

    @Test
    void aHostThatIsNotKnownIsNamed() {
        Result unknown = with("DATABASE_URL", "postgresql://ana:hunter2@db.example.invalid/app", "export", "list");

        assertThat(unknown.err())
                .startsWith("satchel: the database cannot be reached: the host 'db.example.invalid' is not known");
        isOneSentenceWithOne(unknown);
    }

    @Test
    void aDatabaseThatIsReadOnlyIsNamed() {
        String url = satchel.database().workerUrl() + "?options=-c%20default_transaction_read_only%3Don";

        for (String command : List.of(
                "export request --user " + LEARNER + " --type all --format csv", "progress reconcile --repair")) {
            Result result = with("DATABASE_URL", url, command.split(" "));

            assertThat(result.err())
                    .startsWith("satchel: the database is read-only (cannot execute ")
                    .contains("DATABASE_URL must lead to where changes are allowed");
            isOneSentenceWithOne(result);
        }
    }

    @Test
    void aDatabaseThatTakesNoMoreConnectionsIsNamed() {
        satchel.sql(
                "DROP ROLE IF EXISTS satchel_crowd; CREATE ROLE satchel_crowd LOGIN PASSWORD 'crowd' CONNECTION LIMIT 0");
        String url = satchel.database().workerUrl().replaceFirst("//[^@]+@", "//satchel_crowd:crowd@");

        Result result = with("DATABASE_URL", url, "export", "run");

        assertThat(result.err())
                .startsWith("satchel: the database takes no more connections (too many connections for role");
        isOneSentenceWithOne(result);
        satchel.sql("DROP ROLE satchel_crowd");
    }

    @Test
    void aRefusedLoginIsNamed() {
        String url = satchel.database().workerUrl();
        String wrong = url.replaceFirst(":[^:/@]+@", ":hunter2@");

        for (List<String> command : List.of(List.of("export", "list"), List.of("export", "run"), List.of("migrate"))) {
            Result result = with("DATABASE_URL", wrong, command.toArray(String[]::new));

            assertThat(result.err()).startsWith("satchel: the database refused the login: ");
            isOneSentenceWithOne(result);
        }
    }

    @Test
    void aDatabaseThatWasNotMigratedIsNamed() {
        try (SampleDatabase unmigrated = SampleDatabase.createUnmigrated()) {
            for (List<String> command : List.of(
                    List.of("export", "list"),
                    List.of("export", "run"),
                    List.of("cleanup"),
                    List.of("export", "request", "--user", LEARNER, "--type", "all", "--format", "csv"))) {
                Result result = with("DATABASE_URL", unmigrated.ownerUrl(), command.toArray(String[]::new));

                assertThat(result.err())
                        .contains("has no tables of Satchel: run 'satchel migrate' as their owner first");
                isOneSentenceWithOne(result);
            }
        }
    }

    @Test
    void aLoginWithoutRightsIsTold() {
        satchel.sql("DROP ROLE IF EXISTS satchel_stranger; CREATE ROLE satchel_stranger LOGIN PASSWORD 'stranger'");
        String url = satchel.database().workerUrl().replaceFirst("//[^@]+@", "//satchel_stranger:stranger@");

        Result result = with("DATABASE_URL", url, "export", "list");

        assertThat(result.err()).contains("member of satchel_runtime");
        isOneSentenceWithOne(result);
    }

    @Test
    void aBucketThatIsNotThereStopsTheRunBeforeAnythingIsClaimed() {
        Result result = delivered("SATCHEL_STORE", "s3://no-such-bucket/exports");

        assertThat(result.err())
                .contains(
                        "s3://no-such-bucket/exports has no such bucket", "create the bucket or correct SATCHEL_STORE");
        isOneSentenceWithOne(result);
        isUntouched();
    }

    @Test
    void wrongCredentialsOfTheStoreStopTheRunBeforeAnythingIsClaimed() {
        Result result = delivered("AWS_SECRET_ACCESS_KEY", "hunter2hunter2");

        assertThat(result.err()).contains("refused the signature", "correct AWS_SECRET_ACCESS_KEY");
        isOneSentenceWithOne(result);
        isUntouched();
    }

    @Test
    void aStackTraceIsPrintedOnlyWhenAskedFor() {
        Result plain = with("DATABASE_URL", "postgresql://ana:hunter2@127.0.0.1:1/app", "export", "list");
        Result traced =
                with("DATABASE_URL", "postgresql://ana:hunter2@127.0.0.1:1/app", "export", "list", "--stacktrace");

        assertThat(plain.err()).doesNotContain("\tat ");
        assertThat(traced.err()).contains("\tat ").doesNotContain("hunter2");
    }

    private static Result delivered(String name, String value) {
        satchel.satchel("export", "request", "--user", LEARNER, "--type", "profile", "--format", "csv")
                .succeeded();
        return with(name, value, "export", "run");
    }

    private static void isUntouched() {
        assertThat(satchel.value("SELECT status || ' ' || retry_count || ' ' || (error_message IS NULL)::text"
                        + " || ' ' || (updated_at = created_at)::text FROM export_history"))
                .isEqualTo("pending 0 true true");
        satchel.sql("DELETE FROM export_history");
    }

    private static Result with(String name, String value, String... arguments) {
        Map<String, String> environment = satchel.environment();
        environment.put(name, value);
        return Installation.satchel(environment, arguments);
    }

    private static void isOneSentenceWithOne(Result result) {
        assertThat(result.err().strip().lines()).hasSize(1);
        assertThat(result.err()).doesNotContain("hunter2");
        assertThat(result.out()).isEmpty();
        assertThat(result.exit()).isEqualTo(1);
    }

    private static Arguments wrong(String message, String... arguments) {
        return Arguments.of(message, List.of(arguments));
    }

    private static Arguments request(String message, String type, String format, String... more) {
        List<String> arguments = Stream.concat(
                        Stream.of("export", "request", "--user", LEARNER, "--type", type, "--format", format),
                        Stream.of(more))
                .toList();
        return Arguments.of(message, arguments);
    }

    private static Arguments setting(String message, String name, String value) {
        return Arguments.of(message, name, value);
    }
}

package dev.satchel.batchexport.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.Await;
import dev.satchel.batchexport.Installation;
import dev.satchel.batchexport.Installation.Result;
import dev.satchel.migrations.SampleDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class DoctorIT {

    private static final List<String> OF_THE_DATABASE = List.of(
            "postgresql",
            "schema",
            "connections",
            "clock skew",
            "pending exports",
            "stuck leases",
            "clean-up",
            "exports of the last day",
            "last export run",
            "last clean-up run",
            "schedule",
            "tables",
            "triggers",
            "row security");

    @TempDir
    Path folder;

    @AutoClose
    private Installation satchel;

    private Map<String, String> settings;
    private String delivered;

    @BeforeEach
    void deliverOnceAndCleanUp() {
        satchel = Installation.in(folder.resolve("s3"));
        settings = satchel.environment();
        settings.put("SATCHEL_KEK", "file:" + folder.toAbsolutePath().resolve("kek.json"));
        delivered = satchel.requestOfNewUser();
        satchel("export", "run").succeeded();
        satchel("cleanup").succeeded();
        satchel("keys", "init").succeeded();
    }

    @Test
    void findsAWorkerWellAndLeavesEverythingAsItWas() {
        List<String> objects = satchel.everything();

        Map<String, JsonNode> findings = doctor(0);

        assertThat(findings).hasSize(20);
        findings.forEach((check, finding) -> assertThat(verdict(finding))
                .as(finding.toString())
                .isEqualTo(check.equals("triggers") ? "not_checked" : "ok"));
        assertThat(found(findings, "exports of the last day")).isEqualTo("delivered 1, failed 0");
        assertThat(found(findings, "store")).contains("took, returned and removed a file");
        assertThat(remedy(findings, "triggers")).contains("track_functions = 'pl'");
        assertThat(satchel.everything()).isEqualTo(objects);
        assertThat(satchel.value("SELECT count(*) FROM satchel.store_probe")).isEqualTo("0");
        assertThat(satchel("doctor", "--quiet").succeeded()).isEmpty();
        assertThat(satchel("doctor").succeeded().lines())
                .last()
                .isEqualTo("20 checks, 0 failed, 0 warnings, 1 not checked");
    }

    @Test
    void warnsWhereNoJobHasRunYet() {
        satchel.sql("DELETE FROM satchel.batch_step_execution_context; DELETE FROM satchel.batch_step_execution;"
                + " DELETE FROM satchel.batch_job_execution_context; DELETE FROM satchel.batch_job_execution_params;"
                + " DELETE FROM satchel.batch_job_execution; DELETE FROM satchel.batch_job_instance");

        Map<String, JsonNode> findings = doctor(0);

        for (String check : List.of("last export run", "last clean-up run")) {
            assertThat(verdict(findings.get(check))).isEqualTo("warning");
            assertThat(found(findings, check)).startsWith("none has succeeded yet");
        }
    }

    @Test
    void warnsOfJobsThatStoppedRunning() {
        satchel.sql("UPDATE satchel.batch_job_execution SET end_time = end_time - interval '3 days'");

        Map<String, JsonNode> findings = doctor(0);

        assertThat(verdict(findings.get("last export run"))).isEqualTo("warning");
        assertThat(remedy(findings, "last clean-up run")).contains("'satchel cleanup'");

        satchel.sql("UPDATE satchel.batch_job_execution SET status = 'STARTED', last_updated = localtimestamp");
        assertThat(verdict(doctor(0).get("last export run"))).isEqualTo("ok");
    }

    @Test
    void warnsOfScheduledJobsThatNoProgramTakesOrThatFail() {
        satchel.sql("""
                INSERT INTO satchel.scheduled_tasks (task_name, task_instance, execution_time, picked, version)
                VALUES ('cleanup', 'recurring', now() + interval '1 hour', false, 1),
                       ('streaks', 'recurring', now() - interval '5 minutes', false, 1)
                """);
        assertThat(verdict(doctor(0).get("schedule"))).isEqualTo("ok");

        satchel.sql("UPDATE satchel.scheduled_tasks SET execution_time = now() - interval '3 hours', picked = true,"
                + " last_heartbeat = now() WHERE task_name = 'streaks'");
        assertThat(verdict(doctor(0).get("schedule"))).isEqualTo("ok");

        satchel.sql("UPDATE satchel.scheduled_tasks SET execution_time = now() - interval '11 minutes', picked = false,"
                + " last_heartbeat = NULL WHERE task_name = 'streaks';"
                + " UPDATE satchel.scheduled_tasks SET consecutive_failures = 2 WHERE task_name = 'cleanup'");
        Map<String, JsonNode> findings = doctor(0);
        assertThat(verdict(findings.get("schedule"))).isEqualTo("warning");
        assertThat(found(findings, "schedule"))
                .isEqualTo("cleanup has failed 2 times in a row; streaks has been due for 11 minutes");
    }

    @Test
    void failsForAnExportThatWaitsTooLong() {
        String id = satchel.requestOfNewUser();
        satchel.sql("UPDATE export_history SET created_at = now() - interval '27 hours' WHERE id = '" + id + "'");

        Map<String, JsonNode> findings = doctor(1);

        assertThat(verdict(findings.get("pending exports"))).isEqualTo("failed");
        assertThat(found(findings, "pending exports"))
                .isEqualTo("the oldest of 1 pending exports has waited for 27 hours, longer than 26 hours");
        assertThat(satchel("doctor", "--quiet").out().lines()).hasSize(2);
    }

    @Test
    void warnsOfExportsThatWaitForTheOperator() {
        String id = satchel.requestOfNewUser();
        satchel.sql("UPDATE export_history SET error_message = 'store_full: no room' WHERE id = '" + id + "'");

        Map<String, JsonNode> findings = doctor(0);

        assertThat(verdict(findings.get("pending exports"))).isEqualTo("warning");
        assertThat(remedy(findings, "pending exports")).contains("store_full: make room, run cleanup");
    }

    @Test
    void failsForALeaseThatNoWorkerTakesOver() {
        String id = satchel.requestOfNewUser();
        satchel.sql("UPDATE export_history SET status = 'processing', started_at = now() WHERE id = '" + id + "';"
                + " INSERT INTO satchel.export_lease (export_id, attempt, token, owner, heartbeat_at, expires_at)"
                + " VALUES ('" + id + "', 1, gen_random_uuid(), 'silent', now(), now() - interval '6 minutes')");

        Map<String, JsonNode> findings = doctor(1);

        assertThat(verdict(findings.get("stuck leases"))).isEqualTo("failed");
        assertThat(found(findings, "stuck leases")).endsWith("no worker has taken over: 1");
    }

    @Test
    void warnsOfAFileThatShouldBeGone() {
        satchel.sql("UPDATE export_history SET expires_at = now() - interval '30 hours'");

        Map<String, JsonNode> findings = doctor(0);

        assertThat(verdict(findings.get("clean-up"))).isEqualTo("warning");
        assertThat(found(findings, "clean-up"))
                .isEqualTo("expired files that are still there: 1, the first of them for 30 hours; objects of deleted"
                        + " exports: 0");

        satchel.sql("DELETE FROM export_history");
        assertThat(found(doctor(0), "clean-up"))
                .isEqualTo("expired files that are still there: 0; objects of deleted exports: 1");
    }

    @Test
    void countsWhatFailedByCode() {
        fail("store_full: no room", "store_full: no room", "something a user wrote");

        Map<String, JsonNode> findings = doctor(1);

        assertThat(verdict(findings.get("exports of the last day"))).isEqualTo("failed");
        assertThat(found(findings, "exports of the last day"))
                .isEqualTo("delivered 1, failed 3 (75 %): other 1, store_full 2");
        assertThat(remedy(findings, "exports of the last day")).contains("make room", "satchel export retry --failed");

        satchel.sql(
                "UPDATE export_history SET completed_at = now() - interval '25 hours' WHERE id = '" + delivered + "'");
        assertThat(found(doctor(1), "exports of the last day")).startsWith("delivered 0, failed 3 (100 %)");
    }

    private void fail(String... errors) {
        for (String error : errors) {
            String id = satchel.requestOfNewUser();
            satchel.sql("UPDATE export_history SET status = 'failed', error_message = '" + error + "' WHERE id = '" + id
                    + "'");
        }
    }

    @Test
    void failsWhereAPolicyWasChanged() {
        satchel.sql("ALTER TABLE public.export_history DISABLE ROW LEVEL SECURITY");

        Map<String, JsonNode> findings = doctor(1);

        assertThat(verdict(findings.get("row security"))).isEqualTo("failed");
        assertThat(found(findings, "row security"))
                .contains("row security of public.export_history: expected enabled, found disabled");

        satchel.sql("ALTER TABLE public.export_history ENABLE ROW LEVEL SECURITY;"
                + " CREATE POLICY everybody ON public.user_progress FOR SELECT TO authenticated USING (true)");
        assertThat(found(doctor(1), "row security")).contains("everybody");
    }

    @Test
    void failsWhereTooFewConnectionsAreLeft() {
        satchel.sql("ALTER DATABASE " + satchel.database().name() + " CONNECTION LIMIT 5");

        assertThat(verdict(doctor(1).get("connections"))).isEqualTo("failed");

        satchel.sql("ALTER DATABASE " + satchel.database().name() + " CONNECTION LIMIT 11");
        assertThat(verdict(doctor(0).get("connections"))).isEqualTo("warning");
    }

    @Test
    void warnsOfATableThatVacuumDoesNotKeepUpWith() throws Exception {
        // The end of a session hands its counts to the server.
        try (Connection owner = satchel.database().ownerDataSource().getConnection();
                Statement statement = owner.createStatement()) {
            statement.execute("ALTER TABLE satchel.store_probe SET (autovacuum_enabled = false)");
            statement.execute("INSERT INTO satchel.store_probe (url)"
                    + " SELECT 'file:///' || n FROM generate_series(1, 10001) AS n");
            statement.execute("DELETE FROM satchel.store_probe");
        }

        Await.until(
                "the server counts the dead rows",
                () -> verdict(doctor(0).get("tables")).equals("warning"));

        assertThat(found(doctor(0), "tables"))
                .startsWith("more than half as many dead rows as live ones: satchel.store_probe ")
                .containsPattern("\\(0 rows, 100\\d\\d dead, never vacuumed\\)");
    }

    @Test
    void tellsTheTimeOfTriggersOnceTheServerMeasuresIt() throws Exception {
        String name = satchel.database().name();
        try (Connection superuser = satchel.database().superuserDataSource().getConnection();
                Statement statement = superuser.createStatement()) {
            statement.execute("ALTER DATABASE " + name + " SET track_functions = 'pl'");
        }
        try (Connection owner = satchel.database().ownerDataSource().getConnection();
                Statement statement = owner.createStatement()) {
            statement.execute("INSERT INTO public.sessions (user_id, session_type, ended_at)"
                    + " SELECT id, 'description', now() FROM public.users");
        }

        Await.until(
                "the server counts the calls",
                () -> found(doctor(0), "triggers").matches("\\d+\\.\\d\\d ms for each statement .*, over 1 of them"));
        assertThat(verdict(doctor(0).get("triggers"))).isEqualTo("ok");
    }

    @Test
    void saysWhatALoginMayNotSee() {
        for (String role : List.of("satchel_vault", "satchel_rotation")) {
            settings.put("DATABASE_URL", satchel.database().urlOf(role));

            Map<String, JsonNode> findings = doctor(0);

            for (String check : List.of(
                    "pending exports", "stuck leases", "clean-up", "exports of the last day", "last export run")) {
                assertThat(verdict(findings.get(check))).as(role + ": " + check).isEqualTo("not_checked");
                assertThat(remedy(findings, check)).contains("satchel_exports");
            }
            for (String check : List.of("postgresql", "schema", "connections", "tables", "row security", "store")) {
                assertThat(verdict(findings.get(check))).as(role + ": " + check).isEqualTo("ok");
            }
        }
        settings.put("DATABASE_URL", satchel.database().urlOf("satchel_exports"));
        assertThat(verdict(doctor(0).get("pending exports"))).isEqualTo("ok");
        settings.put("DATABASE_URL", satchel.database().ownerUrl());
        assertThat(verdict(doctor(0).get("pending exports"))).isEqualTo("ok");
    }

    @Test
    void saysOfALoginWithoutAnyRightThatItMaySeeNothing() throws SQLException {
        SampleDatabase database = satchel.database();
        try (Connection superuser = database.superuserDataSource().getConnection();
                Statement statement = superuser.createStatement()) {
            statement.execute("DROP ROLE IF EXISTS doctor_stranger");
            statement.execute("CREATE ROLE doctor_stranger LOGIN PASSWORD 'strange'");
        }
        // Without a policy it would see an empty table, in which nothing waits.
        satchel.sql("GRANT SELECT ON public.export_history TO doctor_stranger");
        settings.compute(
                "DATABASE_URL",
                (name, url) -> String.valueOf(url).replaceFirst("//[^@]+@", "//doctor_stranger:strange@"));

        Map<String, JsonNode> findings = doctor(0);

        assertThat(findings).hasSize(20);
        assertThat(verdict(findings.get("pending exports"))).isEqualTo("not_checked");
        assertThat(verdict(findings.get("schema"))).isEqualTo("not_checked");
    }

    @Test
    void checksTheRestWhereTheDatabaseCannotBeReached() {
        for (String url : List.of(
                "postgresql://satchel:not-the-password@127.0.0.1:1/app",
                satchel.database().workerUrl().replaceFirst(":[^:@/]+@", ":not-the-password@"))) {
            settings.put("DATABASE_URL", url);

            Map<String, JsonNode> findings = doctor(1);

            assertThat(verdict(findings.get("database"))).isEqualTo("failed");
            assertThat(remedy(findings, "database")).contains("DATABASE_URL");
            assertThat(findings.toString()).doesNotContain("not-the-password");
            assertThat(verdict(findings.get("store"))).isEqualTo("ok");
            assertThat(verdict(findings.get("key-encryption key"))).isEqualTo("ok");
            assertThat(findings).doesNotContainKeys(OF_THE_DATABASE.toArray(String[]::new));
        }
        settings.remove("DATABASE_URL");
        assertThat(found(doctor(1), "database")).contains("DATABASE_URL is not set");
    }

    @Test
    void saysThatADatabaseWasNotMigrated() {
        try (SampleDatabase database = SampleDatabase.createUnmigrated()) {
            settings.put("DATABASE_URL", database.ownerUrl());

            Map<String, JsonNode> findings = doctor(1);

            assertThat(verdict(findings.get("schema"))).isEqualTo("failed");
            assertThat(found(findings, "schema")).contains("run 'satchel migrate'");
            assertThat(verdict(findings.get("pending exports"))).isEqualTo("not_checked");
        }
    }

    @Test
    void saysThatADatabaseIsReadOnly() throws SQLException {
        try (Connection owner = satchel.database().ownerDataSource().getConnection();
                Statement statement = owner.createStatement()) {
            statement.execute(
                    "ALTER DATABASE " + satchel.database().name() + " SET default_transaction_read_only = on");
        }

        assertThat(found(doctor(1), "database")).startsWith("the database is read-only");
    }

    @Test
    void saysWhatIsWrongWithAStore() throws Exception {
        settings.put("AWS_SECRET_ACCESS_KEY", "not-the-secret");
        Map<String, JsonNode> findings = doctor(1);
        assertThat(verdict(findings.get("store"))).isEqualTo("failed");
        assertThat(findings.toString()).doesNotContain("not-the-secret");

        Path store = Files.createDirectory(folder.resolve("store"));
        settings.put("SATCHEL_STORE", store.toUri().toString());
        assertThat(found(doctor(0), "store")).contains("no worker has used it yet");
        try (var files = Files.list(store)) {
            assertThat(files).isEmpty();
        }
        satchel.requestOfNewUser();
        satchel("export", "run").succeeded();
        assertThat(found(doctor(0), "store")).contains("took, returned and removed a file");

        Files.move(store, folder.resolve("elsewhere"));
        assertThat(verdict(doctor(1).get("store"))).isEqualTo("failed");
        Files.createDirectory(store);
        assertThat(found(doctor(1), "store")).contains("not the one that the database knows");

        settings.put("SATCHEL_STORE", "ftp://nowhere");
        assertThat(found(doctor(1), "store")).startsWith("SATCHEL_STORE is malformed");
        settings.remove("SATCHEL_STORE");
        assertThat(verdict(doctor(0).get("store"))).isEqualTo("not_checked");
    }

    @Test
    void saysWhatIsWrongWithTheKeyEncryptionKey() {
        settings.put("SATCHEL_KEK", "file:" + folder.toAbsolutePath().resolve("never-made.json"));
        assertThat(found(doctor(1), "key-encryption key")).contains("never-made.json");

        settings.put("SATCHEL_KEK", "the key itself, by mistake");
        Map<String, JsonNode> findings = doctor(1);
        assertThat(verdict(findings.get("key-encryption key"))).isEqualTo("failed");
        assertThat(findings.toString()).doesNotContain("by mistake");

        settings.remove("SATCHEL_KEK");
        assertThat(verdict(doctor(0).get("key-encryption key"))).isEqualTo("not_checked");
    }

    /** What it finds, by check. Nothing of it names a user or a secret. */
    private Map<String, JsonNode> doctor(int exit) {
        Result result = satchel("doctor", "--json");
        assertThat(result.exit()).as(result.out() + result.err()).isEqualTo(exit);
        satchel.rows("SELECT id::text FROM users", row -> {
            try {
                assertThat(result.out()).doesNotContain(row.getString(1));
            } catch (SQLException failed) {
                throw new AssertionError(failed);
            }
        });
        assertThat(result.out() + result.err())
                .doesNotContain(satchel.s3().secretKey())
                .doesNotContain(satchel.database().workerPassword())
                .doesNotContain(satchel.database().ownerPassword());
        Map<String, JsonNode> findings = new LinkedHashMap<>();
        JsonMapper.shared()
                .readTree(result.out())
                .forEach(finding -> findings.put(finding.path("check").asString(), finding));
        return findings;
    }

    private Result satchel(String... arguments) {
        return Installation.satchel(settings, arguments);
    }

    private static String verdict(JsonNode finding) {
        return finding.path("verdict").asString();
    }

    private static String found(Map<String, JsonNode> findings, String check) {
        return findings.get(check).path("found").asString();
    }

    private static String remedy(Map<String, JsonNode> findings, String check) {
        return findings.get(check).path("remedy").asString();
    }
}

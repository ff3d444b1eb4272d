package dev.satchel.batchexport.schema.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.schema.Platform;
import dev.satchel.batchexport.schema.PostgresServer;
import dev.satchel.batchexport.schema.Schemas;
import dev.satchel.batchexport.schema.migrate.Backfill;
import dev.satchel.batchexport.schema.migrate.Migration;
import dev.satchel.migrations.SampleDatabase;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A fresh migration is verified without a complaint, wherever it lands. */
class SchemaVerificationIT {

    static Stream<Arguments> everyVersionAndPlatform() {
        return PostgresServer.versions()
                .flatMap(version -> Arrays.stream(Platform.values()).map(platform -> Arguments.of(version, platform)));
    }

    @ParameterizedTest
    @MethodSource("everyVersionAndPlatform")
    void isAllGreenAfterMigrating(PostgresServer.Version version, Platform platform) throws SQLException, IOException {
        try (var server = version.start()) {
            var migrator = platform.prepare(server);
            new Migration(migrator).migrate();
            new Backfill(migrator).run(waiting -> {});

            var checks = SchemaVerification.of(migrator).checks();

            assertThat(checks)
                    .filteredOn(Check::isFailed)
                    .extracting(Check::line)
                    .isEmpty();
            assertThat(subjects(checks, Check.Result.WARNING)).isEqualTo(platform.warnings());
            assertThat(subjects(checks, Check.Result.OK)).hasSizeGreaterThan(400);
        }
    }

    @Test
    void theMatrixHasEveryMajorVersionOrTheSuiteOne() throws SQLException, IOException {
        var majors = new TreeSet<Integer>();
        for (var version : PostgresServer.versions().toList()) {
            try (var server = version.start()) {
                majors.add(server.major());
            }
        }

        if (System.getProperty("satchel.test.matrix") == null) {
            assertThat(majors).hasSize(1);
        } else {
            assertThat(majors).containsExactly(14, 15, 16, 17, 18);
        }
    }

    @Test
    void saysEveryThingOnceAndChangesNothing() throws SQLException {
        try (var database = SampleDatabase.createWithLearners()) {
            var verification = SchemaVerification.of(database.ownerDataSource());

            var first = verification.checks();
            var second = verification.checks();

            assertThat(second).isEqualTo(first);
            assertThat(first).extracting(Check::subject).doesNotHaveDuplicates();
        }
    }

    @Test
    void canLeaveTheHistoryOfMigrationsOut() throws SQLException {
        try (var database = SampleDatabase.create()) {
            execute(database, "DROP TABLE satchel.flyway_schema_history");
            var verification = SchemaVerification.of(database.ownerDataSource());

            assertThat(verification.checks()).filteredOn(Check::isFailed).isNotEmpty();
            assertThat(verification.withoutHistory().checks())
                    .filteredOn(Check::isFailed)
                    .isEmpty();
        }
    }

    @Test
    void findsEverythingMissingBeforeTheFirstMigration() throws SQLException {
        try (var database = SampleDatabase.createEmpty()) {
            var checks = SchemaVerification.of(database.ownerDataSource()).checks();

            assertThat(checks)
                    .contains(new Check("schema satchel", "present", "nothing", Check.Result.FAILED))
                    .contains(new Check("table public.export_history", "ordinary", "nothing", Check.Result.FAILED));
        }
    }

    @Test
    void warnsOfWhatTheApplicationShouldChange() throws SQLException {
        try (var database = SampleDatabase.create()) {
            execute(
                    database,
                    "ALTER TABLE public.sessions DISABLE ROW LEVEL SECURITY",
                    "REVOKE SELECT ON public.qa_responses FROM authenticated",
                    "DROP POLICY \"Own settings\" ON public.user_settings",
                    "DROP TABLE public.learning_analytics",
                    "ALTER TABLE public.user_settings DROP daily_word_goal, ADD daily_word_goal varchar(10)");

            var checks = SchemaVerification.of(database.ownerDataSource()).checks();

            assertThat(checks)
                    .filteredOn(check -> check.result() == Check.Result.WARNING)
                    .extracting(Check::line)
                    .contains(
                            "warning row security of public.sessions: disabled: only Satchel's own filter parts one"
                                    + " user's rows from another's",
                            "warning reading of public.qa_responses by authenticated: refused; run: GRANT SELECT ON"
                                    + " public.qa_responses TO authenticated;",
                            "warning type of public.user_settings.daily_word_goal: character varying(10), which cannot"
                                    + " be read as integer: its exports wait with database_misconfigured; 'satchel"
                                    + " datasets check' names the type to use",
                            "warning row security of public.user_settings: enabled, but no policy lets authenticated"
                                    + " read: exports find no rows");
            assertThat(checks).contains(Check.ok("table public.learning_analytics", "absent, as exports will say"));
            assertThat(checks).filteredOn(Check::isFailed).isEmpty();
        }
    }

    @Test
    void namesARowThatWasThereBeforeItsConstraint() throws SQLException {
        try (var database = SampleDatabase.create()) {
            var verification = SchemaVerification.of(database.ownerDataSource());
            execute(
                    database,
                    "CREATE TEMPORARY TABLE rule AS SELECT pg_get_constraintdef(oid) AS definition FROM pg_constraint"
                            + " WHERE conname = 'upload_journal_url_check'",
                    "ALTER TABLE satchel.upload_journal DROP CONSTRAINT upload_journal_url_check",
                    "INSERT INTO satchel.upload_journal (url, export_id, token)"
                            + " SELECT url, gen_random_uuid(), gen_random_uuid()"
                            + " FROM unnest(ARRAY ['no location', 'zzz', 's3://bucket/sound']) AS url",
                    "DO $$ BEGIN EXECUTE 'ALTER TABLE satchel.upload_journal ADD CONSTRAINT upload_journal_url_check '"
                            + " || (SELECT definition FROM rule) || ' NOT VALID'; END $$");

            assertThat(verification.checks())
                    .filteredOn(Check::isFailed)
                    .extracting(Check::line)
                    .anyMatch(line ->
                            line.startsWith("FAILED  constraint upload_journal_url_check on satchel.upload_journal:"))
                    .contains(
                            "FAILED  rows beyond constraint upload_journal_url_check on satchel.upload_journal: expected 0,"
                                    + " found 2, such as 'no location'; correct or delete each, then run: ALTER TABLE"
                                    + " satchel.upload_journal VALIDATE CONSTRAINT upload_journal_url_check");

            execute(
                    database,
                    "DELETE FROM satchel.upload_journal WHERE url !~ '^s3'",
                    "ALTER TABLE satchel.upload_journal VALIDATE CONSTRAINT upload_journal_url_check");
            assertThat(verification.checks()).filteredOn(Check::isFailed).isEmpty();
        }
    }

    @Test
    void warnsOfPoliciesThatHideRecordsFromTheirOwnUser() throws SQLException {
        try (var database = SampleDatabase.create()) {
            execute(
                    database,
                    "INSERT INTO public.users (id, email) VALUES ('55555555-5555-4555-8555-555555555555', 'a@example.org')",
                    "INSERT INTO public.sessions (user_id, session_type) VALUES"
                            + " ('55555555-5555-4555-8555-555555555555', 'mixed')");
            assertThat(SchemaVerification.of(database.superuserDataSource()).checks())
                    .contains(Check.ok("records as their users see them", "all, as tried with 1 users"));
            execute(
                    database,
                    "CREATE POLICY strong ON public.sessions AS RESTRICTIVE FOR SELECT USING (false)",
                    "CREATE POLICY \"not yours\" ON public.sessions AS RESTRICTIVE FOR SELECT TO anon USING (false)");

            assertThat(SchemaVerification.of(database.ownerDataSource()).checks())
                    .filteredOn(check -> check.result() == Check.Result.WARNING)
                    .extracting(Check::line)
                    .contains(
                            "warning restrictive policies of public.sessions: strong: an export fails with records_hidden"
                                    + " where one hides rows from their own user, unless satchel.export.accept-hidden names the"
                                    + " dataset");
            assertThat(SchemaVerification.of(database.superuserDataSource()).checks())
                    .extracting(Check::line)
                    .contains("warning records of public.sessions as their user sees them: 1 of 1 hidden from user"
                            + " 55555555-5555-4555-8555-555555555555 by row security: such an export fails with"
                            + " records_hidden, unless satchel.export.accept-hidden names the dataset");

            execute(
                    database,
                    "DROP POLICY strong ON public.sessions",
                    "CREATE FUNCTION public.is_member(who uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS"
                            + " 'BEGIN RETURN EXISTS (SELECT FROM public.members); END'",
                    "CREATE POLICY members ON public.sessions FOR SELECT TO authenticated"
                            + " USING (public.is_member(user_id))");
            assertThat(SchemaVerification.of(database.superuserDataSource()).checks())
                    .extracting(Check::line)
                    .contains(
                            "warning records of public.sessions as their user sees them: not counted, and exports fail or"
                                    + " wait in the same way: ERROR: relation \"public.members\" does not exist (42P01);"
                                    + " 'satchel datasets check' compares the tables with the datasets file");
        }
    }

    @Test
    void namesTheRowOfAZoneThatTheServerHasLost() throws SQLException {
        try (var database = SampleDatabase.create()) {
            execute(
                    database,
                    "INSERT INTO public.users (id, email) VALUES ('55555555-5555-4555-8555-555555555555', 'a@example.org')",
                    "ALTER TABLE satchel.user_zone DISABLE TRIGGER trigger_user_zone_known",
                    "INSERT INTO satchel.user_zone (user_id, since, zone) VALUES"
                            + " ('55555555-5555-4555-8555-555555555555', '2026-01-01Z', 'Mars/Olympus'),"
                            + " ('55555555-5555-4555-8555-555555555555', '2026-02-01Z', 'Europe/Madrid')",
                    "ALTER TABLE satchel.user_zone ENABLE TRIGGER trigger_user_zone_known");

            var checks = SchemaVerification.of(database.ownerDataSource()).checks();

            assertThat(checks)
                    .filteredOn(check -> check.subject().equals("zones of users"))
                    .singleElement()
                    .extracting(Check::line)
                    .asString()
                    .startsWith("warning zones of users: 1 rows name a zone that the server does not know, such as"
                            + " 'Mars/Olympus' of user 55555555-5555-4555-8555-555555555555 since 2026-01-01 ");
            assertThat(checks).filteredOn(Check::isFailed).isEmpty();
        }
    }

    @Test
    void acceptsAnApplicationWithoutWords() throws SQLException {
        try (var database = Schemas.unmigrated()) {
            execute(database, "DROP TABLE public.learning_progress");
            new Migration(database.ownerDataSource()).migrate();
            new Backfill(database.ownerDataSource()).run(waiting -> {});

            assertThat(SchemaVerification.of(database.ownerDataSource()).checks())
                    .filteredOn(Check::isFailed)
                    .extracting(Check::line)
                    .isEmpty();
            execute(database, "UPDATE public.sessions SET ended_at = started_at WHERE ended_at IS NULL");
        }
    }

    @Test
    void findsWhatKeepsProgressFromBeingExact() throws SQLException {
        try (var database = SampleDatabase.createWithLearners()) {
            execute(
                    database,
                    "ALTER TABLE public.sessions DISABLE TRIGGER trigger_update_user_progress_from_session_update",
                    "DROP TRIGGER trigger_update_user_progress_from_words_delete ON public.learning_progress",
                    "DROP TRIGGER trigger_user_progress_for_new_user ON public.users",
                    "DELETE FROM satchel.progress_total WHERE user_id = (SELECT id FROM public.users LIMIT 1)",
                    "ALTER TABLE public.user_progress DROP CONSTRAINT user_progress_user_id_fkey",
                    "ALTER TABLE public.sessions DROP CONSTRAINT sessions_user_id_fkey",
                    "ALTER TABLE public.user_progress ADD CONSTRAINT user_progress_user_id_fkey FOREIGN KEY (user_id)"
                            + " REFERENCES public.users (id) ON DELETE CASCADE",
                    "ALTER TABLE public.sessions ADD CONSTRAINT sessions_user_id_fkey FOREIGN KEY (user_id)"
                            + " REFERENCES public.users (id) ON DELETE CASCADE");

            var checks = SchemaVerification.of(database.ownerDataSource()).checks();

            assertThat(subjects(checks, Check.Result.FAILED))
                    .containsExactlyInAnyOrder(
                            "state of trigger trigger_update_user_progress_from_session_update on public.sessions",
                            "trigger trigger_update_user_progress_from_words_delete on public.learning_progress",
                            "state of trigger trigger_update_user_progress_from_words_delete on public.learning_progress",
                            "trigger trigger_user_progress_for_new_user on public.users",
                            "state of trigger trigger_user_progress_for_new_user on public.users",
                            "progress of every user");
            assertThat(checks)
                    .filteredOn(check -> check.subject().equals("deletion of a user"))
                    .singleElement()
                    .extracting(Check::line)
                    .asString()
                    .startsWith("warning deletion of a user: takes user_progress before public.sessions, and may");
        }
    }

    @Test
    void acceptsWhatIsKeptAsideUnlessAnApiRoleReachesIt() throws SQLException {
        try (var database = SampleDatabase.create()) {
            var verification = SchemaVerification.of(database.ownerDataSource());
            execute(
                    database,
                    "CREATE TABLE satchel.adopted_user_progress (id uuid PRIMARY KEY, anything text DEFAULT 'x')",
                    "GRANT SELECT (anything) ON satchel.adopted_user_progress TO anon",
                    "CREATE FUNCTION satchel.adopted_touch() RETURNS trigger LANGUAGE plpgsql"
                            + " AS 'BEGIN RETURN NEW; END'",
                    "CREATE TRIGGER touch BEFORE UPDATE ON satchel.adopted_user_progress"
                            + " FOR EACH ROW EXECUTE FUNCTION satchel.adopted_touch()",
                    "CREATE SCHEMA satchel_archive",
                    "CREATE TABLE satchel_archive.user_progress_20260102 (id uuid)",
                    "GRANT DELETE ON satchel_archive.user_progress_20260102 TO authenticated");
            assertThat(verification.checks()).filteredOn(Check::isFailed).isEmpty();

            execute(
                    database,
                    "GRANT USAGE ON SCHEMA satchel TO anon",
                    "GRANT USAGE ON SCHEMA satchel_archive TO authenticated");
            assertThat(verification.checks())
                    .filteredOn(Check::isFailed)
                    .extracting(Check::line)
                    .contains(
                            "FAILED  kept table satchel.adopted_user_progress: expected closed to the API roles,"
                                    + " found open to anon",
                            "FAILED  kept function satchel.adopted_touch(): expected closed to the API roles,"
                                    + " found open to anon",
                            "FAILED  kept table satchel_archive.user_progress_20260102: expected closed to the API"
                                    + " roles, found open to authenticated");
        }
    }

    @Test
    void namesLoginsThatRowSecurityDoesNotBind() throws SQLException {
        try (var database = SampleDatabase.create()) {
            var verification = SchemaVerification.of(database.ownerDataSource());
            assertThat(verification.checks()).contains(Check.ok("row security of Satchel's logins", "binds them"));
            Schemas.run(database.superuserDataSource(), """
                    CREATE ROLE unbound_a LOGIN BYPASSRLS IN ROLE satchel_runtime;
                    CREATE ROLE unbound_b LOGIN SUPERUSER IN ROLE satchel_vault;
                    CREATE ROLE unbound_c LOGIN IN ROLE satchel_exports, satchel_owner;
                    CREATE ROLE unbound_d LOGIN IN ROLE unbound_a;
                    CREATE ROLE bound LOGIN IN ROLE satchel_exports;
                    CREATE ROLE unbound_e LOGIN BYPASSRLS;
                    """);
            try {
                assertThat(verification.checks())
                        .filteredOn(check -> check.subject().equals("row security of Satchel's logins"))
                        .extracting(Check::line)
                        .containsExactly("warning row security of Satchel's logins: does not bind unbound_a has"
                                + " BYPASSRLS; unbound_b is a superuser; unbound_c may become satchel_owner, which owns"
                                + " table public.export_history; unbound_d may become unbound_a, which has BYPASSRLS:"
                                + " make the worker a login of its own, in role satchel_runtime, that owns no table and"
                                + " bypasses nothing");
            } finally {
                Schemas.run(
                        database.superuserDataSource(),
                        "DROP ROLE unbound_a, unbound_b, unbound_c, unbound_d, unbound_e, bound");
            }
        }
    }

    @Test
    void warnsOfAnOpenPublic() throws SQLException {
        try (var database = SampleDatabase.create()) {
            Schemas.run(database.superuserDataSource(), "GRANT CREATE ON SCHEMA public TO PUBLIC, satchel_worker");

            assertThat(SchemaVerification.of(database.ownerDataSource()).checks())
                    .filteredOn(check -> check.subject().equals("creation in schema public"))
                    .extracting(Check::line)
                    .containsExactly("warning creation in schema public: open to PUBLIC, satchel_worker, whose"
                            + " operators and functions others would then run; run: REVOKE CREATE ON SCHEMA public"
                            + " FROM PUBLIC; REVOKE CREATE ON SCHEMA public FROM satchel_worker;");
        }
    }

    private static List<String> subjects(List<Check> checks, Check.Result result) {
        var subjects = new ArrayList<String>();
        for (var check : checks) {
            if (check.result() == result) {
                subjects.add(check.subject());
            }
        }
        return subjects;
    }

    private static void execute(SampleDatabase database, String... statements) throws SQLException {
        try (var connection = database.ownerDataSource().getConnection();
                var statement = connection.createStatement()) {
            for (var sql : statements) {
                statement.execute(sql);
            }
        }
    }
}

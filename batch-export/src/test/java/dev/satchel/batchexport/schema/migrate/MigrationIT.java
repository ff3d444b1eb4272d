package dev.satchel.batchexport.schema.migrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.satchel.batchexport.schema.Schemas;
import dev.satchel.batchexport.schema.catalog.SchemaBusyException;
import dev.satchel.batchexport.schema.catalog.SchemaTransaction;
import dev.satchel.migrations.CatalogFingerprint;
import dev.satchel.migrations.SampleDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class MigrationIT {

    // What a transaction has locked in schema public, but for what everybody who reads locks.
    private static final String LOCKS = """
            SELECT relname || ' ' || mode
              FROM pg_locks
              JOIN pg_class ON pg_class.oid = relation
             WHERE pid = pg_backend_pid()
               AND locktype = 'relation'
               AND relkind = 'r'
               AND mode NOT IN ('AccessShareLock', 'RowShareLock')
               AND pg_class.oid = ANY (string_to_array('%s', ',')::oid[])
             ORDER BY 1
            """;

    private static final String TABLES = """
            SELECT string_agg(oid::text, ',')
              FROM pg_class
             WHERE relnamespace = 'public'::regnamespace
               AND relkind = 'r'
            """;

    @Test
    void isDoneOnceHoweverManyStart() throws Exception {
        try (var database = Schemas.unmigrated()) {
            var outcomes = atOnce(8, () -> new Migration(database.ownerDataSource()).migrate());

            assertThat(outcomes.stream().filter(outcome -> !outcome.applied().isEmpty()))
                    .hasSize(1);
            assertThat(outcomes).extracting(Migration.Outcome::version).containsOnly(latestVersion());
        }
    }

    @Test
    void makesWhatFlywayMakesFileByFile() throws SQLException {
        try (var database = SampleDatabase.createUnmigrated()) {
            new Migration(database.ownerDataSource()).migrate();

            assertThat(Schemas.everything(database)).isEqualTo(Flyways.EVERYTHING);
            assertThat(history(database)).isEqualTo(Flyways.HISTORY);
        }
    }

    @Test
    void aSecondRunFindsNothingToDo() throws SQLException {
        try (var database = SampleDatabase.create()) {
            var before = Schemas.everything(database);

            var outcome = new Migration(database.ownerDataSource()).migrate();

            assertThat(outcome)
                    .isEqualTo(new Migration.Outcome(
                            List.of(), List.of(), List.of(), List.of(), List.of(), latestVersion()));
            assertThat(Schemas.everything(database)).isEqualTo(before);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void waitsInShortStepsForAnIdleTransaction(boolean adopts) throws Exception {
        var executor = Executors.newCachedThreadPool();
        try (var database = adopts ? Schemas.earlier() : Schemas.unmigrated();
                var idle = database.ownerDataSource().getConnection()) {
            idle.setAutoCommit(false);
            SchemaTransaction.execute(idle, "UPDATE public.users SET last_login = now() WHERE username = 'amelia'");
            SchemaTransaction.execute(idle, """
                    UPDATE public.sessions
                       SET device_type = 'idle'
                     WHERE user_id = (SELECT id FROM public.users WHERE username = 'amelia')
                    """);
            var over = new AtomicBoolean();
            var longestWait = executor.submit(() -> longestWrite(database, over));

            var migration = executor.submit(() -> new Migration(database.ownerDataSource()).migrate());
            Thread.sleep(7000);
            var migratedWhileIdle = migration.isDone();
            idle.commit();
            var outcome = migration.get();
            over.set(true);

            assertThat(migratedWhileIdle).isFalse();
            assertThat(outcome.applied()).isNotEmpty();
            System.out.printf("Longest wait of a writer, adopting %s: %s%n", adopts, longestWait.get());
            assertThat(longestWait.get()).isBetween(Duration.ofSeconds(1), Duration.ofMillis(4500));
        } finally {
            executor.shutdownNow();
        }
    }

    @Test
    void givesUpInTheEndAndTellsWhoIsInTheWay() throws SQLException {
        try (var database = Schemas.unmigrated();
                var idle = database.ownerDataSource().getConnection()) {
            idle.setAutoCommit(false);
            SchemaTransaction.execute(idle, "UPDATE public.sessions SET device_type = 'idle'");
            var before = Schemas.everything(database);

            var busy = catchThrowableOfType(
                    SchemaBusyException.class,
                    () -> new Migration(database.ownerDataSource(), Duration.ZERO, connection -> {}).migrate());

            assertThat(busy).hasCauseInstanceOf(SQLException.class);
            assertThat(((SQLException) busy.getCause()).getSQLState()).isEqualTo("55P03");
            assertThat(busy.getMessage())
                    .startsWith("gave up after 1 attempts in 2 seconds, nothing was changed:")
                    .contains("; locks are held by process ")
                    .contains(" on public.sessions since ");
            assertThat(Schemas.everything(database)).isEqualTo(before);
        }
    }

    @Test
    void waitsForALockAsLongAsItIsTold() throws SQLException {
        try (var database = Schemas.unmigrated();
                var idle = database.ownerDataSource().getConnection()) {
            idle.setAutoCommit(false);
            SchemaTransaction.execute(idle, "UPDATE public.sessions SET device_type = 'idle'");
            var settings = new MigrationSettings(Duration.ofMillis(20), Optional.empty());
            var limits = new ArrayList<String>();

            assertThatThrownBy(
                            () -> new Migration(database.ownerDataSource(), settings, Duration.ZERO, connection -> {})
                                    .migrate())
                    .isInstanceOf(SchemaBusyException.class);
            idle.rollback();
            // The files supply their own where none is set, and this is set.
            new Migration(
                            database.ownerDataSource(),
                            new MigrationSettings(Duration.ofSeconds(7), Optional.empty()),
                            SchemaTransaction.PATIENCE,
                            connection -> limits.addAll(SchemaTransaction.rows(connection, "SHOW lock_timeout")))
                    .migrate();

            assertThat(limits).containsExactly("7s");
        }
    }

    @Test
    void aRivalTableStopsItWithTheDifferences() throws SQLException {
        try (var database = Schemas.unmigrated()) {
            Schemas.run(
                    database.ownerDataSource(),
                    "CREATE TABLE public.export_history (id bigint PRIMARY KEY, note text)");
            var before = Schemas.everything(database);

            var stop = catchThrowableOfType(
                    PreflightException.class, () -> new Migration(database.ownerDataSource()).migrate());

            assertThat(stop.getMessage())
                    .contains("FAILED  table public.export_history: ", "found one of another shape: ")
                    .contains("column id is bigint and not uuid")
                    .contains("column status character varying(20) is missing")
                    .contains("column public.export_history.note text, nullable is unknown");
            assertThat(Schemas.everything(database)).isEqualTo(before);
        }
    }

    @Test
    void leavesNothingBehindWhereAFileFails() throws SQLException {
        try (var database = Schemas.unmigrated()) {
            // Out of the pre-flight's sight: the last versioned file and a repeatable one meet something.
            Schemas.run(database.ownerDataSource(), "CREATE VIEW public.user_api_keys_status AS SELECT 1 AS one");
            var before = Schemas.everything(database);

            assertThat(catchThrowableOfType(
                            RuntimeException.class, () -> new Migration(database.ownerDataSource()).migrate()))
                    .hasMessageContaining("user_api_keys_status");

            assertThat(Schemas.everything(database)).isEqualTo(before);
        }
    }

    @Test
    void takesNoExclusiveLockOnAnyTableOfTheApplication() throws SQLException {
        try (var database = Schemas.unmigrated()) {
            var tables = Schemas.value(database.superuserDataSource(), TABLES);
            var locks = new ArrayList<String>();

            new Migration(database.ownerDataSource(), SchemaTransaction.PATIENCE, noting(locks, tables)).migrate();

            assertThat(locks).isEqualTo(committed("locks-forward.txt"));
            assertThat(locks).noneMatch(lock -> lock.endsWith("AccessExclusiveLock"));
        }
    }

    @Test
    void locksNoMoreThanItMustToAdoptAndToRollBack() throws SQLException {
        try (var database = Schemas.earlier()) {
            var tables = Schemas.value(database.superuserDataSource(), TABLES);
            var adoption = new ArrayList<String>();
            var rollback = new ArrayList<String>();

            new Migration(database.ownerDataSource(), SchemaTransaction.PATIENCE, noting(adoption, tables)).migrate();
            new Rollback(database.ownerDataSource(), SchemaTransaction.PATIENCE, noting(rollback, tables)).destroy();

            assertThat(adoption).isEqualTo(committed("locks-adoption.txt"));
            assertThat(rollback).isEqualTo(committed("locks-rollback.txt"));
        }
    }

    @ParameterizedTest
    @MethodSource("numbersOfFiles")
    void recordsWhatWasPastedAndAppliesTheRest(int pasted) throws SQLException {
        try (var database = SampleDatabase.createUnmigrated()) {
            files().limit(pasted).forEach(file -> paste(database, file));

            var outcome = new Migration(database.ownerDataSource()).migrate();

            assertThat(Schemas.everything(database)).isEqualTo(Flyways.EVERYTHING);
            assertThat(history(database)).isEqualTo(Flyways.HISTORY);
            assertThat(outcome.version()).isEqualTo(latestVersion());
            assertThat(Schemas.value(
                            database.ownerDataSource(),
                            "SELECT has_table_privilege('satchel_runtime', 'satchel.flyway_schema_history', 'SELECT')"))
                    .isEqualTo("t");
            assertThat(new Migration(database.ownerDataSource()).migrate().applied())
                    .isEmpty();
        }
    }

    /** One, each sixth number after it, and all files; every number under -Pmatrix. */
    static IntStream numbersOfFiles() {
        int all = (int) files().count();
        int stride = System.getProperty("satchel.test.matrix") == null ? 6 : 1;
        return IntStream.rangeClosed(1, all).filter(number -> number % stride == 1 % stride || number == all);
    }

    @Test
    void pastedTablesOfAnotherShapeAreNotRecorded() throws SQLException {
        try (var database = SampleDatabase.createUnmigrated()) {
            files().forEach(file -> paste(database, file));
            Schemas.run(database.ownerDataSource(), """
                    ALTER TABLE public.export_history DROP CONSTRAINT export_history_status_check;
                    DROP INDEX public.idx_user_progress_last_activity;
                    DROP POLICY "Users can view their own API keys" ON public.user_api_keys;
                    DROP TABLE satchel.export_lease CASCADE;
                    """);
            var before = Schemas.everything(database);

            var stop = catchThrowableOfType(
                    PreflightException.class, () -> new Migration(database.ownerDataSource()).migrate());

            assertThat(stop.getMessage())
                    .contains("constraint export_history_status_check on public.export_history CHECK")
                    .contains("index public.idx_user_progress_last_activity")
                    .contains("policy \"Users can view their own API keys\"")
                    .contains("satchel.export_lease of V004__export_history.sql is missing")
                    // It is there, and of another shape.
                    .doesNotContain("table public.user_api_keys of");
            assertThat(Schemas.everything(database)).isEqualTo(before);
        }
    }

    @Test
    void adoptsAndRollsBackRowForRow() throws SQLException {
        try (var database = Schemas.earlier()) {
            var rows = "SELECT t::text FROM public.%s AS t ORDER BY 1";
            var before = CatalogFingerprint.of(database.superuserDataSource());
            var rowsBefore = new ArrayList<List<String>>();
            for (var table : OwnTableState.NAMES) {
                rowsBefore.add(Schemas.rows(database.superuserDataSource(), rows.formatted(table)));
            }

            new Migration(database.ownerDataSource()).migrate();
            new Rollback(database.ownerDataSource()).destroy();

            assertThat(CatalogFingerprint.of(database.superuserDataSource())).isEqualTo(before);
            var rowsAfter = new ArrayList<List<String>>();
            for (var table : OwnTableState.NAMES) {
                rowsAfter.add(Schemas.rows(database.superuserDataSource(), rows.formatted(table)));
            }
            assertThat(rowsAfter).isEqualTo(rowsBefore).allMatch(all -> all.size() > 10);
        }
    }

    private static SchemaTransaction.Step noting(List<String> locks, String tables) {
        return (Connection connection) -> locks.addAll(SchemaTransaction.rows(connection, LOCKS.formatted(tables)));
    }

    private static List<String> committed(String list) {
        return Schemas.resource(list).lines().toList();
    }

    private static Duration longestWrite(SampleDatabase database, AtomicBoolean over) throws Exception {
        var longest = Duration.ZERO;
        try (var connection = database.ownerDataSource().getConnection()) {
            while (!over.get()) {
                for (var write : List.of(
                        "UPDATE public.users SET last_login = now() WHERE username = 'bruno'",
                        "UPDATE public.sessions SET device_type = 'x' WHERE user_id = (SELECT id FROM public.users WHERE username = 'bruno')")) {
                    var start = System.nanoTime();
                    SchemaTransaction.execute(connection, write);
                    var took = Duration.ofNanos(System.nanoTime() - start);
                    longest = took.compareTo(longest) > 0 ? took : longest;
                    // One that never pauses would take a core of the migration.
                    Thread.sleep(10);
                }
            }
        }
        return longest;
    }

    static <T> List<T> atOnce(int times, Callable<T> call) throws Exception {
        var executor = Executors.newFixedThreadPool(times);
        try {
            var start = new CountDownLatch(1);
            var futures = IntStream.range(0, times)
                    .mapToObj(n -> executor.submit(() -> {
                        start.await();
                        return call.call();
                    }))
                    .toList();
            start.countDown();
            var results = new ArrayList<T>();
            for (var future : futures) {
                results.add(future.get());
            }
            return results;
        } finally {
            executor.shutdownNow();
        }
    }

    private static List<String> history(SampleDatabase database) throws SQLException {
        return Schemas.rows(database.ownerDataSource(), """
                SELECT concat_ws(' ', version, description, script, checksum, success)
                  FROM satchel.flyway_schema_history
                 WHERE type = 'SQL'
                 ORDER BY version, description
                """);
    }

    private static String latestVersion() {
        return files().filter(file -> file.startsWith("V"))
                .reduce((first, second) -> second)
                .map(file -> file.substring(1, file.indexOf("__")).replace('_', '.'))
                .orElseThrow();
    }

    /** The files in Flyway's order. */
    private static Stream<String> files() {
        return Flyways.FILES.stream();
    }

    /** What Flyway alone reads and makes. */
    private static final class Flyways {

        static final List<String> FILES;
        static final List<String> EVERYTHING;
        static final List<String> HISTORY;

        static {
            try (var empty = SampleDatabase.createEmpty();
                    var connection = empty.ownerDataSource().getConnection();
                    var migrated = SampleDatabase.create()) {
                FILES = Stream.of(SchemaFiles.flyway(connection).load().info().pending())
                        .map(file -> file.getScript())
                        .toList();
                EVERYTHING = Schemas.everything(migrated);
                HISTORY = history(migrated);
            } catch (SQLException failure) {
                throw new IllegalStateException(failure);
            }
        }
    }

    private static void paste(SampleDatabase database, String file) {
        try {
            Schemas.run(database.ownerDataSource(), SchemaFiles.read(file));
        } catch (SQLException failure) {
            throw new IllegalStateException(file, failure);
        }
    }
}

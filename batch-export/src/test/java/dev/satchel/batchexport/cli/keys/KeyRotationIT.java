package dev.satchel.batchexport.cli.keys;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.satchel.UserId;
import dev.satchel.batchexport.Installation;
import dev.satchel.keys.ApiKeys;
import dev.satchel.keys.Provider;
import dev.satchel.keys.Purpose;
import dev.satchel.keys.UserKeys;
import dev.satchel.keys.encryption.DataKeys;
import dev.satchel.keyset.FileKeyEncryptionKeys;
import dev.satchel.postgres.SatchelPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A rotation in a process of its own, killed at random moments, while others set and use keys.
 *
 * <p>{@code -Dsatchel.rotation.users=100000 -Dsatchel.rotation.kills=20} makes it a long one; {@code
 * -Dsatchel.rotation.seed} repeats the moments of an earlier one as far as a clock allows.
 */
class KeyRotationIT {

    private static final int USERS = Integer.getInteger("satchel.rotation.users", 1_000);
    private static final int KILLS = Integer.getInteger("satchel.rotation.kills", 2);
    private static final long SEED = Long.getLong("satchel.rotation.seed", System.nanoTime());
    private static final int THREADS = 4;
    private static final Duration PAUSE = Duration.ofMillis(2);
    private static final Purpose PURPOSE = new Purpose("describe image");

    @TempDir
    Path folder;

    private final Random random = new Random(SEED);
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    private final AtomicBoolean stop = new AtomicBoolean();
    private final List<Future<Void>> busy = new ArrayList<>();
    private final AtomicLong reads = new AtomicLong();
    private final AtomicLong sets = new AtomicLong();
    private Installation satchel;
    private HikariDataSource pool;
    private FileKeyEncryptionKeys keyEncryptionKeys;
    private UserKeys userKeys;
    private DataKeys dataKeys;

    @BeforeEach
    void open() {
        satchel = Installation.in(folder.resolve("s3"));
        HikariConfig config = new HikariConfig();
        config.setDataSource(satchel.database().workerDataSource());
        config.setMaximumPoolSize(THREADS + 1);
        pool = new HikariDataSource(config);
        keyEncryptionKeys = FileKeyEncryptionKeys.create(file());
        // The file is opened as another process would: nothing tells this vault of a rotation.
        FileKeyEncryptionKeys theirs = FileKeyEncryptionKeys.open(file());
        userKeys = new UserKeys(new SatchelPostgres(pool).keyVault(theirs));
        dataKeys = new SatchelPostgres(pool).dataKeys(keyEncryptionKeys);
    }

    @AfterEach
    void close() throws InterruptedException {
        stop.set(true);
        threads.shutdownNow();
        assertThat(threads.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
        pool.close();
        satchel.close();
    }

    @Test
    void isKilledAndResumedWhileKeysAreSetAndUsed() throws Exception {
        System.out.printf("rotation of %d users, %d kills, seed %d%n", USERS, KILLS, SEED);
        List<Learners> learners = sealed();

        long started = System.nanoTime();
        assertThat(Installation.ended(rotate())).isZero();
        long wholeMillis = millisSince(started);
        long wrappingMillis = Long.parseLong(satchel.value("""
                SELECT (extract(epoch FROM max(wrapped_at) - min(wrapped_at)) * 1000)::bigint
                  FROM satchel.data_key
                """));
        System.out.printf(
                "undisturbed: %d data keys in %d ms with the start of the program (%d a second),"
                        + " %d ms from the first batch to the last%n",
                USERS, wholeMillis, USERS * 1000L / wholeMillis, wrappingMillis);

        for (Learners some : learners) {
            busy.add(threads.submit(() -> {
                some.setAndUseKeys();
                return null;
            }));
        }
        killAtRandom(wholeMillis, wrappingMillis);
        terminateOnce();
        finish();
        retire();
        long before = reads.get();
        while (reads.get() < before + 100) {
            requireThatNobodyFailed();
            Thread.sleep(10);
        }
        stop.set(true);
        for (Future<Void> one : busy) {
            one.get();
        }
        System.out.printf("meanwhile %d reads and %d sets%n", reads.get(), sets.get());
        assertThat(sets).hasPositiveValue();

        everyKeyOpensInANewProcess(learners);
    }

    private void killAtRandom(long wholeMillis, long wrappingMillis) throws Exception {
        int kills = 0;
        int amidst = 0;
        for (int round = 0; kills < KILLS || amidst == 0; round++) {
            assertThat(round).as("rounds, of which %d were killed", kills).isLessThan(10 + 5 * KILLS);
            List<String> keysBefore = keyEncryptionKeys.ids();
            long doneBefore = done();
            boolean isUnfinished = doneBefore < USERS;

            Process rotation = rotate();
            // Every other one strikes anywhere, its start included; the rest when it is under way.
            if (round % 2 == 0) {
                Thread.sleep(random.nextLong(wholeMillis));
            } else {
                long seen = isUnfinished ? doneBefore : 0;
                while (rotation.isAlive() && (done() == seen || done() == USERS)) {
                    Thread.sleep(2);
                }
                Thread.sleep(random.nextLong(wrappingMillis + 1));
            }
            boolean wasAlive = rotation.isAlive();
            rotation.destroyForcibly().waitFor();
            sessionEnds();

            // An unfinished rotation is gone on with: keys would pile up in the file otherwise.
            assertThat(keyEncryptionKeys.ids()).hasSizeLessThanOrEqualTo(keysBefore.size() + (isUnfinished ? 0 : 1));
            long done = done();
            boolean isSame = keyEncryptionKeys.ids().equals(keysBefore);
            if (wasAlive) {
                kills++;
                if (done < USERS && done > (isSame ? doneBefore : 0)) {
                    amidst++;
                }
            } else {
                assertThat(rotation.exitValue()).isZero();
                assertThat(done).isEqualTo(USERS);
            }
            System.out.printf("%s with %d of %d re-wrapped%n", wasAlive ? "killed" : "had ended", done, USERS);
            requireThatNobodyFailed();
        }
        System.out.printf("%d kills, %d of them between two batches of a rotation%n", kills, amidst);
    }

    private void requireThatNobodyFailed() throws Exception {
        for (Future<Void> one : busy) {
            if (one.isDone()) {
                one.get();
                throw new AssertionError("a thread that sets and uses keys has ended");
            }
        }
    }

    private void terminateOnce() throws Exception {
        int keysBefore = keyEncryptionKeys.ids().size();
        boolean isUnfinished = done() < USERS;
        long seen = isUnfinished ? done() : 0;
        Process rotation = rotate();
        while (rotation.isAlive() && (done() == seen || done() == USERS)) {
            Thread.sleep(2);
        }
        rotation.destroy();
        int exit = Installation.ended(rotation);
        sessionEnds();
        System.out.printf("told to stop with %d of %d re-wrapped, exit code %d%n", done(), USERS, exit);
        assertThat(exit).isIn(0, 128 + 15);
        assertThat(keyEncryptionKeys.ids()).hasSize(keysBefore + (isUnfinished ? 0 : 1));
        requireThatNobodyFailed();
    }

    private void finish() throws Exception {
        assertThat(Installation.ended(rotate("--resume"))).isZero();
        assertThat(dataKeys.countByKeyEncryptionKey())
                .containsExactly(Map.entry(keyEncryptionKeys.primaryId(), (long) USERS));
        String now = satchel.value("SELECT clock_timestamp()");

        assertThat(Installation.ended(rotate("--resume"))).isZero();

        // Those that were set meanwhile are wrapped when they are made.
        assertThat(satchel.value("SELECT count(*) FROM satchel.data_key WHERE wrapped_at > '" + now
                        + "' AND wrapped_at <> created_at"))
                .isEqualTo("0");
        assertThat(Files.readAllLines(output())).contains("re-wrapped 0 data keys");
    }

    private void retire() throws Exception {
        assertThat(keyEncryptionKeys.ids()).hasSizeGreaterThan(1);

        assertThat(Installation.ended(rotate("--resume", "--retire"))).isZero();

        assertThat(keyEncryptionKeys.ids()).containsExactly(keyEncryptionKeys.primaryId());
    }

    private void everyKeyOpensInANewProcess(List<Learners> learners) throws Exception {
        UserKeys anew = new UserKeys(new SatchelPostgres(pool).keyVault(FileKeyEncryptionKeys.open(file())));
        List<Future<Void>> checks = new ArrayList<>();
        for (Learners some : learners) {
            checks.add(threads.submit(() -> {
                some.keys.forEach((user, key) -> assertThat(opened(anew, user)).isEqualTo(key));
                return null;
            }));
        }
        for (Future<Void> check : checks) {
            check.get();
        }
    }

    private List<Learners> sealed() throws Exception {
        satchel.sql("""
                INSERT INTO users (id, email, full_name)
                SELECT gen_random_uuid(), 'learner' || n || '@example.org', 'Learner ' || n
                  FROM generate_series(1, %d) AS n
                """.formatted(USERS));
        List<Learners> learners = new ArrayList<>();
        for (int thread = 0; thread < THREADS; thread++) {
            learners.add(new Learners(new Random(SEED + 1 + thread)));
        }
        satchel.rows("SELECT id FROM users ORDER BY email", row -> {
            try {
                learners.get(row.getRow() % THREADS).users.add(new UserId(row.getObject(1, UUID.class)));
            } catch (SQLException failed) {
                throw new AssertionError(failed);
            }
        });
        long started = System.nanoTime();
        List<Future<Void>> sealing = new ArrayList<>();
        for (Learners some : learners) {
            sealing.add(threads.submit(() -> {
                some.users.forEach(some::set);
                return null;
            }));
        }
        for (Future<Void> one : sealing) {
            one.get();
        }
        System.out.printf("sealed in %d ms%n", millisSince(started));
        satchel.sql("ANALYZE");
        return learners;
    }

    /** Users whose keys one thread alone sets, so that it knows what it must read. */
    private final class Learners {

        private final List<UserId> users = new ArrayList<>();
        private final Map<UserId, String> keys = new HashMap<>();
        private final Random random;

        Learners(Random random) {
            this.random = random;
        }

        void setAndUseKeys() {
            while (!stop.get()) {
                UserId user = users.get(random.nextInt(users.size()));
                if (random.nextInt(4) == 0) {
                    set(user);
                    sets.incrementAndGet();
                } else {
                    assertThat(opened(userKeys, user)).isEqualTo(keys.get(user));
                    reads.incrementAndGet();
                }
                // Four that never pause would leave the rotation hardly any of two cores.
                LockSupport.parkNanos(PAUSE.toNanos());
            }
        }

        void set(UserId user) {
            String key = ApiKeys.text(Provider.OPENAI, Long.toHexString(random.nextLong()));
            userKeys.set(user, Provider.OPENAI, ApiKeys.of(key));
            keys.put(user, key);
        }
    }

    private static String opened(UserKeys keys, UserId user) {
        return keys.use(user, Provider.OPENAI, PURPOSE, ApiKeys::read).orElseThrow();
    }

    private Process rotate(String... options) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("keys", "rotate"));
        arguments.addAll(List.of(options));
        return satchel.start(
                Map.of("SATCHEL_KEK", "file:" + file()), List.of(), output(), arguments.toArray(String[]::new));
    }

    private long done() {
        return dataKeys.countByKeyEncryptionKey().getOrDefault(keyEncryptionKeys.primaryId(), 0L);
    }

    /** A killed process's statement may still be at work on the server. */
    private void sessionEnds() throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofMinutes(1).toNanos();
        while (!satchel.value("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'satchel'"
                        + " AND datname = current_database()")
                .equals("0")) {
            assertThat(System.nanoTime() - deadline).as("the session goes on").isNegative();
            Thread.sleep(5);
        }
    }

    private Path file() {
        return folder.resolve("kek.json");
    }

    private Path output() {
        return folder.resolve("rotations");
    }

    private static long millisSince(long started) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started);
    }
}

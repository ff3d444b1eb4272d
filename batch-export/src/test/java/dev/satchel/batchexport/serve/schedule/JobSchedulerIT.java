package dev.satchel.batchexport.serve.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.kagkarlsson.scheduler.task.ExecutionComplete;
import com.github.kagkarlsson.scheduler.task.schedule.Schedule;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.satchel.batchexport.Await;
import dev.satchel.migrations.SampleDatabase;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Each tick once, among schedulers of one database. {@code ClocksWithFaketime} has machines that disagree about the time. */
class JobSchedulerIT {

    private static final int TICKS = 500;
    private static final Duration APART = Duration.ofMillis(20);
    private static final Duration WRONG = Duration.ofMinutes(5);
    private static final JobScheduler.Times TIMES =
            new JobScheduler.Times(Duration.ofMillis(10), Duration.ofSeconds(3), Duration.ofSeconds(5));

    @AutoClose
    private final SampleDatabase database = SampleDatabase.create();

    private final Queue<String> successes = new ConcurrentLinkedQueue<>();
    private final List<AutoCloseable> opened = new ArrayList<>();
    private final JdbcClient owner = JdbcClient.create(database.ownerDataSource());

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : opened) {
            one.close();
        }
    }

    /** Ticks that are due one after the other, each of which counts: none is made up by the run of another. */
    private static final class EachTick implements Schedule {

        @Override
        public Instant getNextExecutionTime(ExecutionComplete run) {
            return run.getExecution().executionTime.plus(APART);
        }

        @Override
        public boolean isDeterministic() {
            return false;
        }
    }

    private record Run(String program, Instant tick) {}

    @Test
    void runsEachOf500TicksOnceAmongTwoPrograms() throws Exception {
        Queue<Run> runs = new ConcurrentLinkedQueue<>();
        for (String program : List.of("right", "other")) {
            // Each program counts the time that passes from a moment of its own.
            LongSupplier clock = () -> System.nanoTime() + (program.equals("other") ? WRONG.toNanos() : 0);
            begin(clock, new ScheduledJob("counted", new EachTick(), tick -> runs.add(new Run(program, tick))));
        }
        Await.until("500 ticks have run", () -> runs.size() >= TICKS);
        close();
        opened.clear();

        List<Instant> ticks = runs.stream().map(Run::tick).sorted().toList();
        Instant first = ticks.get(0);
        assertThat(ticks)
                .containsExactlyElementsOf(IntStream.range(0, ticks.size())
                        .mapToObj(n -> first.plus(APART.multipliedBy(n)))
                        .toList());
        assertThat(runs).extracting(Run::program).contains("right", "other");
        // None begins before its time.
        assertThat(ticks.get(ticks.size() - 1)).isBefore(now());
    }

    @Test
    void takesTheTimeFromTheDatabase() throws Exception {
        DatabaseClock right = DatabaseClock.of(pool(), System::nanoTime);
        DatabaseClock fast = DatabaseClock.of(pool(), () -> System.nanoTime() + WRONG.toNanos());

        assertThat(Duration.between(right.now(), fast.now()).abs()).isLessThan(WRONG.dividedBy(2));
    }

    @Test
    void makesUpForTicksThatNobodyWasThereForByOneRun() throws Exception {
        owner.sql("""
                        INSERT INTO satchel.scheduled_tasks (task_name, task_instance, execution_time, picked, version)
                        VALUES ('late', 'recurring', pg_catalog.now() - INTERVAL '3 days', false, 1)
                        """).update();
        Queue<Instant> runs = new ConcurrentLinkedQueue<>();
        // Not in this minute, so that no tick of its own comes meanwhile.
        int minute = (Instant.now().atZone(ZoneOffset.UTC).getMinute() + 30) % 60;
        CronTicks hourly = CronTicks.parse("0 " + minute + " * * * *", ZoneOffset.UTC);

        for (int program = 0; program < 2; program++) {
            begin(System::nanoTime, new ScheduledJob("late", hourly, runs::add));
        }
        Await.until("it has run and is scheduled again", () -> next("late").isAfter(Instant.now()));

        assertThat(runs).hasSize(1);
        assertThat(next("late")).isBefore(Instant.now().plus(1, ChronoUnit.HOURS));
    }

    @Test
    void runsNoJobTwiceAtTheSameTime() throws Exception {
        AtomicInteger atWork = new AtomicInteger();
        Queue<Integer> seen = new ConcurrentLinkedQueue<>();
        CountDownLatch release = new CountDownLatch(1);
        ScheduledJob slow = new ScheduledJob("slow", CronTicks.parse("* * * * * *", ZoneOffset.UTC), tick -> {
            seen.add(atWork.incrementAndGet());
            await(release);
            atWork.decrementAndGet();
        });
        for (int program = 0; program < 2; program++) {
            begin(System::nanoTime, slow);
        }
        Await.until("it runs", () -> !seen.isEmpty());
        Instant begun = next("slow");
        // Longer than a program may be silent: this one is at work, and says so.
        Await.until(
                "ticks have passed",
                () -> now().isAfter(begun.plus(TIMES.silence()).plusSeconds(3)));

        assertThat(seen).containsExactly(1);

        release.countDown();
        Await.until("it has run again", () -> seen.size() > 1);

        assertThat(seen).containsOnly(1);
    }

    @Test
    void leavesTheJobOfAnotherProgramAlone() throws Exception {
        Queue<Instant> runs = new ConcurrentLinkedQueue<>();
        owner.sql("""
                        INSERT INTO satchel.scheduled_tasks (task_name, task_instance, execution_time, picked, version)
                        VALUES ('of another', 'recurring', pg_catalog.now() - INTERVAL '20 days', false, 1)
                        """).update();

        begin(System::nanoTime, new ScheduledJob("own", CronTicks.parse("* * * * * *", ZoneOffset.UTC), runs::add));
        Await.until("two ticks", () -> runs.size() > 1);

        assertThat(owner.sql("SELECT picked FROM satchel.scheduled_tasks WHERE task_name = 'of another'")
                        .query(Boolean.class)
                        .single())
                .isFalse();
    }

    @Test
    void runsAtItsNextTickAgainWhatFailed() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        begin(System::nanoTime, new ScheduledJob("failing", CronTicks.parse("* * * * * *", ZoneOffset.UTC), tick -> {
            if (runs.incrementAndGet() == 1) {
                throw new IllegalStateException("once");
            }
        }));

        Await.until("it has run again", () -> runs.get() > 1);

        assertThat(owner.sql("SELECT last_failure IS NOT NULL FROM satchel.scheduled_tasks WHERE task_name = 'failing'")
                        .query(Boolean.class)
                        .single())
                .isTrue();
    }

    @Test
    void leavesTheTickOfARunThatAStopCutsShortToTheNextProgram() throws Exception {
        Queue<Instant> runs = new ConcurrentLinkedQueue<>();
        CronTicks yearly = CronTicks.parse("0 0 0 1 1 *", ZoneOffset.UTC);
        owner.sql("""
                        INSERT INTO satchel.scheduled_tasks (task_name, task_instance, execution_time, picked, version)
                        VALUES ('long', 'recurring', pg_catalog.now() - INTERVAL '1 minute', false, 1)
                        """).update();
        begin(System::nanoTime, new ScheduledJob("long", yearly, tick -> {
            runs.add(tick);
            throw new CutShortException(null);
        }));
        Await.until("it has begun", () -> !runs.isEmpty());
        close();
        opened.clear();

        Queue<Instant> again = new ConcurrentLinkedQueue<>();
        begin(System::nanoTime, new ScheduledJob("long", yearly, again::add));
        Await.until("it has run again", () -> !again.isEmpty());

        assertThat(again).containsExactly(runs.remove());
    }

    @Test
    void tellsThatAJobSucceededInAnotherProgram() throws Exception {
        CronTicks yearly = CronTicks.parse("0 0 0 1 1 *", ZoneOffset.UTC);
        // At its next tick: the library forgets what it knows of a job whose schedule has changed.
        owner.sql("""
                        INSERT INTO satchel.scheduled_tasks
                            (task_name, task_instance, execution_time, picked, version, last_success)
                        VALUES ('shared', 'recurring', :next, false, 1, pg_catalog.now())
                        """)
                .param("next", yearly.getInitialExecutionTime(now()).atOffset(ZoneOffset.UTC))
                .update();

        begin(System::nanoTime, new ScheduledJob("shared", yearly, tick -> {}));

        assertThat(successes).contains("shared");
    }

    private void begin(LongSupplier nanoTime, ScheduledJob job) throws SQLException {
        HikariDataSource pool = pool();
        JobScheduler scheduler = new JobScheduler(
                pool, DatabaseClock.of(pool, nanoTime), List.of(job), TIMES, (name, at) -> successes.add(name));
        scheduler.start();
        // Before its pool.
        opened.add(0, scheduler);
    }

    private HikariDataSource pool() {
        HikariConfig config = new HikariConfig();
        config.setDataSource(database.workerDataSource());
        config.setMaximumPoolSize(4);
        HikariDataSource pool = new HikariDataSource(config);
        opened.add(pool);
        return pool;
    }

    private Instant next(String job) {
        return owner.sql("SELECT execution_time FROM satchel.scheduled_tasks WHERE task_name = :job")
                .param("job", job)
                .query((row, number) -> row.getObject(1, OffsetDateTime.class).toInstant())
                .single();
    }

    private Instant now() {
        return owner.sql("SELECT pg_catalog.clock_timestamp()")
                .query((row, number) -> row.getObject(1, OffsetDateTime.class).toInstant())
                .single();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}

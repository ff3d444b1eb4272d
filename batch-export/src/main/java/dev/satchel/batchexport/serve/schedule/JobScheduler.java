package dev.satchel.batchexport.serve.schedule;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerName;
import com.github.kagkarlsson.scheduler.exceptions.TaskInstanceCurrentlyExecutingException;
import com.github.kagkarlsson.scheduler.exceptions.TaskInstanceNotFoundException;
import com.github.kagkarlsson.scheduler.jdbc.PostgreSqlJdbcCustomization;
import com.github.kagkarlsson.scheduler.task.helper.RecurringTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import dev.satchel.batchexport.observe.health.CheckResult;
import dev.satchel.batchexport.observe.health.HealthCheck;
import dev.satchel.batchexport.run.failure.KnownFailures;
import java.lang.management.ManagementFactory;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs jobs at their ticks, each tick in one of the programs that share a database. The next tick of a job is known once
 * its run has ended, so that no job runs twice at the same time. When a program stops or falls silent during a run, another
 * one runs that tick again.
 *
 * <p>While the database is away no run begins; it goes on by itself. As a check of health it says whether ticks can be kept
 * in the database.
 */
public final class JobScheduler implements HealthCheck, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(JobScheduler.class);

    private static final String MISSING_RIGHT = "42501";

    private static final String TABLE = "satchel.scheduled_tasks";

    /** db-scheduler accepts no fewer. */
    private static final int BEATS = 4;

    /** A job that one program lacks is not forgotten by it: another program may have it. */
    private static final Duration NEVER = Duration.ofDays(36_500);

    private static final Duration REFRESH = Duration.ofSeconds(5);

    // Fails where the login may not do what each look for ticks does, and says why, which the library does not.
    private static final String MAY_TAKE_TICKS = "UPDATE satchel.scheduled_tasks SET version = version WHERE false";

    private static final String SUCCESSES =
            "SELECT task_name, last_success FROM satchel.scheduled_tasks WHERE last_success IS NOT NULL";

    private final DataSource database;

    private final Scheduler scheduler;
    private final DatabaseClock clock;
    private final List<RecurringTask<Void>> tasks;
    private final BiConsumer<String, Instant> succeeded;
    private volatile @Nullable String problem;
    private final ScheduledExecutorService upkeep = Executors.newSingleThreadScheduledExecutor(JobScheduler::daemon);

    /**
     * How often the database is asked, and how long others wait.
     *
     * @param poll how often to look for ticks that are due
     * @param silence how long a program may be silent during a run before it counts as dead
     * @param stopGrace how long a run under way may take to end when the program stops
     */
    public record Times(Duration poll, Duration silence, Duration stopGrace) {}

    /**
     * Makes a scheduler, which runs nothing before {@link #start}.
     *
     * @param database has connections of its own, so that jobs never take the last one
     * @param succeeded is told every few seconds when each job succeeded last, in this program or another one
     */
    public JobScheduler(
            DataSource database,
            DatabaseClock clock,
            List<ScheduledJob> jobs,
            Times times,
            BiConsumer<String, Instant> succeeded) {
        this.database = database;
        this.clock = clock;
        this.succeeded = succeeded;
        this.tasks = jobs.stream().map(job -> task(job, times.silence())).toList();
        this.scheduler = Scheduler.create(database, List.copyOf(tasks))
                .clock(clock)
                .tableName(TABLE)
                // The library would ask the database which one it is.
                .jdbcCustomization(new PostgreSqlJdbcCustomization(false, false))
                .serializer(new NoData())
                .schedulerName(new SchedulerName.Fixed(
                        ManagementFactory.getRuntimeMXBean().getName()))
                .threads(Math.max(1, jobs.size()))
                .pollUsingLockAndFetch(0.5, 1.0)
                .pollingInterval(times.poll())
                .heartbeatInterval(times.silence().dividedBy(BEATS))
                .missedHeartbeatsLimit(BEATS)
                .deleteUnresolvedAfter(NEVER)
                .shutdownMaxWait(times.stopGrace())
                .build();
    }

    private RecurringTask<Void> task(ScheduledJob job, Duration silence) {
        return Tasks.recurring(job.name(), job.schedule())
                .onFailure((run, operations) -> operations.reschedule(
                        run,
                        run.getCause()
                                        .filter(CutShortException.class::isInstance)
                                        .isPresent()
                                ? run.getExecution().executionTime
                                : job.schedule().getNextExecutionTime(run)))
                // At the tick that was not finished: the library would take the time from the clock of this machine.
                // After an outage of the database a silent program may be well and only about to be heard again.
                .onDeadExecution((run, operations) -> {
                    if (clock.hasAnsweredFor(silence)) {
                        LOG.warn(
                                "{} has been silent while it ran the job {}: another program runs it again",
                                run.getExecution().pickedBy,
                                job.name());
                        operations.reschedule(run, run.getExecution().executionTime);
                    }
                })
                .execute((instance, context) -> job.work().run(context.getExecution().executionTime));
    }

    /**
     * Begins to run jobs. A tick that no program was there for is made up at once, by one run.
     *
     * @throws RuntimeException if the database cannot be used
     */
    public void start() {
        for (RecurringTask<Void> task : tasks) {
            try {
                task.onStartup(scheduler, clock);
            } catch (TaskInstanceCurrentlyExecutingException | TaskInstanceNotFoundException changed) {
                LOG.debug("another program was faster", changed);
            }
        }
        scheduler.start();
        look();
        ScheduledFuture<?> unused = upkeep.scheduleWithFixedDelay(
                this::look, REFRESH.toMillis(), REFRESH.toMillis(), TimeUnit.MILLISECONDS);
    }

    // A row goes away where somebody removes the schema and migrates again.
    private void look() {
        clock.refresh();
        String reason = null;
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(MAY_TAKE_TICKS);
                PreparedStatement successes = connection.prepareStatement(SUCCESSES)) {
            statement.executeUpdate();
            tell(successes);
            tasks.forEach(task -> scheduler.scheduleIfNotExists(task.schedulableInstance(RecurringTask.INSTANCE)));
        } catch (SQLException | RuntimeException failed) {
            reason = reason(failed);
            if (problem == null && clock.isAnswering()) {
                LOG.warn("jobs cannot be scheduled: {}", reason);
            }
            LOG.debug("the rows of the jobs", failed);
        }
        problem = reason;
    }

    private void tell(PreparedStatement successes) throws SQLException {
        try (ResultSet row = successes.executeQuery()) {
            while (row.next()) {
                succeeded.accept(
                        row.getString(1), row.getObject(2, OffsetDateTime.class).toInstant());
            }
        }
    }

    private static String reason(Exception failed) {
        return failed instanceof SQLException refused && MISSING_RIGHT.equals(refused.getSQLState())
                ? "the login may not change " + TABLE
                        + ": make it a member of satchel_exports, or run 'satchel migrate'"
                        + " as the owner if it is one"
                : new KnownFailures().diagnose(failed).explanationInFull();
    }

    @Override
    public CheckResult check() {
        String reason = problem;
        return reason == null
                ? new CheckResult(true, "jobs are scheduled")
                : new CheckResult(false, "jobs cannot be scheduled: " + reason);
    }

    /** From now on no run begins. Returns at once. */
    public void pause() {
        scheduler.pause();
    }

    /** Begins no more runs, and waits for those under way: for the grace, and as long again after interrupting them. */
    @Override
    public void close() {
        upkeep.shutdownNow();
        scheduler.stop();
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "schedule-upkeep");
        thread.setDaemon(true);
        return thread;
    }
}

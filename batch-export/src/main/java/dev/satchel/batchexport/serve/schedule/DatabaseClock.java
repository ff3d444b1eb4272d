package dev.satchel.batchexport.serve.schedule;

import com.github.kagkarlsson.scheduler.Clock;
import dev.satchel.batchexport.run.failure.KnownFailures;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.function.LongSupplier;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The database's clock, which all programs share. The clock of this machine is never read: between two readings the time
 * goes on by what {@link System#nanoTime} says has passed, which a wrong or corrected clock does not change. Safe for use
 * by many threads.
 */
public final class DatabaseClock implements Clock {

    private static final Logger LOG = LoggerFactory.getLogger(DatabaseClock.class);

    /** An answer that took longer tells the time less well than the one before it. */
    private static final Duration SLOW = Duration.ofSeconds(1);

    private final DataSource database;
    private final LongSupplier nanoTime;
    private volatile Reading reading;
    private volatile boolean answering = true;
    private volatile long answeringSince;

    /** The database's time at a moment of this program. */
    private record Reading(Instant time, long nanos) {}

    private DatabaseClock(DataSource database, LongSupplier nanoTime) throws SQLException {
        this.database = database;
        this.nanoTime = nanoTime;
        this.reading = ask(Duration.ofDays(1)).orElseThrow();
        this.answeringSince = nanoTime.getAsLong();
    }

    /**
     * Reads the database's clock for the first time.
     *
     * @param nanoTime the time that passes in this program, in nanoseconds
     */
    public static DatabaseClock of(DataSource database, LongSupplier nanoTime) throws SQLException {
        return new DatabaseClock(database, nanoTime);
    }

    @Override
    public Instant now() {
        Reading last = reading;
        return last.time().plusNanos(nanoTime.getAsLong() - last.nanos());
    }

    /** Reads the database's clock again. Throws nothing: where the database does not answer, the time goes on from before. */
    void refresh() {
        try {
            ask(SLOW).ifPresent(fresh -> reading = fresh);
            if (!answering) {
                answeringSince = nanoTime.getAsLong();
                answering = true;
                LOG.info("the database answers again: jobs begin on schedule");
            }
        } catch (SQLException | RuntimeException failed) {
            if (answering) {
                answering = false;
                LOG.warn(
                        "no job begins until the database answers: {}",
                        new KnownFailures().diagnose(failed).explanationInFull());
            }
            LOG.debug("the database's clock", failed);
        }
    }

    /** Whether the database answered when it was asked last. */
    boolean isAnswering() {
        return answering;
    }

    /** Whether the database has answered all the time for that long. */
    boolean hasAnsweredFor(Duration time) {
        return answering && nanoTime.getAsLong() - answeringSince >= time.toNanos();
    }

    private Optional<Reading> ask(Duration patience) throws SQLException {
        // The connection first: to open one takes many times as long as the question.
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement("SELECT pg_catalog.clock_timestamp()")) {
            long asked = nanoTime.getAsLong();
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                Instant time = row.getObject(1, OffsetDateTime.class).toInstant();
                long took = nanoTime.getAsLong() - asked;
                return took > patience.toNanos() ? Optional.empty() : Optional.of(new Reading(time, asked + took / 2));
            }
        }
    }
}

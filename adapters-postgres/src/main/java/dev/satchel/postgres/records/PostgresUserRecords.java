package dev.satchel.postgres.records;

import dev.satchel.AbortSignal;
import dev.satchel.UserId;
import dev.satchel.partition.DivisibleRecords;
import dev.satchel.partition.RecordRange;
import dev.satchel.postgres.dataset.PostgresDatasets;
import dev.satchel.record.Dataset;
import dev.satchel.record.ExportFilters;
import dev.satchel.record.RecordSink;
import dev.satchel.record.RefusedStatementException;
import dev.satchel.record.SnapshotTooOldException;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;
import org.springframework.dao.DataAccessException;

/**
 * Reads a user's records with {@code COPY … TO STDOUT (FORMAT binary)}, with the user's rights, in one snapshot.
 *
 * <p>Each reading is one transaction, {@code REPEATABLE READ READ ONLY}, in which the connection has the role {@code
 * authenticated} and the user's claims. These settings end with the transaction, so that the connection returns to its
 * pool unchanged. A failure of the database is thrown as a {@link DataAccessException} with PostgreSQL's SQLState, and as a
 * {@link RefusedStatementException} where the tables are not what the datasets say. A
 * reading that takes longer than allowed ends with a {@link SnapshotTooOldException}, because an open snapshot keeps
 * vacuum from removing dead rows. The cause of a cancelled statement is decided by this object's clock, because the
 * server reports a cancel by an operator with the same SQLState.
 */
public final class PostgresUserRecords implements DivisibleRecords {

    private static final String CANCELED = "57014";

    private final DataSource dataSource;
    private final PostgresDatasets datasets;
    private final Duration maxSnapshotAge;
    private final Map<List<Dataset>, ReadingPlan> plans = new ConcurrentHashMap<>();
    private volatile Observer observer = Observer.NONE;

    /** @param maxSnapshotAge the longest duration of a reading */
    public PostgresUserRecords(DataSource dataSource, PostgresDatasets datasets, Duration maxSnapshotAge) {
        if (maxSnapshotAge.isZero() || maxSnapshotAge.isNegative()) {
            throw new IllegalArgumentException("the age of a snapshot must be positive, was " + maxSnapshotAge);
        }
        this.dataSource = dataSource;
        this.datasets = datasets;
        this.maxSnapshotAge = maxSnapshotAge;
    }

    /** Sets who is told when a dataset is read. */
    public void observe(Observer observer) {
        this.observer = observer;
    }

    @Override
    public Snapshot read(
            UserId user, List<Dataset> datasets, ExportFilters filters, RecordSink sink, AbortSignal signal)
            throws IOException {
        return read(user, datasets, filters, sink, signal, Reading.WHOLE);
    }

    @Override
    public Snapshot read(
            UserId user,
            List<Dataset> datasets,
            ExportFilters filters,
            RecordSink sink,
            AbortSignal signal,
            Division division)
            throws IOException {
        return reading(signal, reading -> reading.read(user, plan(datasets), datasets, filters, sink, division));
    }

    @Override
    public long readRange(
            UserId user,
            Dataset dataset,
            ExportFilters filters,
            String snapshot,
            RecordRange range,
            RecordSink sink,
            AbortSignal signal)
            throws IOException {
        return reading(
                signal,
                reading -> reading.readRange(user, plan(List.of(dataset)), dataset, filters, snapshot, range, sink));
    }

    @Override
    public String definition(Dataset dataset) {
        return datasets.of(dataset).definition();
    }

    private <T> T reading(AbortSignal signal, Step<T> step) throws IOException {
        long begin = System.nanoTime();
        try (Connection connection = dataSource.getConnection();
                Reading reading = new Reading(connection, datasets, maxSnapshotAge, observer, signal)) {
            return run(step, reading);
        } catch (SQLException failed) {
            Duration taken = Duration.ofNanos(System.nanoTime() - begin);
            if (CANCELED.equals(failed.getSQLState()) && taken.compareTo(maxSnapshotAge) >= 0) {
                throw new SnapshotTooOldException(maxSnapshotAge, failed);
            }
            throw Reading.translated(failed);
        }
    }

    private static <T> T run(Step<T> step, Reading reading) throws SQLException, IOException {
        try {
            return step.run(reading);
        } catch (SQLException failed) {
            if (reading.isOfTheDatasets(failed)) {
                throw new RefusedStatementException(failed);
            }
            throw failed;
        } catch (Error noMemory) {
            reading.giveUp();
            throw noMemory;
        }
    }

    private interface Step<T> {
        T run(Reading reading) throws SQLException, IOException;
    }

    private ReadingPlan plan(List<Dataset> wanted) {
        return plans.computeIfAbsent(List.copyOf(wanted), together -> new ReadingPlan(datasets, together));
    }
}

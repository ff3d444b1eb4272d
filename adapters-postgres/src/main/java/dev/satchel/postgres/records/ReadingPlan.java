package dev.satchel.postgres.records;

import dev.satchel.postgres.dataset.LiveSchema;
import dev.satchel.postgres.dataset.OwnedTable;
import dev.satchel.postgres.dataset.PostgresDatasets;
import dev.satchel.postgres.dataset.TableName;
import dev.satchel.record.Dataset;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the readings of the same datasets have in common: the tables, and the columns that exist in them. Safe for use
 * by many threads.
 *
 * <p>The columns are read again as soon as a snapshot shows others, so that a reading never uses those of another
 * snapshot.
 */
final class ReadingPlan {

    private final Set<TableName> tables;
    private final List<OwnedTable> owned;
    private final String ownedAsJson;
    private volatile @Nullable Seen seen;

    ReadingPlan(PostgresDatasets known, List<Dataset> datasets) {
        this.tables = known.tables(datasets);
        this.owned = datasets.stream()
                .flatMap(dataset -> known.of(dataset).owned().stream())
                .distinct()
                .toList();
        this.ownedAsJson = PostgresDatasets.json(owned);
    }

    /** Every table that a statement of the datasets may read, and those on the paths to the user. */
    Set<TableName> tables() {
        return tables;
    }

    /** The tables in which the user must be able to see every row of their own. */
    List<OwnedTable> owned() {
        return owned;
    }

    /** {@link #owned} in the format of {@code satchel.count_records()}. */
    String ownedAsJson() {
        return ownedAsJson;
    }

    /**
     * The columns that exist in the snapshot of the connection's transaction.
     *
     * @param fingerprint {@link LiveSchema#FINGERPRINT} in the same snapshot
     */
    LiveSchema live(Connection connection, String fingerprint) throws SQLException {
        Seen known = seen;
        if (known == null || !known.fingerprint().equals(fingerprint)) {
            known = new Seen(fingerprint, LiveSchema.of(connection, tables));
            seen = known;
        }
        return known.live();
    }

    private record Seen(String fingerprint, LiveSchema live) {}
}

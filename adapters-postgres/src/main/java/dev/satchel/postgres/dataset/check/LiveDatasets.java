package dev.satchel.postgres.dataset.check;

import dev.satchel.postgres.dataset.PostgresDatasets;
import dev.satchel.postgres.session.StatementSettings;
import dev.satchel.record.DatasetFinding;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import javax.sql.DataSource;

/** Datasets beside the live database. Reads its catalog only. */
public final class LiveDatasets {

    private final DataSource dataSource;
    private final PostgresDatasets datasets;

    public LiveDatasets(DataSource dataSource, PostgresDatasets datasets) {
        this.dataSource = dataSource;
        this.datasets = datasets;
    }

    /** The live tables and columns that hold data of users and that no dataset knows, one sentence each. */
    public List<String> gaps() {
        return new ExportCoverage(dataSource, datasets).gaps();
    }

    /**
     * What keeps the datasets from being exported whole, by their users alone and without secrets.
     *
     * @throws SQLException if the database cannot be asked
     */
    public List<DatasetFinding> findings() throws SQLException {
        List<String> gaps = gaps();
        return inReadOnlyTransaction(
                datasets.schemas(), (connection, live) -> new DatasetCheck(datasets, live).findings(connection, gaps));
    }

    /**
     * A file with a draft of datasets for every table of {@code public}, of the schemas of the datasets and of these that
     * leads to users and that no dataset knows.
     *
     * @throws SQLException if the database cannot be asked
     */
    public String proposal(Collection<String> schemas) throws SQLException {
        Set<String> all = datasets.schemas();
        all.addAll(schemas);
        return inReadOnlyTransaction(all, (connection, live) -> new DatasetProposal(datasets, live).yaml());
    }

    private <T> T inReadOnlyTransaction(Set<String> schemas, Reading<T> reading) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            boolean autoCommit = connection.getAutoCommit();
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
                StatementSettings.set(connection);
                return reading.read(connection, LiveCatalogue.read(connection, schemas));
            } finally {
                connection.rollback();
                connection.setAutoCommit(autoCommit);
            }
        }
    }

    /** What is read from a catalog. */
    private interface Reading<T> {
        T read(Connection connection, LiveCatalogue live) throws SQLException;
    }
}

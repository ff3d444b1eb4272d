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

/** Checks and drafts datasets against the live database. Reads the database's catalog only. */
public final class LiveDatasets {

    private final DataSource dataSource;
    private final PostgresDatasets datasets;

    public LiveDatasets(DataSource dataSource, PostgresDatasets datasets) {
        this.dataSource = dataSource;
        this.datasets = datasets;
    }

    /** One sentence for each live table or column with users' data that no dataset covers. */
    public List<String> gaps() {
        return new ExportCoverage(dataSource, datasets).gaps();
    }

    /**
     * The problems of the datasets in the live database.
     *
     * @throws SQLException if the database reports an error
     */
    public List<DatasetFinding> findings() throws SQLException {
        List<String> gaps = gaps();
        Set<String> schemas = datasets.schemas();
        // The rows of a user, and the path to the user, may be in a schema without datasets, whose other tables need
        // none.
        datasets.tables(datasets.catalogue().datasets()).forEach(table -> schemas.add(table.schema()));
        datasets.all()
                .forEach(query ->
                        query.owned().forEach(of -> schemas.add(of.table().schema())));
        return inReadOnlyTransaction(
                schemas, (connection, live) -> new DatasetCheck(datasets, live).findings(connection, gaps));
    }

    /**
     * The text of a file with draft datasets for every table that leads to users and that no dataset covers. Looks in
     * {@code public}, in the schemas of the datasets and in {@code schemas}.
     *
     * @throws SQLException if the database reports an error
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

    /** A function of a connection and the database's catalog. */
    private interface Reading<T> {
        T read(Connection connection, LiveCatalogue live) throws SQLException;
    }
}

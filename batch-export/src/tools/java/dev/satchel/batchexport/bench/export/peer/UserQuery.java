package dev.satchel.batchexport.bench.export.peer;

import dev.satchel.UserId;
import dev.satchel.migrations.SampleDatabase;
import dev.satchel.postgres.dataset.DatasetQuery;
import dev.satchel.postgres.dataset.LiveSchema;
import dev.satchel.postgres.dataset.PostgresDatasets;
import dev.satchel.postgres.session.StatementSettings;
import dev.satchel.record.Dataset;
import dev.satchel.record.ExportFilters;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import javax.sql.DataSource;

/**
 * The query by which Satchel reads a dataset of a user, and the transaction in which it runs: the same statement as the
 * same role, for those that Satchel is compared with.
 */
public record UserQuery(DataSource worker, UserId user, String select) {

    private static final String BEGIN = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY";

    private static final String BECOME_USER = """
            SELECT set_config('TimeZone', 'UTC', true),
                   set_config('request.jwt.claims', jsonb_build_object('sub', ?, 'role', 'authenticated')::text, true),
                   set_config('request.jwt.claim.sub', ?, true),
                   set_config('row_security', 'on', true),
                   set_config('role', 'authenticated', true)
            """;

    /** @param dataset the name of a built-in dataset */
    public static UserQuery of(SampleDatabase database, UserId user, String dataset) throws SQLException {
        return of(database, List.of(user), dataset).get(0);
    }

    /** The query of each of these users, in their order. */
    public static List<UserQuery> of(SampleDatabase database, List<UserId> users, String dataset) throws SQLException {
        PostgresDatasets datasets = PostgresDatasets.builtIn();
        Dataset known = datasets.catalogue().find(dataset).orElseThrow();
        DatasetQuery query = datasets.of(known);
        try (Connection owner = database.ownerDataSource().getConnection()) {
            LiveSchema live = LiveSchema.of(owner, datasets.tables(List.of(known)));
            DataSource worker = database.workerDataSource();
            return users.stream()
                    .map(user -> new UserQuery(worker, user, query.select(live, user, ExportFilters.NONE)))
                    .toList();
        }
    }

    /** Logs in as the worker and becomes the user until the transaction ends. The caller closes the connection. */
    public Connection begin() throws SQLException {
        Connection connection = worker.getConnection();
        begin(connection);
        return connection;
    }

    /** Becomes the user until the transaction ends. */
    void begin(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute(BEGIN);
        }
        StatementSettings.set(connection);
        try (PreparedStatement statement = connection.prepareStatement(BECOME_USER)) {
            statement.setString(1, user.toString());
            statement.setString(2, user.toString());
            statement.execute();
        }
    }
}

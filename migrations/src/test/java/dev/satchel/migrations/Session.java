package dev.satchel.migrations;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import javax.sql.DataSource;
import org.postgresql.PGConnection;

/** One connection as a test talks to it: rows come back as text, with cells parted by {@code " | "}. */
final class Session implements AutoCloseable {

    private final Connection connection;

    private Session(Connection connection) {
        this.connection = connection;
    }

    static Session open(DataSource source) throws SQLException {
        return new Session(source.getConnection());
    }

    /** Opens a transaction that speaks for a user, as the application's API does; it is never committed. */
    static Session speakingFor(UUID user, DataSource source) throws SQLException {
        return claiming("{\"sub\": \"" + user + "\"}", source);
    }

    static Session claiming(String claims, DataSource source) throws SQLException {
        var session = open(source);
        session.connection.setAutoCommit(false);
        session.rows("SELECT set_config('request.jwt.claims', ?, true)", claims);
        session.run("SET LOCAL ROLE authenticated");
        return session;
    }

    int run(String sql, Object... values) throws SQLException {
        try (var statement = prepare(sql, values)) {
            return statement.execute() ? 0 : statement.getUpdateCount();
        }
    }

    List<String> rows(String sql, Object... values) throws SQLException {
        try (var statement = prepare(sql, values);
                var result = statement.executeQuery()) {
            var rows = new ArrayList<String>();
            while (result.next()) {
                var cells = new ArrayList<String>();
                for (int column = 1; column <= result.getMetaData().getColumnCount(); column++) {
                    cells.add(Objects.toString(result.getString(column), "NULL"));
                }
                rows.add(String.join(" | ", cells));
            }
            return rows;
        }
    }

    String value(String sql, Object... values) throws SQLException {
        return rows(sql, values).get(0);
    }

    /** Copies rows in PostgreSQL's text format; returns how many. */
    long copy(String sql, String rows) throws SQLException {
        try {
            return connection.unwrap(PGConnection.class).getCopyAPI().copyIn(sql, new StringReader(rows));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Adds a user who has nothing yet. */
    UUID addUser() throws SQLException {
        var user = UUID.randomUUID();
        run("INSERT INTO public.users (id, email) VALUES (?, ?)", user, user + "@example.org");
        return user;
    }

    void begin() throws SQLException {
        connection.setAutoCommit(false);
    }

    void commit() throws SQLException {
        connection.commit();
    }

    void rollback() throws SQLException {
        connection.rollback();
    }

    @Override
    public void close() throws SQLException {
        if (!connection.getAutoCommit()) {
            connection.rollback();
        }
        connection.close();
    }

    private PreparedStatement prepare(String sql, Object... values) throws SQLException {
        var statement = connection.prepareStatement(sql);
        for (int index = 0; index < values.length; index++) {
            statement.setObject(index + 1, values[index]);
        }
        return statement;
    }
}

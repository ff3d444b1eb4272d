package dev.satchel.batchexport.schema.migrate;

import dev.satchel.batchexport.schema.catalog.SchemaBusyException;
import dev.satchel.batchexport.schema.catalog.SchemaTransaction;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import javax.sql.DataSource;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * Takes Satchel out of a database, in one transaction, and leaves everything else as it was before the migration.
 *
 * <p>Tables that Satchel moved aside come back. Nothing is dropped that others built, and roles stay.
 */
public final class Rollback {

    private static final String FILE = "/dev/satchel/db/rollback/U001__satchel.sql";

    // Rows or foreign objects in the way, dependent objects, missing rights.
    private static final Set<String> REFUSALS = Set.of("55000", "2BP01", "42501");

    private final SchemaTransaction transaction;
    private final SchemaTransaction.Step beforeCommit;

    /** @param dataSource logs in as the owner of Satchel's tables */
    public Rollback(DataSource dataSource) {
        this(dataSource, SchemaTransaction.PATIENCE, connection -> {});
    }

    Rollback(DataSource dataSource, Duration patience, SchemaTransaction.Step beforeCommit) {
        this.transaction = new SchemaTransaction(dataSource, patience, MigrationSettings.DEFAULT.lockTimeout());
        this.beforeCommit = beforeCommit;
    }

    /**
     * Rolls back if that loses no row.
     *
     * @return what the database had to say
     * @throws RollbackRefusedException if tables hold rows, or others' objects depend on Satchel's
     * @throws SchemaBusyException if tables stayed locked
     */
    public List<String> unlessRowsAreLost() throws SQLException {
        return rollBack("");
    }

    /**
     * Copies all rows into new tables of schema {@code satchel_archive} and rolls back.
     *
     * @return per archived table a sentence that ends with the statement that brings its rows back
     * @throws RollbackRefusedException if others' objects depend on Satchel's
     * @throws SchemaBusyException if tables stayed locked
     */
    public List<String> archive() throws SQLException {
        return rollBack("archive");
    }

    /**
     * Rolls back and deletes all rows.
     *
     * @return what the database had to say
     * @throws RollbackRefusedException if others' objects depend on Satchel's
     * @throws SchemaBusyException if tables stayed locked
     */
    public List<String> destroy() throws SQLException {
        return rollBack("destroy");
    }

    private List<String> rollBack(String mode) throws SQLException {
        String sql = read();
        return transaction.run(connection -> {
            List<String> notices = execute(connection, mode, sql);
            beforeCommit.on(connection);
            return notices;
        });
    }

    private static List<String> execute(Connection connection, String mode, String sql) throws SQLException {
        try (PreparedStatement setting =
                connection.prepareStatement("SELECT set_config('satchel.rollback', ?, true)")) {
            setting.setString(1, mode);
            setting.execute();
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
            List<String> notices = new ArrayList<>();
            for (SQLWarning warning = statement.getWarnings(); warning != null; warning = warning.getNextWarning()) {
                notices.add(Objects.requireNonNullElse(warning.getMessage(), ""));
            }
            return notices;
        } catch (PSQLException refusal) {
            ServerErrorMessage message = refusal.getServerErrorMessage();
            if (message != null && REFUSALS.contains(refusal.getSQLState())) {
                throw new RollbackRefusedException(refusal, message);
            }
            throw refusal;
        }
    }

    private static String read() {
        try (InputStream file = Rollback.class.getResourceAsStream(FILE)) {
            return new String(Objects.requireNonNull(file, FILE).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}

package dev.satchel.peers;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * The export itself. It may be run again, as every one of these systems asks of its users: one that is done is left alone,
 * and the object has the name of the export, so that a second attempt replaces the first one's.
 */
final class PlainExport {

    static final String TABLE = """
            CREATE TABLE public.exports (
                id          uuid        NOT NULL DEFAULT gen_random_uuid(),
                user_id     uuid        NOT NULL,
                status      text        NOT NULL DEFAULT 'pending',
                worker      text,
                object      text,
                asked_at    timestamptz NOT NULL DEFAULT now(),
                finished_at timestamptz,
                CONSTRAINT exports_pkey PRIMARY KEY (id)
            );
            """;

    private static final String BEGIN = """
            UPDATE exports
               SET status = 'processing', worker = ?
             WHERE id = ?
               AND status <> 'done'
            RETURNING user_id
            """;

    private static final String ROWS = """
            SELECT id, interaction_type, action, page_url, user_agent, timestamp
              FROM user_interactions
             WHERE user_id = ?
             ORDER BY timestamp, id
            """;

    private static final String FINISH = """
            UPDATE exports
               SET status = 'done', object = ?, finished_at = now()
             WHERE id = ?
               AND status <> 'done'
            """;

    private static final Logger LOG = LoggerFactory.getLogger(PlainExport.class);

    private final DataSource database;
    private final S3Client s3;

    PlainExport(DataSource database, S3Client s3) {
        this.database = database;
        this.s3 = s3;
    }

    /** Asks for an export of the user's. */
    static String ask(Connection connection, String user) throws SQLException {
        try (PreparedStatement insert =
                connection.prepareStatement("INSERT INTO exports (user_id) VALUES (?) RETURNING id")) {
            insert.setObject(1, UUID.fromString(user));
            try (ResultSet row = insert.executeQuery()) {
                row.next();
                return row.getString(1);
            }
        }
    }

    /** Delivers the export, unless it is done. */
    void deliver(String export) {
        begin(export).ifPresent(user -> finish(export, upload(export, user)));
    }

    /** Marks the export as being worked on; returns its user, or nothing if it is done. */
    private Optional<String> begin(String export) {
        try (Connection connection = database.getConnection();
                PreparedStatement update = connection.prepareStatement(BEGIN)) {
            update.setString(1, Settings.worker());
            update.setObject(2, UUID.fromString(export));
            try (ResultSet row = update.executeQuery()) {
                return row.next() ? Optional.of(row.getString(1)) : Optional.empty();
            }
        } catch (SQLException failed) {
            throw new IllegalStateException("the export " + export + " could not be begun", failed);
        }
    }

    /** Writes the user's rows into one object, and returns where it is. */
    private String upload(String export, String user) {
        try {
            Path file = Files.createTempFile("export", ".csv");
            try {
                write(file, user);
                String key = "exports/" + export + ".csv";
                s3.putObject(
                        put -> put.bucket(Settings.bucket()).key(key).contentType("text/csv"),
                        RequestBody.fromFile(file));
                return "s3://" + Settings.bucket() + "/" + key;
            } finally {
                Files.delete(file);
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (SQLException failed) {
            throw new IllegalStateException("the rows of " + export + " could not be read", failed);
        }
    }

    private void write(Path file, String user) throws SQLException, IOException {
        try (Connection connection = database.getConnection();
                BufferedWriter writer = Files.newBufferedWriter(file)) {
            // A cursor needs a transaction.
            connection.setAutoCommit(false);
            try (PreparedStatement select = connection.prepareStatement(ROWS)) {
                select.setFetchSize(500);
                select.setObject(1, UUID.fromString(user));
                try (ResultSet row = select.executeQuery()) {
                    int columns = row.getMetaData().getColumnCount();
                    writer.write("id,interaction_type,action,page_url,user_agent,timestamp\n");
                    while (row.next()) {
                        for (int column = 1; column <= columns; column++) {
                            writer.write(column == 1 ? "" : ",");
                            writer.write(quoted(row.getString(column)));
                        }
                        writer.write('\n');
                    }
                }
            }
            connection.commit();
        }
    }

    private static String quoted(String value) {
        return value == null ? "" : '"' + value.replace("\"", "\"\"") + '"';
    }

    /** Marks the export as done. */
    private void finish(String export, String object) {
        try (Connection connection = database.getConnection();
                PreparedStatement update = connection.prepareStatement(FINISH)) {
            update.setString(1, object);
            update.setObject(2, UUID.fromString(export));
            LOG.info("export {} {}", export, update.executeUpdate() == 1 ? "done" : "was done already");
        } catch (SQLException failed) {
            throw new IllegalStateException("the export " + export + " could not be marked as done", failed);
        }
    }
}

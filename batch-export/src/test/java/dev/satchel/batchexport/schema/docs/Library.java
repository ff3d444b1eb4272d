package dev.satchel.batchexport.schema.docs;

import dev.satchel.migrations.SampleDatabase;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;

/** A small schema with one of everything, and what is to be printed of it. */
final class Library {

    private Library() {}

    static SampleDatabase create() throws SQLException {
        SampleDatabase database = SampleDatabase.createEmpty();
        run(database, text("library.sql"));
        return database;
    }

    static void run(SampleDatabase database, String sql) throws SQLException {
        try (var connection = database.ownerDataSource().getConnection();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    static String text(String name) {
        try (InputStream stream = Library.class.getResourceAsStream(name)) {
            if (stream == null) {
                throw new IllegalStateException("no test resource " + name);
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}

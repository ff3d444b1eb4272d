package dev.satchel.batchexport.schema;

import dev.satchel.batchexport.schema.catalog.SchemaTransaction;
import dev.satchel.migrations.CatalogFingerprint;
import dev.satchel.migrations.SampleDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/** Databases that a migration may meet, and what tests ask them. */
public final class Schemas {

    private Schemas() {}

    /** Learners, and nothing of Satchel but the roles, which belong to the server. */
    public static SampleDatabase unmigrated() {
        Roles.ensure();
        return SampleDatabase.createUnmigratedWithLearners();
    }

    /** Learners, and the application's earlier tables with rows that break Satchel's rules. */
    public static SampleDatabase earlier() throws SQLException {
        var database = unmigrated();
        run(database.ownerDataSource(), resource("/db/sample/earlier-tables.sql"));
        run(database.ownerDataSource(), resource("/db/sample/earlier-rows.sql"));
        return database;
    }

    /** Whatever the catalog says, Satchel's private schema included. */
    public static List<String> everything(SampleDatabase database) throws SQLException {
        var everything = new ArrayList<>(CatalogFingerprint.of(database.superuserDataSource()));
        everything.addAll(rows(database.superuserDataSource(), """
                SELECT concat_ws(' ', relname, relkind, relnatts)
                  FROM pg_class
                 WHERE relnamespace = to_regnamespace('satchel')
                 UNION ALL
                SELECT pg_get_functiondef(oid)
                  FROM pg_proc
                 WHERE pronamespace = to_regnamespace('satchel')
                 ORDER BY 1
                """));
        return everything;
    }

    public static String resource(String name) {
        try (var file = Schemas.class.getResourceAsStream(name)) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    // A migrated database brings the roles, which stay when it is dropped.
    private static final class Roles {

        static {
            SampleDatabase.create().close();
        }

        static void ensure() {}
    }

    public static void run(DataSource source, String sql) throws SQLException {
        try (var connection = source.getConnection();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    public static List<String> rows(DataSource source, String sql) throws SQLException {
        try (var connection = source.getConnection()) {
            return SchemaTransaction.rows(connection, sql);
        }
    }

    public static String value(DataSource source, String sql) throws SQLException {
        return rows(source, sql).get(0);
    }
}

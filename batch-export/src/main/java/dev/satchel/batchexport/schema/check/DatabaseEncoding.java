package dev.satchel.batchexport.schema.check;

import dev.satchel.batchexport.schema.catalog.SchemaTransaction;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * The encoding of a database, which must be UTF8: in any other one, texts of users cannot be stored or come out as other
 * texts.
 */
public final class DatabaseEncoding {

    public static final String NEEDED = "UTF8";

    private static final String SUBJECT = "encoding of the database";

    private DatabaseEncoding() {}

    public static String of(Connection connection) throws SQLException {
        return SchemaTransaction.rows(connection, "SHOW server_encoding").get(0);
    }

    static Check check(Connection connection) throws SQLException {
        return Check.of(SUBJECT, NEEDED, of(connection));
    }
}

package dev.satchel.batchexport.schema.check;

import dev.satchel.batchexport.schema.catalog.SchemaTransaction;
import dev.satchel.batchexport.schema.catalog.ServerVersion;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * Whether Satchel can work on the server, and in the encoding of the database, which must be UTF8: in any other one, texts
 * of users cannot be stored or come out as other texts.
 */
public final class ServerCheck {

    private static final String ENCODING = "UTF8";

    private ServerCheck() {}

    public static List<Check> check(Connection connection) throws SQLException {
        return List.of(version(ServerVersion.of(connection)), encoding(connection));
    }

    static Check version(ServerVersion version) {
        String subject = "server version";
        String expectation = "14.19, 15.14, 16.10, 17.6, 18.0 or a later minor version";
        if (!version.isSafe()) {
            return Check.failed(
                    subject,
                    expectation,
                    version + (version.isKnown() ? ", which has known holes in row security" : ", which is too old"));
        }
        return version.isTried()
                ? Check.ok(subject, version.toString())
                : Check.warning(subject, expectation, version + ", which Satchel was never tried on");
    }

    private static Check encoding(Connection connection) throws SQLException {
        String subject = "encoding of the database";
        String encoding =
                SchemaTransaction.rows(connection, "SHOW server_encoding").get(0);
        return encoding.equals(ENCODING)
                ? Check.ok(subject, encoding)
                : Check.failed(
                        subject,
                        ENCODING,
                        encoding + ", in which not every text of a user can be kept as it is: copy the data (pg_dump,"
                                + " pg_restore) into a database made with ENCODING 'UTF8' TEMPLATE template0");
    }
}

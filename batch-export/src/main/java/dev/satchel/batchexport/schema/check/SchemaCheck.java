package dev.satchel.batchexport.schema.check;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Looks at one subject of a database, in the transaction that is open, and changes nothing. */
@FunctionalInterface
public interface SchemaCheck {

    List<Check> on(Connection connection) throws SQLException;

    /** Runs several, in order. */
    public static List<Check> all(List<SchemaCheck> subjects, Connection connection) throws SQLException {
        List<Check> checks = new ArrayList<>();
        for (SchemaCheck subject : subjects) {
            checks.addAll(subject.on(connection));
        }
        return checks;
    }
}

package dev.satchel.batchexport.database;

import java.sql.SQLException;

/** The database is there, but Satchel's tables are not. */
public final class NotMigratedException extends SQLException {

    private static final long serialVersionUID = 1L;

    NotMigratedException(DatabaseUrl url) {
        super("the database " + url + " has no tables of Satchel: run 'satchel migrate' as their owner first");
    }
}

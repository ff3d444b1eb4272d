package dev.satchel.batchexport.database;

import dev.satchel.SatchelException;

/** The database is there, but Satchel's tables are not. */
public final class NotMigratedException extends SatchelException {

    private static final long serialVersionUID = 1L;

    NotMigratedException(String database) {
        super("the database " + database + " has no tables of Satchel", "run 'satchel migrate' as their owner first");
    }
}

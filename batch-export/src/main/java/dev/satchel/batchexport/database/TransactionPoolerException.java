package dev.satchel.batchexport.database;

import dev.satchel.SatchelException;

/** The database is behind a pooler that gives each transaction another session. */
public final class TransactionPoolerException extends SatchelException {

    private static final long serialVersionUID = 1L;

    TransactionPoolerException(DatabaseUrl url) {
        super(
                url
                        + " is a connection pooler in transaction mode, which gives each transaction another session; this"
                        + " command needs one of its own",
                "let " + DatabaseUrl.SETTING + " name the database itself, or the pooler's session mode");
    }
}

package dev.satchel.batchexport.schema;

import dev.satchel.SatchelException;
import java.util.List;

/** An event trigger enables row security on Satchel's private tables whenever it is disabled; nothing was changed. */
public final class EnforcedRowSecurityException extends SatchelException {

    private static final long serialVersionUID = 1L;

    EnforcedRowSecurityException(String table, List<String> triggers) {
        super("an event trigger" + (triggers.isEmpty() ? "" : " (" + String.join(", ", triggers) + ")")
                + " enables row security on " + table + " whenever it is disabled, and would hide every row of it from"
                + " Satchel's logins: let its function leave out schema satchel, then migrate; nothing was changed");
    }
}

package dev.satchel.batchexport.schema.catalog;

import dev.satchel.SatchelException;
import java.lang.module.ModuleDescriptor.Version;

/** The database's schema is of another version than the program needs; nothing was done. */
public final class OtherSchemaException extends SatchelException {

    private static final long serialVersionUID = 1L;

    private OtherSchemaException(String message) {
        super(message);
    }

    static OtherSchemaException newer(Version found, Version known) {
        return new OtherSchemaException("this program is older than the database's schema, which is at version " + found
                + " while the program knows versions up to " + known
                + ": run the program that migrated the database, or a newer one");
    }

    static OtherSchemaException replaced() {
        return new OtherSchemaException(
                "the database's schema was made by files from before the first release, which are"
                        + " no longer part of Satchel: run 'satchel rollback --archive' with the program that migrated the"
                        + " database, then 'satchel migrate' with this one");
    }

    static OtherSchemaException unreadable(Version needed) {
        return new OtherSchemaException("the login may not read which version the database's schema is at, while the"
                + " program needs version " + needed
                + ": run 'satchel migrate' as the owner of its tables, or log in as a member of Satchel's role for the"
                + " command");
    }

    static OtherSchemaException older(Version found, Version needed) {
        return new OtherSchemaException("this program is newer than the database's schema, which is at version " + found
                + " while the program needs version " + needed
                + ": run 'satchel migrate' as the owner of its tables");
    }
}

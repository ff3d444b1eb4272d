package dev.satchel.batchexport.schema.migrate;

import java.util.List;
import java.util.Optional;

/**
 * How one difference between a live schema and the contract is mended: by files, by statements, or by a person.
 *
 * @param files that run again, because they hold what the contract knows a digest of only
 * @param statements that lose no row, and drop nothing that somebody else made
 * @param otherwise what a person can do, where there is neither or they change nothing
 */
record Remedy(Optional<Group> files, List<String> statements, String otherwise) {

    /** Files that may run at any time. */
    enum Group {
        /** The roles, which belong to the server and are in no dump of a database, and what Supabase provides. */
        ROLES,
        /** Functions, their triggers, and views. */
        REPEATABLE
    }

    static Remedy files(Group files, String otherwise) {
        return new Remedy(Optional.of(files), List.of(), otherwise);
    }

    static Remedy statements(List<String> statements) {
        return new Remedy(
                Optional.empty(),
                statements,
                "what should have changed it had no effect: " + String.join("; ", statements) + ";");
    }

    static Remedy statements(String... statements) {
        return statements(List.of(statements));
    }

    /** What no migration may do by itself. */
    static Remedy byHand(String reason) {
        return new Remedy(Optional.empty(), List.of(), reason);
    }

    static Remedy byHand(String reason, String statement) {
        return byHand("%s; to change that, run: %s;".formatted(reason, statement));
    }

    boolean isByHand() {
        return files.isEmpty() && statements.isEmpty();
    }
}

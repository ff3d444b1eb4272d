package dev.satchel.postgres.keys;

import dev.satchel.UnknownUserException;
import dev.satchel.UserId;
import java.sql.SQLException;
import java.util.Objects;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Runs work in a new transaction at READ COMMITTED, even inside a transaction of the caller, so that the vault's
 * changes and audit entries survive a rollback of the caller. Safe for use by many threads.
 */
final class OwnTransaction {

    /** How often an operation is repeated after concurrent changes, each of which succeeded. */
    static final int MOST_ATTEMPTS = 100;

    private static final String FOREIGN_KEY_VIOLATION = "23503";

    private final TransactionTemplate template;

    OwnTransaction(TransactionTemplate template) {
        this.template = template;
    }

    @FunctionalInterface
    interface Work<T> {
        T run(TransactionStatus status);
    }

    /** @throws UnknownUserException if the work writes a row for a user who does not exist */
    <T> T run(UserId user, Work<T> work) {
        try {
            return Objects.requireNonNull(template.execute(work::run));
        } catch (DataIntegrityViolationException refused) {
            if (refused.getMostSpecificCause() instanceof SQLException cause
                    && FOREIGN_KEY_VIOLATION.equals(cause.getSQLState())) {
                throw new UnknownUserException(user);
            }
            throw refused;
        }
    }

    static IllegalStateException tooFast(UserId user) {
        return new IllegalStateException(
                "the keys of user " + user + " keep being changed by other processes: try again " + "later");
    }
}

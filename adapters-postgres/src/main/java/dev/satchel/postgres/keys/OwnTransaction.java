package dev.satchel.postgres.keys;

import dev.satchel.UnknownUserException;
import dev.satchel.UserId;
import java.sql.SQLException;
import java.util.Objects;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * A transaction of its own at READ COMMITTED, whatever the caller is in: what the vault records stays, whatever becomes of
 * the caller's work.
 */
final class OwnTransaction {

    /** How often a step is taken again because others changed what it was about; each time one of them succeeded. */
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

    /** @throws UnknownUserException if the work writes something of a user who does not exist */
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
        return new IllegalStateException("the keys of user " + user + " are set and removed too fast");
    }
}

package dev.satchel.batchexport.schema.migrate;

import dev.satchel.batchexport.schema.catalog.Attempt;
import java.sql.SQLException;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** The rollback would lose rows or take what others built; nothing was changed. */
public final class RollbackRefusedException extends SQLException {

    private static final long serialVersionUID = 1L;

    RollbackRefusedException(PSQLException refusal, ServerErrorMessage message) {
        super(sentence(message), refusal.getSQLState(), refusal);
    }

    private static String sentence(ServerErrorMessage message) {
        if (Attempt.INSUFFICIENT_PRIVILEGE.equals(message.getSQLState())) {
            return "the login may not roll back (" + message.getMessage()
                    + "): log in as the owner of the application's tables; nothing was changed";
        }
        return Stream.of(message.getMessage(), message.getDetail(), message.getHint())
                .filter(Objects::nonNull)
                .collect(Collectors.joining("\n"));
    }
}

package dev.satchel.batchexport.schema.migrate;

import dev.satchel.SatchelException;
import dev.satchel.batchexport.schema.catalog.Attempt;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** The rollback would lose rows or take what others built; nothing was changed. */
public final class RollbackRefusedException extends SatchelException {

    private static final long serialVersionUID = 1L;

    RollbackRefusedException(PSQLException refusal, ServerErrorMessage message) {
        super(sentence(message), null, refusal);
    }

    // The server separates the objects of its list by line breaks, which their names may hold as well: below a line of
    // this program's, none may look like another one.
    @Override
    public List<String> lines() {
        List<String> lines = String.valueOf(getMessage()).lines().toList();
        return Stream.concat(lines.stream().limit(1), lines.stream().skip(1).map(line -> "  " + line))
                .toList();
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

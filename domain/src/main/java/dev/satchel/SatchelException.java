package dev.satchel;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request cannot be fulfilled. The message is a sentence for the user or operator: cause, then remedy.
 *
 * <p>The message holds no row data and no secret, so that a program may print and log it. Messages of other exceptions
 * are for developers only.
 */
public abstract class SatchelException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String problem;
    private final @Nullable String remedy;

    /**
     * @param problem what is wrong; names the thing that is wrong
     * @param remedy how to solve it; null if there is nothing to do, or if {@code problem} already says it
     * @param cause the cause; null if there is none, or if it could repeat a secret
     */
    protected SatchelException(String problem, @Nullable String remedy, @Nullable Throwable cause) {
        super(remedy == null ? problem : problem + ": " + remedy, cause);
        this.problem = problem;
        this.remedy = remedy;
    }

    protected SatchelException(String problem, String remedy) {
        this(problem, remedy, null);
    }

    protected SatchelException(String message) {
        this(message, null, null);
    }

    /** The lines to print: a sentence, followed by one line for each further detail. */
    public List<String> lines() {
        return List.of(remedy == null ? problem : problem + ": " + remedy);
    }

    /** The exit code of a program that ends with this exception: 2 for a wrong call, otherwise 1. */
    public int exitCode() {
        return 1;
    }
}

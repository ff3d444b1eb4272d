package dev.satchel;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was asked for cannot be done, and the message says so to people: first what is wrong, then what to do about it.
 *
 * <p>The message holds no row's content and no secret, so a program may print and log it as it is. An exception of another
 * class has a message for developers only.
 */
public abstract class SatchelException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String problem;
    private final @Nullable String remedy;

    /**
     * @param problem what is wrong, naming the thing that is
     * @param remedy what to do about it; null where there is nothing to do, or the problem says it already
     * @param cause what was thrown below; null where there is nothing, or where it could repeat a secret
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

    /** What to print: first a sentence, then a line for each further thing there is to tell. */
    public List<String> lines() {
        return List.of(remedy == null ? problem : problem + ": " + remedy);
    }

    /** The exit code of a program that ends with this: 2 where the call was wrong, otherwise 1. */
    public int exitCode() {
        return 1;
    }
}

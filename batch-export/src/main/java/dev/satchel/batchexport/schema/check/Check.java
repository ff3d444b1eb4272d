package dev.satchel.batchexport.schema.check;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * One thing that was looked at in a live database, and what came of it.
 *
 * @param subject names the object, such as {@code column public.export_history.status}
 * @param expectation what should be found
 * @param found what is there; where something helps, it follows
 * @param statements to run, by somebody with the right to, for what is wrong or missing
 */
public record Check(String subject, String expectation, String found, Result result, List<String> statements) {

    /** What a missing object is found to be, and what an unknown one is expected to be. */
    public static final String NOTHING = "nothing";

    /** How a check ended; only {@link #FAILED} means that the schema is not what it should be. */
    public enum Result {
        OK,
        /** Worth knowing; nothing is wrong. */
        NOTICE,
        WARNING,
        FAILED
    }

    public Check {
        statements = List.copyOf(statements);
    }

    public Check(String subject, String expectation, String found, Result result) {
        this(subject, expectation, found, result, List.of());
    }

    public static Check of(String subject, String expectation, String found) {
        return new Check(subject, expectation, found, expectation.equals(found) ? Result.OK : Result.FAILED);
    }

    public static Check ok(String subject, String found) {
        return new Check(subject, found, found, Result.OK);
    }

    public static Check notice(String subject, String found, String... statements) {
        return new Check(subject, found, found, Result.NOTICE, List.of(statements));
    }

    public static Check warning(String subject, String expectation, String found) {
        return new Check(subject, expectation, found, Result.WARNING);
    }

    public static Check failed(String subject, String expectation, String found, String... statements) {
        return new Check(subject, expectation, found, Result.FAILED, List.of(statements));
    }

    public boolean isFailed() {
        return result == Result.FAILED;
    }

    /** The check in one line of text. */
    public String line() {
        return switch (result) {
            case OK, NOTICE, WARNING -> "%-7s %s: %s".formatted(result.name().toLowerCase(Locale.ROOT), subject, found);
            case FAILED -> "FAILED  " + subject + ": expected " + expectation + ", found " + found;
        };
    }

    /** The check for people: one line, and one more for each statement. */
    public Stream<String> lines() {
        return Stream.concat(Stream.of(line()), statements.stream().map(statement -> " ".repeat(8) + statement));
    }
}

package dev.satchel.batchexport.schema.check;

/**
 * One thing that was looked at in a live database, and what came of it.
 *
 * @param subject names the object, such as {@code column public.export_history.status}
 * @param expectation what should be found
 * @param found what is there; of a warning, with the statement that helps
 */
public record Check(String subject, String expectation, String found, Result result) {

    /** What a missing object is found to be, and what an unknown one is expected to be. */
    public static final String NOTHING = "nothing";

    /** How a check ended; only {@link #FAILED} means that the schema is not what it should be. */
    public enum Result {
        OK,
        WARNING,
        FAILED
    }

    public static Check of(String subject, String expectation, String found) {
        return new Check(subject, expectation, found, expectation.equals(found) ? Result.OK : Result.FAILED);
    }

    public static Check ok(String subject, String found) {
        return new Check(subject, found, found, Result.OK);
    }

    public static Check warning(String subject, String expectation, String found) {
        return new Check(subject, expectation, found, Result.WARNING);
    }

    public boolean isFailed() {
        return result == Result.FAILED;
    }

    /** The check in one line of text. */
    public String line() {
        return switch (result) {
            case OK -> "ok      " + subject + ": " + found;
            case WARNING -> "warning " + subject + ": " + found;
            case FAILED -> "FAILED  " + subject + ": expected " + expectation + ", found " + found;
        };
    }
}

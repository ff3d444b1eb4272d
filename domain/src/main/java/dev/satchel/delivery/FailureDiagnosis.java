package dev.satchel.delivery;

import dev.satchel.export.Failure;

/** Translates exceptions of the database, the store and the JVM to a {@link Failure}. Safe for use by many threads. */
@FunctionalInterface
public interface FailureDiagnosis {

    /**
     * The failure of an attempt that ended with {@code thrown}. Its explanation never repeats the exception's message,
     * which may hold row data.
     */
    Failure diagnose(Throwable thrown);
}

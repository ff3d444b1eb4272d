package dev.satchel.delivery;

import dev.satchel.export.Failure;

/** Knows what the exceptions of the technologies in use mean. Safe for use by many threads. */
@FunctionalInterface
public interface FailureDiagnosis {

    /** The reason to give for an attempt that ended in {@code thrown}; never repeats its message. */
    Failure diagnose(Throwable thrown);
}

package dev.satchel.batchexport.observe.health;

/** Looks at one thing that Satchel needs. Safe for use by many threads. */
@FunctionalInterface
public interface HealthCheck {

    /**
     * Begins to look, so that several checks that take a while look at the same time. Waits for nothing, and does nothing
     * where the answer of {@link #check} is at hand.
     */
    default void begin() {}

    /** Looks now. Throws nothing: what went wrong is in the answer. */
    CheckResult check();
}

package dev.satchel.batchexport.observe.health;

/** Looks at one thing that Satchel needs. Safe for use by many threads. */
@FunctionalInterface
public interface HealthCheck {

    /** Looks now. Throws nothing: what went wrong is in the answer. */
    CheckResult check();
}

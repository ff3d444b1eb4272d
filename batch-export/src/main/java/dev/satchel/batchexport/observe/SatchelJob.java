package dev.satchel.batchexport.observe;

import java.util.Locale;

/** What Satchel does on a schedule. */
public enum SatchelJob {
    EXPORT_RUN,
    CLEANUP,
    KEYS_VALIDATE,
    PROGRESS_RECONCILE,
    STREAKS;

    /** The value of the tag, such as {@code export_run}. */
    public String tag() {
        return name().toLowerCase(Locale.ROOT);
    }
}

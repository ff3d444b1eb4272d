package dev.satchel.batchexport.observe;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What Satchel does on a schedule. */
public enum SatchelJob {
    EXPORT_RUN("exportRun"),
    CLEANUP("cleanup"),
    KEYS_VALIDATE("keysValidate"),
    PROGRESS_RECONCILE("progressReconcile");

    private final String jobName;

    SatchelJob(String jobName) {
        this.jobName = jobName;
    }

    /** The one that Spring Batch runs under that name. */
    static Optional<SatchelJob> named(String jobName) {
        return Arrays.stream(values())
                .filter(job -> job.jobName.equals(jobName))
                .findFirst();
    }

    /** The value of the tag, such as {@code export_run}. */
    public String tag() {
        return name().toLowerCase(Locale.ROOT);
    }
}

package dev.satchel.batchexport.observe.health;

import dev.satchel.SatchelException;
import dev.satchel.delivery.FailureDiagnosis;
import dev.satchel.export.Failure;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Explains what a check or a job met, in a sentence. The trace is in the log at level DEBUG. */
public final class Reasons {

    private static final Logger LOG = LoggerFactory.getLogger(Reasons.class);

    private final FailureDiagnosis diagnosis;

    public Reasons(FailureDiagnosis diagnosis) {
        this.diagnosis = diagnosis;
    }

    /** Whether the database is the cause. */
    boolean isOfTheDatabase(Throwable thrown) {
        return diagnosis.diagnose(thrown).code().isOfTheDatabase();
    }

    /** What went wrong, in a sentence without a secret or a row's content. */
    public String of(Throwable thrown) {
        LOG.debug("the failure", thrown);
        Failure failure = diagnosis.diagnose(thrown);
        if (failure.code() != Failure.Code.INTERNAL) {
            return failure.explanationInFull();
        }
        return thrown instanceof SatchelException explained
                ? String.join(" ", explained.lines())
                : "something unforeseen went wrong (" + thrown.getClass().getSimpleName()
                        + "): the log has more at level DEBUG";
    }
}

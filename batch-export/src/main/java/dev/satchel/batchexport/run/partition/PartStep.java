package dev.satchel.batchexport.run.partition;

import dev.satchel.partition.ExportParts;
import dev.satchel.partition.PartFailedException;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.batch.core.job.JobInterruptedException;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.step.AbstractStep;
import org.springframework.batch.core.step.Step;
import org.springframework.batch.core.step.StepExecution;
import org.springframework.batch.infrastructure.item.ExecutionContext;

/**
 * The step of Spring Batch that delivers one part. It runs once for each part: a request that arrives again, late or for an
 * export that is over, claims nothing and changes nothing, not even the record of the step.
 */
final class PartStep implements Step {

    static final String NAME = "part";

    private static final Logger LOG = LoggerFactory.getLogger(PartStep.class);

    private static final String ATTEMPT = "attempt";
    private static final String NUMBER = "number";

    private final JobRepository runs;
    private final ExportParts parts;
    private final PartDelivery delivery;
    private final String worker;

    PartStep(JobRepository runs, ExportParts parts, PartDelivery delivery, String worker) {
        this.runs = runs;
        this.parts = parts;
        this.delivery = delivery;
        this.worker = worker;
    }

    /** What the step of that part is told. */
    static ExecutionContext context(ExportParts.Part part) {
        ExecutionContext context = new ExecutionContext();
        context.putString(ATTEMPT, part.attempt().toString());
        context.putInt(NUMBER, part.number());
        return context;
    }

    @Override
    public String getName() {
        return NAME;
    }

    @Override
    public void execute(StepExecution step) throws JobInterruptedException {
        UUID attempt = UUID.fromString(step.getExecutionContext().getString(ATTEMPT));
        int number = step.getExecutionContext().getInt(NUMBER);
        Optional<ExportParts.Claimed> part = claim(attempt, number);
        if (part.isPresent()) {
            deliver(part.get(), step);
        } else {
            LOG.debug("a request for part {} came again or too late", number);
        }
    }

    private Optional<ExportParts.Claimed> claim(UUID attempt, int number) {
        try {
            return parts.claim(attempt, number, worker);
        } catch (PartFailedException unknown) {
            LOG.warn(
                    "part {} of an export failed: {}", number, unknown.failure().messageInFull());
            delivery.pause();
            throw unknown;
        } catch (Error failed) {
            // Most likely memory is short here, and not at others.
            delivery.pause();
            throw failed;
        }
    }

    private void deliver(ExportParts.Claimed part, StepExecution step) throws JobInterruptedException {
        Delivering delivering = new Delivering(runs, part);
        try {
            delivering.execute(step);
        } finally {
            // Spring Batch could not write that the step begins.
            if (!delivering.begun) {
                delivery.giveBack(part);
            }
        }
    }

    private final class Delivering extends AbstractStep {

        private final ExportParts.Claimed part;
        private boolean begun;

        Delivering(JobRepository runs, ExportParts.Claimed part) {
            super(runs);
            this.part = part;
            setName(NAME);
        }

        @Override
        protected void doExecute(StepExecution step) {
            begun = true;
            long records = delivery.deliver(part);
            step.setReadCount(records);
            step.setWriteCount(records);
        }
    }
}

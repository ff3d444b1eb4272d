package dev.satchel.batchexport.run.record;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.delivery.Delivery;
import dev.satchel.migrations.OwnThread;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.batch.core.job.JobExecution;
import org.springframework.batch.core.job.JobInstance;
import org.springframework.batch.core.job.parameters.JobParameters;
import org.springframework.batch.core.repository.support.ResourcelessJobRepository;
import org.springframework.batch.core.step.StepExecution;

@Timeout(30)
class RunRecordTest {

    private final StepExecution step =
            new StepExecution(1, "deliver", new JobExecution(1, new JobInstance(1, "exportRun"), new JobParameters()));

    /** Otherwise the columns of one row would not fit together, and a slow database would hold up the slots. */
    @Test
    void deliveriesEndWhileTheCountsAreWrittenAndDoNotChangeThem() {
        AtomicLong written = new AtomicLong();
        SlowRepository slow = new SlowRepository();
        RunRecord record = new RunRecord(slow, step, Duration.ofSeconds(-1));
        slow.meanwhile = () -> {
            CompletableFuture.runAsync(() -> record.add(delivery()), OwnThread::start)
                    .join();
            written.set(step.getReadCount());
        };

        record.add(delivery());
        record.renew();

        assertThat(written).hasValue(1);
        record.handOver();
        assertThat(step.getReadCount()).isEqualTo(2);
        assertThat(step.getFilterCount()).isEqualTo(2);
        assertThat(step.getCommitCount()).isEqualTo(2);
    }

    private static Delivery delivery() {
        return new Delivery.LeaseLost(UUID.randomUUID());
    }

    private static final class SlowRepository extends ResourcelessJobRepository {

        private Runnable meanwhile = () -> {};

        @Override
        public void update(StepExecution execution) {
            meanwhile.run();
        }
    }
}

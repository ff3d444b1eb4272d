package dev.satchel.batchexport.run.partition;

import dev.satchel.batchexport.run.failure.KnownFailures;
import dev.satchel.batchexport.run.stop.StopSignal;
import dev.satchel.delivery.ExportReading;
import dev.satchel.delivery.FileFormats;
import dev.satchel.partition.DivisibleRecords;
import dev.satchel.partition.ExportParts;
import dev.satchel.postgres.dataset.PostgresDatasets;
import dev.satchel.store.FileStore;
import dev.satchel.store.StoreCheck;
import dev.satchel.store.UploadJournal;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import javax.sql.DataSource;
import org.springframework.batch.core.launch.JobOperator;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.integration.partition.StepExecutionRequestHandler;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.messaging.PollableChannel;

/** What a run needs besides to have large exports read in parts, and to deliver parts itself. */
@Configuration(proxyBeanMethods = false)
public class PartitionConfiguration {

    /**
     * What the parts of a run are told.
     *
     * @param worker names the worker in the parts that it claims
     * @param silence how long a worker may be silent
     * @param longest how long Spring Batch waits for the steps: longer than a snapshot may be open
     */
    public record Run(PartitionSettings settings, String worker, Duration silence, Duration longest, StopSignal stop) {}

    @Bean
    PollableChannel partRequestChannel(DataSource dataSource, Run run) {
        return run.settings().requestChannel().open(dataSource, run.longest());
    }

    @Bean
    ExportReading exportReading(
            DivisibleRecords records,
            FileFormats formats,
            ExportParts parts,
            JobRepository runs,
            JobOperator operator,
            PollableChannel partRequestChannel,
            FileStore store,
            UploadJournal journal,
            Run run) {
        return new PartitionedReading(
                records,
                formats,
                parts,
                new PartRequests(runs, operator, partRequestChannel, run.longest()),
                store,
                journal,
                run.settings(),
                run.silence(),
                run.stop());
    }

    @Bean(initMethod = "start")
    PartSlots partSlots(
            ExportParts parts,
            DivisibleRecords records,
            PostgresDatasets datasets,
            FileFormats formats,
            FileStore store,
            StoreCheck check,
            UploadJournal journal,
            ScheduledExecutorService heartbeats,
            ScheduledExecutorService aborts,
            JobRepository runs,
            PollableChannel partRequestChannel,
            Run run) {
        PartDelivery delivery = new PartDelivery(
                parts,
                records,
                datasets.catalogue(),
                formats,
                store,
                check,
                journal,
                new KnownFailures(),
                heartbeats,
                aborts,
                run.stop(),
                run.silence().dividedBy(2));
        PartStep step = new PartStep(runs, parts, delivery, run.worker());
        StepExecutionRequestHandler handler = new StepExecutionRequestHandler();
        handler.setJobRepository(runs);
        handler.setStepLocator(name -> step);
        return new PartSlots(partRequestChannel, handler, run.settings().slots(), delivery::isPausing, run.stop());
    }
}

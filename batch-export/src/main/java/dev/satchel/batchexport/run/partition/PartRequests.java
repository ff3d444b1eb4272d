package dev.satchel.batchexport.run.partition;

import dev.satchel.partition.ExportParts;
import dev.satchel.record.Dataset;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.JobExecution;
import org.springframework.batch.core.job.JobExecutionException;
import org.springframework.batch.core.job.builder.JobBuilder;
import org.springframework.batch.core.job.parameters.JobParameters;
import org.springframework.batch.core.job.parameters.JobParametersBuilder;
import org.springframework.batch.core.launch.JobOperator;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.step.Step;
import org.springframework.batch.infrastructure.item.ExecutionContext;
import org.springframework.batch.integration.partition.RemotePartitioningManagerStepBuilder;
import org.springframework.messaging.Message;
import org.springframework.messaging.MessageChannel;

/**
 * Asks workers for the parts of a dataset: a job of Spring Batch whose one step is partitioned, and which is never restarted.
 * The parts' rows say what has become of them; the job says whether the requests could be sent.
 */
final class PartRequests {

    private static final long POLL_MILLIS = 500;

    private final JobRepository runs;
    private final JobOperator operator;
    private final MessageChannel requests;
    private final Duration longest;

    /** @param longest after this, Spring Batch gives up waiting for steps */
    PartRequests(JobRepository runs, JobOperator operator, MessageChannel requests, Duration longest) {
        this.runs = runs;
        this.operator = operator;
        this.requests = requests;
        this.longest = longest;
    }

    /** Sends the requests, and keeps the record of their steps in a thread of its own until closed. */
    Sent send(UUID export, Dataset dataset, List<ExportParts.Part> parts) {
        List<Message<?>> sent = new CopyOnWriteArrayList<>();
        MessageChannel noted = (request, timeout) -> {
            boolean taken = requests.send(request, timeout);
            sent.add(request);
            return taken;
        };
        Step step = new RemotePartitioningManagerStepBuilder("parts", runs)
                .partitioner(PartStep.NAME, grid -> contexts(parts))
                .gridSize(parts.size())
                .outputChannel(noted)
                .pollInterval(POLL_MILLIS)
                .timeout(longest.toMillis())
                .build();
        JobParameters parameters = new JobParametersBuilder()
                .addString("run", UUID.randomUUID().toString())
                .addString("export", export.toString(), false)
                .addString("dataset", dataset.name(), false)
                .toJobParameters();
        return new Sent(new JobBuilder("exportParts", runs).start(step).build(), parameters, sent);
    }

    private static Map<String, ExecutionContext> contexts(List<ExportParts.Part> parts) {
        Map<String, ExecutionContext> contexts = new LinkedHashMap<>();
        parts.forEach(part -> contexts.put(Integer.toString(part.number()), PartStep.context(part)));
        return contexts;
    }

    /** Requests under way. */
    final class Sent implements AutoCloseable {

        private final Thread thread;
        private final List<Message<?>> sent;
        private volatile @Nullable Throwable failure;

        private Sent(Job job, JobParameters parameters, List<Message<?>> sent) {
            this.sent = sent;
            thread = new Thread(() -> run(job, parameters), "parts");
            thread.setDaemon(true);
            thread.start();
        }

        private void run(Job job, JobParameters parameters) {
            try {
                JobExecution run = operator.start(job, parameters);
                failure = run.getAllFailureExceptions().stream().findFirst().orElse(null);
            } catch (JobExecutionException | RuntimeException | Error refused) {
                failure = refused;
            }
        }

        /**
         * Sends all requests again, because one may be lost: those of parts that are under way or over have no effect.
         *
         * @return why they were not sent
         */
        Optional<RuntimeException> repeat() {
            try {
                sent.forEach(requests::send);
                return Optional.empty();
            } catch (RuntimeException refused) {
                return Optional.of(refused);
            }
        }

        /** Why the requests were not sent, or the record of their steps is not kept. */
        Optional<Throwable> failure() {
            return Optional.ofNullable(failure);
        }

        /** Waits a moment for the record of the last step, and ends. */
        @Override
        public void close() {
            try {
                thread.join(TimeUnit.SECONDS.toMillis(failure == null ? 3 : 0) + 1);
                thread.interrupt();
            } catch (InterruptedException interrupted) {
                thread.interrupt();
                Thread.currentThread().interrupt();
            }
        }
    }
}

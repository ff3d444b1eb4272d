package dev.satchel.batchexport.run.partition;

import dev.satchel.batchexport.run.failure.KnownFailures;
import dev.satchel.batchexport.run.stop.StopSignal;
import dev.satchel.delivery.FailureDiagnosis;
import dev.satchel.export.Failure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.batch.integration.partition.StepExecutionRequest;
import org.springframework.batch.integration.partition.StepExecutionRequestHandler;
import org.springframework.messaging.Message;
import org.springframework.messaging.PollableChannel;

/**
 * Receives requests for parts, of this process's exports and of those of others, and has them delivered, several side by
 * side. Once the worker is told to stop, no further request is received.
 */
final class PartSlots implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(PartSlots.class);

    private static final Duration PAUSE = Duration.ofMillis(500);

    private final PollableChannel requests;
    private final StepExecutionRequestHandler handler;
    private final BooleanSupplier pausing;
    private final StopSignal stop;
    private final List<Thread> threads = new ArrayList<>();
    private final FailureDiagnosis diagnosis = new KnownFailures();
    private volatile boolean ending;

    /** Whether the channel did not answer when it was asked last. */
    private final AtomicBoolean isAway = new AtomicBoolean();

    /** @param pausing while it holds, no request is received */
    PartSlots(
            PollableChannel requests,
            StepExecutionRequestHandler handler,
            int slots,
            BooleanSupplier pausing,
            StopSignal stop) {
        this.requests = requests;
        this.handler = handler;
        this.pausing = pausing;
        this.stop = stop;
        for (int slot = 1; slot <= slots; slot++) {
            Thread thread = new Thread(this::run, "part-" + slot);
            thread.setDaemon(true);
            threads.add(thread);
        }
    }

    void start() {
        threads.forEach(Thread::start);
    }

    private void run() {
        while (!ending && !stop.isStopping()) {
            if (!goOn()) {
                stop.await(PAUSE);
            }
        }
    }

    // What is met below is said there. Where memory is short, saying it may fail, and later succeed.
    private boolean goOn() {
        try {
            return receive();
        } catch (RuntimeException | Error unsaid) {
            return false;
        }
    }

    /** Delivers the part of the next request; false if there is none, or this worker delivers none now. */
    private boolean receive() {
        boolean wasAway = isAway.get();
        Message<?> request;
        try {
            if (pausing.getAsBoolean()) {
                return false;
            }
            request = requests.receive(0);
        } catch (RuntimeException | Error noAnswer) {
            if (isAway.compareAndSet(false, true)) {
                LOG.warn(
                        "no requests for parts can be received, and this worker delivers none until then: {}",
                        reason(noAnswer));
            }
            LOG.debug("the channel of requests", noAnswer);
            return false;
        }
        if (wasAway && isAway.compareAndSet(true, false)) {
            LOG.info("requests for parts can be received again");
        }
        if (request == null) {
            return false;
        }
        return handle((StepExecutionRequest) request.getPayload());
    }

    /** Handles the request, which the channel may not have any more; false if this worker is better left alone for a moment. */
    private boolean handle(StepExecutionRequest request) {
        List<Throwable> failures = failures(request);
        Optional<Throwable> silence = ofTheDatabase(failures);
        silence.ifPresent(
                failed -> LOG.warn("a request for a part is kept until the database answers: {}", reason(failed)));
        while (silence.isPresent() && !ending && !stop.await(PAUSE)) {
            failures = failures(request);
            silence = ofTheDatabase(failures);
        }
        // Otherwise the request is older than the record of its step, or the part has failed and its row says so.
        Optional<Throwable> error =
                failures.stream().filter(Error.class::isInstance).findFirst();
        error.ifPresent(failed -> LOG.warn("a request for a part could not be handled: {}", reason(failed)));
        return error.isEmpty();
    }

    // The sentence for what is unknown is about an export. A message of the JVM may have anything.
    private String reason(Throwable failed) {
        Failure known = diagnosis.diagnose(failed);
        return known.code() == Failure.Code.INTERNAL ? failed.getClass().getName() : known.explanationInFull();
    }

    private List<Throwable> failures(StepExecutionRequest request) {
        List<Throwable> failures;
        try {
            // A part that could not be claimed is a failure of its step.
            failures = handler.handle(request).getFailureExceptions();
        } catch (RuntimeException | Error refused) {
            failures = List.of(refused);
        }
        failures.forEach(failed -> LOG.debug("a request for a part could not be handled", failed));
        return failures;
    }

    /** The failure of the database, which may answer later. */
    private Optional<Throwable> ofTheDatabase(List<Throwable> failures) {
        return failures.stream()
                .filter(failed -> diagnosis.diagnose(failed).code().isOfTheDatabase())
                .findFirst();
    }

    /** Waits for the parts under way. */
    @Override
    public void close() {
        ending = true;
        boolean interrupted = false;
        for (Thread thread : threads) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException now) {
                    interrupted = true;
                    stop.abandon();
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}

package dev.satchel.batchexport.run.partition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.batchexport.Await;
import dev.satchel.batchexport.LogLines;
import dev.satchel.batchexport.run.stop.StopSignal;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.batch.core.job.JobExecution;
import org.springframework.batch.core.job.JobInstance;
import org.springframework.batch.core.job.parameters.JobParameters;
import org.springframework.batch.core.step.StepExecution;
import org.springframework.batch.integration.partition.StepExecutionRequest;
import org.springframework.batch.integration.partition.StepExecutionRequestHandler;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.messaging.Message;
import org.springframework.messaging.PollableChannel;
import org.springframework.messaging.support.GenericMessage;

/** What becomes of requests where the database or the channel is away for a moment. */
class PartSlotsTest {

    private static final RuntimeException AWAY =
            new DataAccessResourceFailureException("away", new SQLException("away", "08006"));

    @AutoClose
    private final LogLines log = LogLines.of(PartSlots.class);

    private final Queue<Long> handled = new ConcurrentLinkedQueue<>();
    private final Scripted channel = new Scripted();

    @Test
    void handlesARequestAgainWhereTheDatabaseWasAway() throws Exception {
        channel.gives(1, 2);

        try (PartSlots slots = slots(1, new Handler(1, AWAY))) {
            slots.start();
            Await.until("both requests are handled", () -> handled.size() == 3);
        }

        assertThat(handled).containsExactly(1L, 1L, 2L);
    }

    @Test
    void handlesARequestAgainWhereThePartCouldNotBeClaimed() throws Exception {
        channel.gives(1, 2);
        Handler handler = new Handler(1, AWAY);
        handler.isFailureOfTheStep = true;

        try (PartSlots slots = slots(1, handler)) {
            slots.start();
            Await.until("both requests are handled", () -> handled.size() == 3);
        }

        assertThat(handled).containsExactly(1L, 1L, 2L);
        assertThat(log.messages())
                .filteredOn(said -> said.startsWith("a request for a part is kept until the database answers: "))
                .hasSize(1);
    }

    @Test
    void passesOverARequestOfAStepThatIsNotThereAnyMore() throws Exception {
        channel.gives(1, 2);

        try (PartSlots slots = slots(1, new Handler(1, new IllegalStateException("no such step")))) {
            slots.start();
            Await.until("both requests are handled", () -> handled.size() == 2);
        }

        assertThat(handled).containsExactly(1L, 2L);
    }

    @Test
    void saysOnceThatTheChannelIsAwayAndOnceThatItIsBack() throws Exception {
        channel.fails(2);
        channel.gives(1);

        try (PartSlots slots = slots(2, new Handler(0, AWAY))) {
            slots.start();
            Await.until("the request is handled", () -> handled.size() == 1);
        }

        assertThat(log.messages())
                .filteredOn(said -> said.contains("requests for parts can"))
                .hasSize(2)
                .satisfiesExactly(
                        away -> assertThat(away)
                                .startsWith("no requests for parts can be received, and this worker delivers none"
                                        + " until then: "),
                        back -> assertThat(back).isEqualTo("requests for parts can be received again"));
    }

    @Test
    void goesOnAfterTheJvmFailedWhileItReceived() throws Exception {
        channel.failure = new OutOfMemoryError("Java heap space");
        channel.fails(2);
        channel.gives(1);

        try (PartSlots slots = slots(1, new Handler(0, AWAY))) {
            slots.start();
            Await.until("the request is handled", () -> handled.size() == 1);
        }

        assertThat(log.messages())
                .containsExactly(
                        "no requests for parts can be received, and this worker delivers none until then: the worker has"
                                + " too little memory for a value of this export, or for all that it delivers at once",
                        "requests for parts can be received again");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void goesOnAfterTheJvmFailedWhileItHandledARequest(boolean ofTheStep) throws Exception {
        channel.gives(1, 2);
        Handler handler = new Handler(1, new NoClassDefFoundError("s3cret"));
        handler.isFailureOfTheStep = ofTheStep;

        try (PartSlots slots = slots(1, handler)) {
            slots.start();
            Await.until("both requests are handled", () -> handled.size() == 2);
        }

        assertThat(handled).containsExactly(1L, 2L);
        assertThat(log.messages())
                .containsExactly("a request for a part could not be handled: java.lang.NoClassDefFoundError");
    }

    @Test
    void goesOnAfterWhatItCannotSay() throws Exception {
        channel.requests.add(new GenericMessage<>("no request"));
        channel.gives(1);

        try (PartSlots slots = slots(1, new Handler(0, AWAY))) {
            slots.start();
            Await.until("the request is handled", () -> handled.size() == 1);
        }
    }

    private PartSlots slots(int number, Handler handler) {
        return new PartSlots(channel, handler, number, () -> false, new StopSignal());
    }

    private static void throwUnchecked(Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        throw (RuntimeException) failure;
    }

    /** Refuses the first requests with that failure. */
    private final class Handler extends StepExecutionRequestHandler {

        private final AtomicInteger refusals;
        private final Throwable failure;
        private boolean isFailureOfTheStep;

        Handler(int refusals, Throwable failure) {
            this.refusals = new AtomicInteger(refusals);
            this.failure = failure;
        }

        @Override
        public StepExecution handle(StepExecutionRequest request) {
            handled.add(request.getStepExecutionId());
            StepExecution step =
                    new StepExecution(1, "part", new JobExecution(1, new JobInstance(1, "parts"), new JobParameters()));
            if (refusals.getAndDecrement() > 0) {
                if (!isFailureOfTheStep) {
                    throwUnchecked(failure);
                }
                step.addFailureException(failure);
            }
            return step;
        }
    }

    /** Fails so often, and then has these requests. */
    private static final class Scripted implements PollableChannel {

        private final Queue<Message<?>> requests = new ArrayDeque<>();
        private Throwable failure = AWAY;
        private int failures;

        synchronized void gives(long... steps) {
            for (long step : steps) {
                requests.add(new GenericMessage<>(new StepExecutionRequest("part", step)));
            }
        }

        synchronized void fails(int times) {
            failures = times;
        }

        @Override
        public synchronized Message<?> receive(long timeout) {
            if (failures-- > 0) {
                throwUnchecked(failure);
            }
            return requests.poll();
        }

        @Override
        public Message<?> receive() {
            return receive(-1);
        }

        @Override
        public boolean send(Message<?> message, long timeout) {
            throw new UnsupportedOperationException(List.of(message).toString());
        }
    }
}

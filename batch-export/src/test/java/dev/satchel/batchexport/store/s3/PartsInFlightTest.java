package dev.satchel.batchexport.store.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.satchel.batchexport.Await;
import dev.satchel.batchexport.store.s3.PeculiarS3.Answer;
import dev.satchel.batchexport.store.s3.PeculiarS3.Call;
import dev.satchel.export.Failure;
import dev.satchel.store.FileStore;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** How an upload sends several parts side by side. */
class PartsInFlightTest extends PeculiarServiceFixture {

    private static final IntPredicate ALL = number -> true;
    private static final IntPredicate NONE = number -> false;

    private void startWith(PartMemory memory) throws IOException {
        Settings settings = new Settings();
        settings.memory = memory;
        start(settings);
    }

    private FileStore.Upload open() throws IOException {
        return store.open(NAME, "a.csv", "text/csv");
    }

    /** Does something in a thread of its own; {@link FutureTask#get} throws what it threw. */
    private static Background inBackground(Acting acting) {
        Background background = new Background(acting);
        background.thread.start();
        return background;
    }

    private interface Acting {
        void act() throws Exception;
    }

    private static final class Background {

        private final FutureTask<Boolean> task;
        private final Thread thread;

        Background(Acting acting) {
            task = new FutureTask<>(() -> {
                acting.act();
                return true;
            });
            thread = new Thread(task, "background");
        }

        boolean isWaiting() {
            return thread.getState() == Thread.State.WAITING;
        }

        boolean isEndingItsParts() {
            return isWaiting()
                    && Arrays.stream(thread.getStackTrace())
                            .anyMatch(frame -> frame.getClassName().equals(PartsInFlight.class.getName())
                                    && frame.getMethodName().equals("end"));
        }

        void end() throws Exception {
            task.get();
        }

        Throwable failure() {
            Throwable thrown = catchThrowable(task::get);
            return thrown instanceof ExecutionException ? thrown.getCause() : thrown;
        }
    }

    @Nested
    class Sending {

        @ParameterizedTest
        @CsvSource({"1, 8, 1", "3, 8, 3", "8, 2, 3", "8, 0, 1"})
        void sendsAsManyAtOnceAsLimitAndMemoryAllow(int inFlight, int reserve, int expected) throws Exception {
            startWith(new PartMemory(PART, inFlight, reserve));
            service.hold(ALL);

            Background publishing = inBackground(() -> publish(content(10 * PART + 1)));
            Await.until("parts wait", () -> service.waiting() == expected);
            Await.until("the writer waits", publishing::isWaiting);
            service.hold(NONE);
            publishing.end();

            assertThat(service.mostAtOnce()).isEqualTo(expected);
            assertThat(count(Call.PART)).isEqualTo(11);
            assertThat(service.object(KEY)).isEqualTo(content(10 * PART + 1));
        }

        @Test
        void keepsTheOrderOfTheFileWhateverOrderPartsArriveIn() throws Exception {
            startWith(new PartMemory(PART, 4, 8));
            service.hold(number -> number < 4);

            Background publishing = inBackground(() -> publish(content(4 * PART)));
            Await.until("part 4 was first", () -> service.waiting() == 3 && count(Call.PART) == 4);
            service.hold(number -> number < 2);
            Await.until("part 1 is the last", () -> service.waiting() == 1);
            service.hold(NONE);
            publishing.end();

            assertThat(service.object(KEY)).isEqualTo(content(4 * PART));
        }

        @Test
        void repeatsThePartThatFailedAlone() throws IOException {
            startWith(new PartMemory(PART, 4, 8));
            service.answer(Call.PART, 1, Answer.error(500, "InternalError"));

            publish(content(6 * PART));

            assertThat(count(Call.PART)).isEqualTo(7);
            assertThat(service.object(KEY)).isEqualTo(content(6 * PART));
        }

        @Test
        void lendsTheReserveToOneUploadAfterTheOther() throws Exception {
            PartMemory memory = new PartMemory(PART, 4, 2);
            startWith(memory);

            publish(content(6 * PART));
            store.delete(store.locate(NAME));
            try (FileStore.Upload abandoned = open()) {
                abandoned.body().write(content(6 * PART));
            }

            assertThat(List.of(memory.tryReserve(), memory.tryReserve(), memory.tryReserve()))
                    .containsExactly(true, true, false);
        }

        @Test
        void sharesTheReserveAmongUploads() throws Exception {
            startWith(new PartMemory(PART, 4, 1));
            service.hold(ALL);

            Background one = inBackground(() -> publish(content(3 * PART)));
            Await.until("one has the reserve", () -> service.waiting() == 2);
            Background other = inBackground(() -> {
                try (FileStore.Upload upload = store.open("export-1/2-b.csv", "b.csv", "text/csv")) {
                    upload.body().write(content(3 * PART));
                    upload.commit();
                }
            });
            Await.until("the other has its own part", () -> service.waiting() == 3);
            Await.until("both wait", () -> one.isWaiting() && other.isWaiting());
            service.hold(NONE);
            one.end();
            other.end();

            assertThat(service.object(KEY)).isEqualTo(content(3 * PART));
            assertThat(service.object("exports/some/prefix/export-1/2-b.csv")).isEqualTo(content(3 * PART));
        }

        @Test
        void usesThreadsThatEndWithTheStore() throws Exception {
            startWith(new PartMemory(PART, 4, 8));
            service.hold(ALL);
            Background publishing = inBackground(() -> publish(content(3 * PART)));
            Await.until("parts wait", () -> service.waiting() == 3);

            List<Thread> threads = partThreads();
            assertThat(threads).hasSizeGreaterThanOrEqualTo(3).allMatch(Thread::isDaemon);

            service.hold(NONE);
            publishing.end();
            store.close();
            Await.until("the threads have ended", () -> threads.stream().noneMatch(Thread::isAlive));
        }
    }

    private static List<Thread> partThreads() {
        Thread[] all = new Thread[Thread.activeCount() + 100];
        int count = Thread.enumerate(all);
        return Arrays.stream(all, 0, count)
                .filter(thread -> thread.getName().startsWith("s3-part-"))
                .toList();
    }

    @Nested
    class Failing {

        @Test
        void throwsThePartsFailureAtALaterWrite() throws IOException {
            startWith(new PartMemory(PART, 2, 8));
            service.answer(Call.PART, 1, Answer.error(403, "AccessDenied"));

            try (FileStore.Upload upload = open()) {
                Throwable thrown = catchThrowable(() -> {
                    while (true) {
                        upload.body().write(1);
                    }
                });

                assertThat(thrown).isInstanceOf(S3Exception.class);
                assertThat(failure(thrown).code()).isEqualTo(Failure.Code.ACCESS_DENIED);
                assertThatThrownBy(() -> upload.body().write(1))
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("has failed");
                assertThatThrownBy(upload::commit).isInstanceOf(IOException.class);
            }
            assertNothingIsLeft();
        }

        // One part fails with everything written, or the last one does.
        @ParameterizedTest
        @ValueSource(ints = {1, 2})
        void isThrownByTheCommit(int answers) throws IOException {
            startWith(new PartMemory(PART, 2, 8));
            try (FileStore.Upload upload = open()) {
                service.hold(ALL);
                upload.body().write(content(PART + 1));
                service.answer(Call.PART, answers, Answer.error(403, "AccessDenied"));
                service.hold(NONE);

                Throwable thrown = catchThrowable(upload::commit);

                assertThat(thrown).isInstanceOf(S3Exception.class);
                assertThat(failure(thrown).code()).isEqualTo(Failure.Code.ACCESS_DENIED);
            }
            assertThat(count(Call.COMPLETE)).isZero();
            assertNothingIsLeft();
        }

        @Test
        void abortsOnlyWhenNoPartIsUnderWay() throws Exception {
            startWith(new PartMemory(PART, 4, 8));
            service.hold(ALL);
            FileStore.Upload upload = open();
            upload.body().write(content(3 * PART + 1));
            Await.until("parts wait", () -> service.waiting() == 3);

            Background closing = inBackground(upload::close);
            Await.until(
                    "the upload waits for its parts, or was aborted",
                    () -> closing.isWaiting() || service.calls().contains(Call.ABORT));
            service.hold(NONE);
            closing.end();

            assertThat(service.isAbortedEarly()).isFalse();
            assertThat(upload.isSettled()).isTrue();
            assertNothingIsLeft();
        }

        @Test
        void repeatsNoPartOfAnUploadThatWasGivenUp() throws Exception {
            startWith(new PartMemory(PART, 4, 8));
            service.hold(ALL);
            FileStore.Upload upload = open();
            upload.body().write(content(2 * PART + 1));
            Await.until("parts wait", () -> service.waiting() == 2);
            service.answer(Call.PART, Integer.MAX_VALUE, Answer.error(500, "InternalError"));

            Background closing = inBackground(upload::close);
            Await.until("the upload waits for its parts", closing::isEndingItsParts);
            service.hold(NONE);
            closing.end();

            assertThat(count(Call.PART)).isEqualTo(2);
            assertNothingIsLeft();
        }

        @Test
        void repeatsNoOtherPartOnceOneHasFailed() throws Exception {
            startWith(new PartMemory(PART, 4, 8));
            service.hold(ALL);
            Background publishing = inBackground(() -> publish(content(2 * PART + 1)));
            Await.until("parts wait", () -> service.waiting() == 3);
            service.answer(Call.PART, 1, Answer.error(403, "AccessDenied"));
            service.hold(number -> number > 1);
            Await.until("part 1 was refused", () -> service.waiting() == 2);
            Await.until("the upload is given up", publishing::isEndingItsParts);
            service.answer(Call.PART, Integer.MAX_VALUE, Answer.error(500, "InternalError"));
            service.hold(NONE);

            assertThat(failure(publishing.failure()).code()).isEqualTo(Failure.Code.ACCESS_DENIED);
            assertThat(count(Call.PART)).isEqualTo(3);
            assertThat(service.isAbortedEarly()).isFalse();
            assertNothingIsLeft();
        }

        @Test
        void endsTheWaitOfAnInterruptedWriter() throws Exception {
            startWith(new PartMemory(PART, 1, 0));
            service.hold(ALL);
            FileStore.Upload upload = open();
            Background writing = inBackground(() -> upload.body().write(content(2 * PART)));
            Await.until("the writer waits", () -> service.waiting() == 1 && writing.isWaiting());

            writing.thread.interrupt();

            assertThat(writing.failure()).isInstanceOf(AbortedException.class);
            service.hold(NONE);
            upload.close();
            assertNothingIsLeft();
        }
    }

    @Nested
    class Memory {

        private static final long MIB = 1 << 20;

        @ParameterizedTest
        @CsvSource({"64, 5, 2", "128, 8, 3", "256, 16, 3", "1024, 16, 15", "32, 5, 0", "24, 5, 0"})
        void followsTheHeap(long heap, int part, int reserve) {
            PartMemory memory = PartMemory.of(heap * MIB, 4);

            assertThat(memory.partSize()).isEqualTo(part * MIB);
            for (int taken = 0; taken < reserve; taken++) {
                assertThat(memory.tryReserve()).isTrue();
            }
            assertThat(memory.tryReserve()).isFalse();
        }
    }
}

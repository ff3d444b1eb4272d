package dev.satchel.batchexport.store.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.satchel.batchexport.Await;
import dev.satchel.batchexport.store.s3.PeculiarS3.Answer;
import dev.satchel.batchexport.store.s3.PeculiarS3.Call;
import dev.satchel.batchexport.store.s3.PeculiarS3.Peculiarity;
import dev.satchel.export.Failure;
import dev.satchel.store.DamagedFileException;
import dev.satchel.store.FileStore;
import java.io.IOException;
import java.util.Collections;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How the store notices that a service holds other bytes than it was sent. */
class DamagedUploadTest extends PeculiarServiceFixture {

    private static final PartMemory ONE_AFTER_THE_OTHER = new PartMemory(PART, 1, 0);

    @Nested
    class Damage {

        // The first, a later and the last part, and a file of one.
        @ParameterizedTest
        @CsvSource({"10, false", "3000, false", "10, true", "3000, true"})
        void isNeverPublished(int length, boolean checksums) throws IOException {
            Settings settings = checksums ? withChecksums() : new Settings();
            settings.memory = ONE_AFTER_THE_OTHER;
            start(settings, Peculiarity.COMPARES_NOTHING);
            service.flip(1);

            Throwable thrown = catchThrowable(() -> publish(content(length)));

            assertThat(thrown).isInstanceOf(DamagedFileException.class);
            assertThat(failure(thrown).code()).isEqualTo(Failure.Code.FILE_DAMAGED);
            assertThat(failure(thrown).explanation()).contains("the store s3://exports/some/prefix ");
            assertNothingIsLeft();
            assertThat(service.calls()).contains(Call.GET);
        }

        @ParameterizedTest
        @ValueSource(ints = {10, 3000})
        void isNeverPublishedWhereTheServiceGivesNothingToCompare(int length) throws IOException {
            start(Peculiarity.COMPARES_NOTHING, Peculiarity.TAGS_THAT_ARE_NO_DIGESTS);
            service.flip(1);

            assertThatExceptionOfType(DamagedFileException.class).isThrownBy(() -> publish(content(length)));

            assertNothingIsLeft();
        }

        @ParameterizedTest
        @ValueSource(ints = {10, 3000})
        void isNeverPublishedWhereTheServiceComputesChecksumsAndComparesNone(int length) throws IOException {
            start(
                    withChecksums(),
                    Peculiarity.COMPARES_NOTHING,
                    Peculiarity.TAGS_THAT_ARE_NO_DIGESTS,
                    Peculiarity.CHECKSUMS);
            service.flip(1);

            assertThatExceptionOfType(DamagedFileException.class).isThrownBy(() -> publish(content(length)));

            assertNothingIsLeft();
        }

        @Test
        void ofALaterPartIsNoticedAtOnce() throws IOException {
            Settings settings = new Settings();
            settings.memory = ONE_AFTER_THE_OTHER;
            start(settings, Peculiarity.COMPARES_NOTHING);

            Throwable thrown = catchThrowable(() -> {
                try (FileStore.Upload upload = store.open(NAME, "a.csv", "text/csv")) {
                    upload.body().write(content(PART + 1));
                    service.flip(1);
                    upload.body().write(content(PART));
                }
            });

            assertThat(thrown).isInstanceOf(DamagedFileException.class);
            assertThat(count(Call.PART)).isEqualTo(2);
            assertNothingIsLeft();
        }

        // As when the damaged part was faster than the one before it.
        @Test
        void ofALaterPartIsNoticedWhenAnEarlierOneArrivesAfterIt() throws IOException {
            start(Peculiarity.COMPARES_NOTHING);
            service.hold(number -> number == 1);

            Throwable thrown = catchThrowable(() -> {
                try (FileStore.Upload upload = store.open(NAME, "a.csv", "text/csv")) {
                    upload.body().write(content(PART + 1));
                    Await.until("part 1 has arrived", () -> service.waiting() == 1);
                    service.flip(1);
                    upload.body().write(content(PART));
                    Await.until("part 2 has arrived", () -> count(Call.PART) == 2);
                    service.hold(number -> false);
                    upload.commit();
                }
            });

            assertThat(thrown).isInstanceOf(DamagedFileException.class);
            assertThat(count(Call.COMPLETE)).isZero();
            assertNothingIsLeft();
        }

        @Test
        void isDetectedWhenTheServiceLacksAFileThatItAccepted() throws IOException {
            start();
            service.answer(Call.HEAD, Integer.MAX_VALUE, new Answer(404, "", Collections.emptyMap()));

            Throwable thrown = catchThrowable(() -> publish(content(10)));

            assertThat(failure(thrown).code()).isEqualTo(Failure.Code.FILE_DAMAGED);
        }

        @Test
        void isNoticedByTheLengthAlone() throws IOException {
            start(Peculiarity.COMPARES_NOTHING, Peculiarity.LOSES_THE_END);

            assertThatExceptionOfType(DamagedFileException.class)
                    .isThrownBy(() -> publish(content(10)))
                    .withMessageContaining("holds 9 bytes of 10");

            assertNothingIsLeft();
        }

        @ParameterizedTest
        @CsvSource({"10, false", "3000, false", "10, true", "3000, true"})
        void thatTheServiceNoticesIsSentAgain(int length, boolean checksums) throws IOException {
            start(checksums ? withChecksums() : new Settings());
            service.flip(1);

            publish(content(length));

            assertThat(service.object(KEY)).isEqualTo(content(length));
        }

        @ParameterizedTest
        @CsvSource({
            "SignatureDoesNotMatch, 403, 10",
            "SignatureDoesNotMatch, 403, 3000",
            "XAmzContentSHA256Mismatch, 400, 10",
            "XAmzContentSHA256Mismatch, 400, 3000",
            "BadDigest, 400, 10",
            "BadDigest, 400, 3000"
        })
        void thatTheServiceReportsIsSentAgainAndThenEndsTheAttemptOnly(String code, int status, int length)
                throws IOException {
            start();
            Call call = length > PART ? Call.PART : Call.PUT;
            service.answer(call, 1, Answer.error(status, code));
            publish(content(length));
            assertThat(service.object(KEY)).isEqualTo(content(length));
            store.delete(store.locate(NAME));

            service.answer(call, Integer.MAX_VALUE, Answer.error(status, code));
            Throwable thrown = catchThrowable(() -> publish(content(length)));

            assertThat(failure(thrown).code()).isEqualTo(Failure.Code.FILE_DAMAGED);
            assertThat(failure(thrown).code().verdict()).isEqualTo(Failure.Verdict.TRANSIENT);
            assertThat(failure(thrown).explanation()).contains(code + ", HTTP " + status);
            assertNothingIsLeft();
        }

        @Test
        void isNotBlamedForASignatureThatIsWrongWithoutContent() throws IOException {
            start();
            service.answer(Call.GET, Integer.MAX_VALUE, Answer.error(403, "SignatureDoesNotMatch"));

            Failure failure = failure(catchThrowable(() -> store.read(store.locate(NAME))));

            assertThat(failure.code()).isEqualTo(Failure.Code.ACCESS_DENIED);
            assertThat(failure.explanation()).endsWith("correct AWS_SECRET_ACCESS_KEY");
        }
    }

    @Nested
    class ReadingBack {

        @ParameterizedTest
        @ValueSource(ints = {10, 3000})
        void isNotNeededWhereTagsAreDigests(int length) throws IOException {
            start();
            publish(content(length));
            assertThat(count(Call.GET)).isZero();
        }

        @Test
        void isNotNeededWhereTheTagsOfThePartsAreDigests() throws IOException {
            start(Peculiarity.OWN_TAGS_OF_FILES_IN_PARTS);
            publish(content(3000));
            assertThat(count(Call.GET)).isZero();
        }

        @ParameterizedTest
        @ValueSource(ints = {10, 3000})
        void isNotNeededWhereTheServiceGivesChecksums(int length) throws IOException {
            start(withChecksums(), Peculiarity.TAGS_THAT_ARE_NO_DIGESTS, Peculiarity.CHECKSUMS);
            publish(content(length));
            assertThat(count(Call.GET)).isZero();
        }

        @ParameterizedTest
        @ValueSource(ints = {0, 10, 1024, 2048, 3000})
        void happensOnceWhereTheServiceGivesNothing(int length) throws IOException {
            start(Peculiarity.TAGS_THAT_ARE_NO_DIGESTS);

            publish(content(length));

            assertThat(count(Call.GET)).isEqualTo(1);
            assertThat(service.object(KEY)).isEqualTo(content(length));
        }

        @ParameterizedTest
        @ValueSource(ints = {10, 3000})
        void happensWhenItIsAskedFor(int length) throws IOException {
            Settings always = new Settings();
            always.readBack = true;
            start(always);

            publish(content(length));

            assertThat(count(Call.GET)).isEqualTo(1);
        }
    }
}

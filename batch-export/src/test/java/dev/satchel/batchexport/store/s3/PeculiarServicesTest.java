package dev.satchel.batchexport.store.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.satchel.batchexport.store.StoreFailures;
import dev.satchel.batchexport.store.UnreliableNetwork;
import dev.satchel.batchexport.store.s3.PeculiarS3.Answer;
import dev.satchel.batchexport.store.s3.PeculiarS3.Call;
import dev.satchel.batchexport.store.s3.PeculiarS3.Peculiarity;
import dev.satchel.export.Failure;
import dev.satchel.store.DamagedFileException;
import dev.satchel.store.FileStore;
import dev.satchel.store.MissingFileException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** How files come through to S3 services that do not behave as AWS does, and over networks that change what they carry. */
class PeculiarServicesTest {

    private static final int PART = 1024;
    private static final String NAME = "export-1/1-a.csv";
    private static final String KEY = "exports/some/prefix/" + NAME;

    private PeculiarS3 service;
    private S3FileStore store;

    @AfterEach
    void close() {
        store.close();
        service.close();
    }

    private void start(Settings settings, Peculiarity... peculiarities) throws IOException {
        service = PeculiarS3.with(peculiarities);
        store = open(service.endpoint(), settings);
    }

    private static S3FileStore open(URI endpoint, Settings settings) {
        S3Connection connection = new S3Connection(
                endpoint,
                settings.publicEndpoint,
                "us-east-1",
                true,
                settings.checksums,
                settings.conditionalWrites,
                settings.readBack,
                StaticCredentialsProvider.create(AwsBasicCredentials.create("key", "hunter2")));
        return new S3FileStore(connection.client(), connection, new Bucket("exports", "some/prefix"), PART);
    }

    private void start(Peculiarity... peculiarities) throws IOException {
        start(new Settings(), peculiarities);
    }

    /** The defaults, to be changed. */
    private static final class Settings {
        private URI publicEndpoint;
        private boolean checksums;
        private boolean conditionalWrites = true;
        private boolean readBack;
    }

    private static Settings withChecksums() {
        Settings settings = new Settings();
        settings.checksums = true;
        return settings;
    }

    private URI publish(byte[] content) throws IOException {
        try (FileStore.Upload upload = store.open(NAME, "a.csv", "text/csv")) {
            upload.body().write(content);
            upload.commit();
        }
        return store.locate(NAME);
    }

    private static byte[] content(int length) {
        byte[] content = new byte[length];
        new Random(length).nextBytes(content);
        return content;
    }

    private long count(Call call) {
        return service.calls().stream().filter(call::equals).count();
    }

    private static Failure failure(Throwable thrown) {
        return StoreFailures.diagnose(thrown).orElseThrow(() -> new AssertionError(thrown));
    }

    private void assertNothingIsLeft() {
        assertThat(service.keys()).isEmpty();
        assertThat(service.unfinished()).isEmpty();
    }

    @Nested
    class Damage {

        // The first, a later and the last part, and a file of one.
        @ParameterizedTest
        @CsvSource({"10, false", "3000, false", "10, true", "3000, true"})
        void isNeverPublished(int length, boolean checksums) throws IOException {
            start(checksums ? withChecksums() : new Settings(), Peculiarity.COMPARES_NOTHING);
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
            start(Peculiarity.COMPARES_NOTHING);

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

        @Test
        void isTheAbsenceOfWhatTheServiceSaidItTook() throws IOException {
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

    @Nested
    class Requests {

        @ParameterizedTest
        @CsvSource({"10, false", "3000, false", "10, true", "3000, true"})
        void areSignedWholeAndNeverInChunks(int length, boolean checksums) throws IOException {
            start(checksums ? withChecksums() : new Settings(), Peculiarity.KEEPS_CHUNKS);

            publish(content(length));

            assertThat(service.object(KEY)).isEqualTo(content(length));
            var headers = service.headers(length > PART ? Call.PART : Call.PUT);
            assertThat(headers.get("x-amz-content-sha256")).allMatch(sum -> sum.matches("[0-9a-f]{64}"));
            assertThat(headers).doesNotContainKey("x-amz-decoded-content-length");
            assertThat(headers.getOrDefault("content-encoding", List.of()))
                    .noneMatch(value -> value.contains("chunked"));
        }

        @Test
        void sendEqualPartsAndAShorterLastOne() throws IOException {
            start(Peculiarity.EQUAL_PARTS);

            publish(content(5 * PART + 1));

            assertThat(count(Call.PART)).isEqualTo(6);
            assertThat(service.object(KEY)).isEqualTo(content(5 * PART + 1));
        }

        @Test
        void saySettledOnceEveryOneWasAnswered() throws IOException {
            start();
            FileStore.Upload upload = store.open(NAME, "a.csv", "text/csv");
            assertThat(upload.isSettled()).isTrue();
            upload.body().write(content(3000));
            upload.commit();
            upload.close();

            assertThat(upload.isSettled()).isTrue();
        }

        @ParameterizedTest
        @EnumSource(names = {"CREATE", "PART", "COMPLETE"})
        void sayUnsettledAfterAnAnswerThatProvesNothing(Call call) throws IOException {
            start();
            // As a proxy says that did not get the service's answer in time.
            service.answer(call, 1, new Answer(504, "", Collections.emptyMap()));
            FileStore.Upload upload = store.open(NAME, "a.csv", "text/csv");
            upload.body().write(content(3000));
            upload.commit();
            upload.close();

            assertThat(upload.isSettled()).isFalse();
        }

        @Test
        void saySettledAfterARefusal() throws IOException {
            start();
            service.answer(Call.PUT, Integer.MAX_VALUE, Answer.error(403, "AccessDenied"));
            FileStore.Upload upload = store.open(NAME, "a.csv", "text/csv");
            upload.body().write(content(10));
            assertThatThrownBy(upload::commit).isInstanceOf(S3Exception.class);
            upload.close();

            assertThat(upload.isSettled()).isTrue();
        }
    }

    @Nested
    class ConditionalWrites {

        @ParameterizedTest
        @ValueSource(ints = {10, 3000})
        void areTheOperatorsWhereTheServiceDoesNotKnowThem(int length) throws IOException {
            start(Peculiarity.NO_CONDITIONAL_WRITES);

            Failure failure = failure(catchThrowable(() -> publish(content(length))));

            assertThat(failure.code().verdict()).isEqualTo(Failure.Verdict.OPERATOR);
            assertThat(failure.explanation()).contains("set SATCHEL_S3_CONDITIONAL_WRITES=false");
            assertNothingIsLeft();
        }

        @Test
        void canBeLeftOut() throws IOException {
            Settings settings = new Settings();
            settings.conditionalWrites = false;
            start(settings, Peculiarity.NO_CONDITIONAL_WRITES);

            publish(content(10));

            assertThat(service.keys()).containsExactly(KEY);
        }

        @ParameterizedTest
        @CsvSource({"PUT, 10", "COMPLETE, 3000"})
        void areTriedAgainAfterAConflict(Call call, int length) throws IOException {
            start();
            service.answer(call, 1, Answer.error(409, "ConditionalRequestConflict"));

            publish(content(length));

            assertThat(service.object(KEY)).isEqualTo(content(length));
        }

        @ParameterizedTest
        @CsvSource({"PUT, 10", "COMPLETE, 3000"})
        void passByThemselvesWhenTheConflictLasts(Call call, int length) throws IOException {
            start();
            service.answer(call, Integer.MAX_VALUE, Answer.error(409, "ConditionalRequestConflict"));

            Failure failure = failure(catchThrowable(() -> publish(content(length))));

            assertThat(failure.code()).isEqualTo(Failure.Code.STORE_UNAVAILABLE);
            assertNothingIsLeft();
        }
    }

    @Nested
    class Deletion {

        @Test
        void doesNotNeedTheListOfUploads() throws IOException {
            start(Peculiarity.NO_LISTING_OF_UPLOADS);
            URI location = publish(content(10));

            store.delete(location);

            assertNothingIsLeft();
        }

        @ParameterizedTest
        @CsvSource({"403, AccessDenied", "500, InternalError", "503, SlowDown"})
        void removesTheObjectWhateverBecomesOfTheList(int status, String code) throws IOException {
            start();
            URI location = publish(content(10));
            service.answer(Call.LIST, Integer.MAX_VALUE, Answer.error(status, code));

            assertThatThrownBy(() -> store.delete(location)).isInstanceOf(S3Exception.class);

            assertThat(service.keys()).isEmpty();
        }
    }

    @Nested
    class Links {

        @Test
        void leadToThePublicEndpoint() throws IOException {
            Settings settings = new Settings();
            settings.publicEndpoint = URI.create("https://files.example.org");
            start(settings);

            URI link = store.link(publish(content(10)), Duration.ofMinutes(5));

            assertThat(link.toString())
                    .startsWith("https://files.example.org/" + KEY + "?")
                    .contains("X-Amz-Expires=300", "X-Amz-SignedHeaders=host", "X-Amz-Signature=")
                    .doesNotContain("hunter2");
        }

        @ParameterizedTest
        @ValueSource(longs = {-86_400, 0, 86_400})
        void areDatedByTheClockOfTheService(long skew) throws IOException {
            start();
            URI location = publish(content(10));
            try (UnreliableNetwork network = UnreliableNetwork.before(service.endpoint());
                    S3FileStore far = open(network.endpoint(), new Settings())) {
                network.changeAnswers(head -> head.replaceFirst(
                        "Date: [^\r]*",
                        "Date: "
                                + DateTimeFormatter.RFC_1123_DATE_TIME.format(
                                        Instant.now().plusSeconds(skew).atOffset(ZoneOffset.UTC))));
                Instant before = Instant.now().plusSeconds(skew - 1);

                URI link = far.link(location, Duration.ofMinutes(5));

                String date = link.getQuery().replaceFirst(".*X-Amz-Date=([0-9TZ]+).*", "$1");
                Instant signed = Instant.parse(date.replaceFirst("(....)(..)(..)T(..)(..)(..)Z", "$1-$2-$3T$4:$5:$6Z"));
                assertThat(signed).isBetween(before, Instant.now().plusSeconds(skew));
            }
        }

        @Test
        void leadToNoEndpointWithAPath() throws IOException {
            start();
            Settings settings = new Settings();
            settings.publicEndpoint = URI.create("https://files.example.org/exports");

            assertThatThrownBy(() -> open(service.endpoint(), settings))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("SATCHEL_S3_PUBLIC_ENDPOINT is refused: a path follows the host: ");
        }

        @Test
        void areRefusedForAFileThatIsNotThere() throws IOException {
            start();

            assertThatExceptionOfType(MissingFileException.class)
                    .isThrownBy(() -> store.link(store.locate(NAME), Duration.ofMinutes(5)));
        }
    }

    @Test
    void saysWhichFileIsMissing() throws IOException {
        start();

        assertThatExceptionOfType(MissingFileException.class).isThrownBy(() -> store.read(store.locate(NAME)));
        try (InputStream file = store.read(publish(content(10)))) {
            assertThat(file.readAllBytes()).isEqualTo(content(10));
        }
    }

    @Test
    void saysWhereItIs() throws IOException {
        start();

        assertThat(store.root()).hasToString("s3://exports/some/prefix/");
        assertThat(store.address()).isEqualTo(service.endpoint() + "/exports/some/prefix/");
        assertThat(store.requestLifetime()).isEqualTo(Duration.ofHours(1));
    }
}

package dev.satchel.batchexport.store.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.satchel.batchexport.store.UnreliableNetwork;
import dev.satchel.batchexport.store.s3.PeculiarS3.Answer;
import dev.satchel.batchexport.store.s3.PeculiarS3.Call;
import dev.satchel.batchexport.store.s3.PeculiarS3.Peculiarity;
import dev.satchel.export.Failure;
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
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.s3.model.S3Exception;

class PeculiarServicesTest extends PeculiarServiceFixture {

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
                    .hasMessageStartingWith("satchel.s3.public-endpoint is refused: a path follows the host: ");
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

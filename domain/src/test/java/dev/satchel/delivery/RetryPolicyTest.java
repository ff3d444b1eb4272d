package dev.satchel.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.satchel.export.Exports;
import dev.satchel.export.Failure;
import java.time.Duration;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetryPolicyTest {

    private final Random random = new Random(20260301);

    @ParameterizedTest
    @CsvSource({"1, 10", "2, 20", "3, 40", "4, 80", "7, 640", "8, 900", "9, 900", "2147483647, 900"})
    void doublesTheLongestDelayUpToTheCap(int attempt, long seconds) {
        assertThat(RetryPolicy.DEFAULT.longestDelay(attempt)).isEqualTo(Duration.ofSeconds(seconds));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void spreadsTheDelaysOverTheWholeRange(int attempt) {
        long longest = RetryPolicy.DEFAULT.longestDelay(attempt).toMillis();

        long[] delays = LongStream.range(0, 2000)
                .map(round -> RetryPolicy.DEFAULT
                        .delayAfter(attempt, Exports.storeUnavailable(), random)
                        .orElseThrow()
                        .toMillis())
                .sorted()
                .toArray();

        assertThat(delays[0]).isBetween(0L, longest / 50);
        assertThat(delays[1000]).isBetween(longest * 2 / 5, longest * 3 / 5);
        assertThat(delays[1999]).isBetween(longest * 49 / 50, longest);
    }

    @Test
    void reachesBothEndsOfTheRange() {
        RetryPolicy tiny = new RetryPolicy(2, Duration.ofMillis(1), Duration.ofMillis(1));

        assertThat(LongStream.range(0, 100)
                        .mapToObj(round -> tiny.delayAfter(1, Exports.storeUnavailable(), random)
                                .orElseThrow()))
                .contains(Duration.ZERO, Duration.ofMillis(1));
    }

    @ParameterizedTest
    @ValueSource(ints = {5, 6, 3000})
    void failsTheExportAfterTheLastAttempt(int attempt) {
        assertThat(RetryPolicy.DEFAULT.delayAfter(attempt, Exports.storeUnavailable(), random))
                .isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void retriesOnlyTemporaryFailures(Failure.Code code) {
        boolean retried = RetryPolicy.DEFAULT
                .delayAfter(1, new Failure(code, "any reason"), random)
                .isPresent();

        assertThat(retried)
                .isEqualTo(
                        switch (code) {
                            case STORE_UNAVAILABLE,
                                    FILE_DAMAGED,
                                    DATABASE_UNAVAILABLE,
                                    SNAPSHOT_TOO_OLD,
                                    WORKER_LOST,
                                    OUT_OF_MEMORY -> true;
                            case INVALID_REQUEST,
                                    ACCESS_DENIED,
                                    STORE_MISSING,
                                    STORE_MISMATCH,
                                    STORE_MISCONFIGURED,
                                    STORE_FULL,
                                    FILE_TOO_LARGE,
                                    RECORDS_HIDDEN,
                                    CANCELLED,
                                    DATABASE_LOCKED,
                                    DATABASE_READ_ONLY,
                                    DATABASE_FULL,
                                    DATABASE_MISCONFIGURED,
                                    DATABASE_DAMAGED,
                                    WORKER_MISCONFIGURED,
                                    INTERNAL -> false;
                        });
    }

    @Test
    void triesAnExportThatRanOutOfMemoryOnceMore() {
        Failure failure = new Failure(Failure.Code.OUT_OF_MEMORY, "any reason");

        assertThat(RetryPolicy.DEFAULT.delayAfter(1, failure, random)).isPresent();
        assertThat(RetryPolicy.DEFAULT.delayAfter(2, failure, random)).isEmpty();
    }

    @Test
    void refusesNoAttempts() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RetryPolicy(0, Duration.ZERO, Duration.ZERO))
                .withMessage("attempts must be at least 1, was 0");
    }

    @Test
    void refusesDelaysInTheWrongOrder() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RetryPolicy(1, Duration.ofSeconds(2), Duration.ofSeconds(1)))
                .withMessage("delays must satisfy 0 <= base <= cap, were PT2S and PT1S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RetryPolicy(1, Duration.ofSeconds(-1), Duration.ofSeconds(1)))
                .withMessage("delays must satisfy 0 <= base <= cap, were PT-1S and PT1S");
    }
}

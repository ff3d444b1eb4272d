package dev.satchel.progress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.satchel.UserId;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What sessions give, and what their sums come to; {@link LearnerProgressContract} tests the rules by examples. */
class ContributionTest {

    private static final UserId USER = new UserId(UUID.randomUUID());
    private static final Instant NOON = Instant.parse("2024-05-15T12:00:00Z");

    // Null, negative, small and the greatest.
    private static Integer anyCount(Random random) {
        return switch (random.nextInt(8)) {
            case 0 -> null;
            case 1 -> -random.nextInt(1, 10);
            case 2 -> Integer.MIN_VALUE;
            case 3 -> Integer.MAX_VALUE;
            default -> random.nextInt(0, 30);
        };
    }

    private static long counted(Integer count) {
        return count == null || count < 0 ? 0 : count;
    }

    @Test
    void sumsAreExactWhateverIsAdded() {
        Random random = new Random(10);
        for (int round = 0; round < 10_000; round++) {
            Totals totals = Totals.NONE;
            long sessions = 0;
            long descriptions = 0;
            long images = 0;
            long attempts = 0;
            long correct = 0;
            long vocabulary = 0;
            long micros = 0;
            for (int session = random.nextInt(20); session > 0; session--) {
                Integer[] counts = new Integer[5];
                for (int index = 0; index < counts.length; index++) {
                    counts[index] = anyCount(random);
                }
                boolean counting = random.nextInt(4) > 0;
                long length = random.nextLong(-10_000_000_000L, 10_000_000_000L);
                boolean started = random.nextInt(4) > 0;

                totals = Contribution.of(
                                counting || random.nextBoolean() ? USER : null,
                                started ? NOON.minusNanos(length * 1_000) : null,
                                counting ? NOON : null,
                                counts[0],
                                counts[1],
                                counts[2],
                                counts[3],
                                counts[4])
                        .map(totals::plus)
                        .orElse(totals);

                if (counting) {
                    sessions++;
                    descriptions += counted(counts[0]);
                    images += counted(counts[1]);
                    attempts += counted(counts[2]);
                    correct += counted(counts[3]);
                    vocabulary += counted(counts[4]);
                    micros += started && length > 0 ? length : 0;
                }
            }

            assertThat(totals)
                    .isEqualTo(new Totals(
                            sessions,
                            descriptions,
                            images,
                            attempts,
                            correct,
                            vocabulary,
                            Duration.ofNanos(micros * 1_000),
                            totals.points()));
            assertThat(totals.minutes()).isEqualTo(micros / 60_000_000);
            assertThat(totals.accuracy()).isEqualTo(hundredths(correct, attempts));
        }
    }

    // Half up in whole numbers: floor((2 * 10000 * correct + attempts) / (2 * attempts)).
    private static BigDecimal hundredths(long correct, long attempts) {
        if (attempts == 0) {
            return new BigDecimal("0.00");
        }
        BigInteger rounded = BigInteger.valueOf(20_000)
                .multiply(BigInteger.valueOf(correct))
                .add(BigInteger.valueOf(attempts))
                .divide(BigInteger.valueOf(2 * attempts));
        return new BigDecimal(rounded.min(BigInteger.valueOf(10_000)), 2);
    }

    @Test
    void isNoneWithoutAUserOrAnEnd() {
        assertThat(Contribution.of(null, NOON, NOON, 1, 1, 1, 1, 1)).isEmpty();
        assertThat(Contribution.of(USER, NOON, null, 1, 1, 1, 1, 1)).isEmpty();
        assertThat(Contribution.of(USER, null, NOON, 1, 2, 3, 4, 5))
                .contains(new Contribution(1, 2, 3, 4, 5, Duration.ZERO));
    }

    @Test
    void refusesWhatNoSessionGives() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Contribution(1, 2, 3, -4, 5, Duration.ZERO))
                .withMessage("counts must not be negative, were 1, 2, 3, -4 and 5");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Contribution(0, 0, 0, 0, 0, Duration.ofSeconds(-1)))
                .withMessage("time must not be negative, was PT-1S");
    }
}

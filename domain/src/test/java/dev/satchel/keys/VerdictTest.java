package dev.satchel.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class VerdictTest {

    @Test
    void provesOneThing() {
        assertThat(new Verdict.Valid().validity()).isEqualTo(Validity.VALID);
        assertThat(new Verdict.Invalid("gone").validity()).isEqualTo(Validity.INVALID);
        assertThat(new Verdict.Unknown("busy", Duration.ofSeconds(3)).validity())
                .isEqualTo(Validity.UNKNOWN);
    }

    @Test
    void givesAShortReason() {
        assertThat(new Verdict.Invalid("x".repeat(200)).reason()).hasSize(200);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Verdict.Invalid("x".repeat(201)))
                .withMessage("a reason has 1 to 200 characters, was 201");
        assertThatIllegalArgumentException().isThrownBy(() -> new Verdict.Unknown(" ", Duration.ZERO));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Verdict.Unknown("busy", Duration.ofSeconds(-1)))
                .withMessage("retryAfter must not be negative, was PT-1S");
    }

    @Test
    void aStatusKnowsNothingOfAKeyThatIsNotSet() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new KeyStatus(Provider.OPENAI, false, Validity.VALID, null, null))
                .withMessage("nothing can be known about a key that is not set: openai");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new KeyStatus(Provider.OPENAI, false, Validity.UNKNOWN, Instant.EPOCH, null));
    }
}

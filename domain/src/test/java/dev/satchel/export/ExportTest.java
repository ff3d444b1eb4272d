package dev.satchel.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ExportTest {

    @Test
    void expiresAtTheMomentItPromised() {
        Export.Completed export = new Export.Completed(
                UUID.randomUUID(), Requests.any(), Exports.anyFile(), Exports.NOON, Exports.NOON.plusSeconds(60));

        assertThat(export.isExpiredAt(Exports.NOON.plusSeconds(59))).isFalse();
        assertThat(export.isExpiredAt(Exports.NOON.plusSeconds(60))).isTrue();
        assertThat(export.remainingAt(Exports.NOON.plusSeconds(59))).isEqualTo(Duration.ofSeconds(1));
        assertThat(export.remainingAt(Exports.NOON.plusSeconds(60))).isZero();
        assertThat(export.remainingAt(Exports.NOON.plusSeconds(61))).isZero();
    }

    @Test
    void countsAttemptsFromOne() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Export.Processing(
                        UUID.randomUUID(), Requests.any(), Exports.NOON, Exports.NOON, 0, UUID.randomUUID()))
                .withMessage("attempt must be at least 1, was 0");
    }

    @Test
    void saysWhyItFailedInOneLine() {
        assertThat(Exports.accessDenied().message())
                .isEqualTo("access_denied: the store refused the worker's credentials");
    }
}

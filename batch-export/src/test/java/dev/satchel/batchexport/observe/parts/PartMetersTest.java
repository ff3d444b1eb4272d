package dev.satchel.batchexport.observe.parts;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class PartMetersTest {

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final PartMeters meters = new PartMeters(registry);
    private final UUID part = UUID.randomUUID();

    private double ended(String outcome) {
        return registry.get("satchel.export.parts")
                .tag("outcome", outcome)
                .counter()
                .count();
    }

    @Test
    void countsAPartThatWasDelivered() {
        meters.claimed(part);
        meters.delivered(part, 7, 1234);

        assertThat(registry.get("satchel.export.parts.claimed").counter().count())
                .isEqualTo(1);
        assertThat(ended("delivered")).isEqualTo(1);
        assertThat(registry.get("satchel.export.part.rows").counter().count()).isEqualTo(7);
        assertThat(registry.get("satchel.export.part.bytes").counter().count()).isEqualTo(1234);
        assertThat(registry.get("satchel.export.part.duration").timer().count()).isEqualTo(1);
    }

    @Test
    void countsAnEndOnce() {
        meters.claimed(part);
        meters.ended(part, PartMeters.Outcome.GIVEN_UP);
        meters.ended(part, PartMeters.Outcome.FAILED);
        meters.delivered(part, 7, 1234);

        assertThat(ended("given_up")).isEqualTo(1);
        assertThat(ended("failed")).isZero();
        assertThat(ended("delivered")).isZero();
        assertThat(registry.get("satchel.export.part.rows").counter().count()).isZero();
    }

    @Test
    void hasNoTagThatNamesAPartOrItsUser() {
        meters.claimed(part);
        meters.ended(part, PartMeters.Outcome.GIVEN_BACK);

        assertThat(registry.getMeters())
                .extracting(Meter::getId)
                .allSatisfy(id -> assertThat(id.getTags())
                        .allMatch(tag -> Set.of("outcome", "le").contains(tag.getKey())));
    }
}

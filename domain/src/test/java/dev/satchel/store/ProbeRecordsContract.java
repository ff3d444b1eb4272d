package dev.satchel.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.export.Exports;
import dev.satchel.export.HistoryUnderTest;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link ProbeRecords} promises. */
public abstract class ProbeRecordsContract {

    private static final Duration AGE = Duration.ofHours(1);

    private HistoryUnderTest world;
    private ProbeRecords probes;

    /** An empty history, without probes. */
    protected abstract HistoryUnderTest emptyHistory();

    @BeforeEach
    void begin() {
        world = emptyHistory();
        probes = world.probes();
    }

    private URI begun(URI root) {
        URI location = Exports.locationIn(root);
        probes.begun(location);
        return location;
    }

    @Test
    void areAbandonedOnceTheyAreOldEnough() {
        URI location = begun(Exports.ROOT);
        world.letPass(AGE.minusMinutes(1));
        assertThat(probes.abandoned(Exports.ROOT, AGE, 10)).isEmpty();

        world.letPass(Duration.ofMinutes(1));

        assertThat(probes.abandoned(Exports.ROOT, AGE, 10)).containsExactly(location);
    }

    @Test
    void areForgottenWhenTheyEnded() {
        URI location = begun(Exports.ROOT);

        probes.ended(location);
        probes.ended(location);

        world.letPass(AGE);
        assertThat(probes.abandoned(Exports.ROOT, AGE, 10)).isEmpty();
    }

    @Test
    void belongToTheirStore() {
        URI other = URI.create("file:///mnt/other/");
        begun(Exports.ROOT);
        URI location = begun(other);
        world.letPass(AGE);

        assertThat(probes.abandoned(other, AGE, 10)).containsExactly(location);
    }

    @Test
    void areNoMoreThanAskedFor() {
        begun(Exports.ROOT);
        begun(Exports.ROOT);
        world.letPass(AGE);

        assertThat(probes.abandoned(Exports.ROOT, AGE, 1)).hasSize(1);
    }
}

package dev.satchel.batchexport.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.export.Export;
import dev.satchel.export.Exports;
import dev.satchel.export.InMemoryExportHistory;
import dev.satchel.export.Requests;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class WaitingExportsTest {

    private static final Duration LEASE = Duration.ofMillis(1);
    private static final Duration LONG_LEASE = Duration.ofMinutes(1);

    private final InMemoryExportHistory history = new InMemoryExportHistory();
    private final StopSignal stop = new StopSignal();
    private final WaitingExports exports = new WaitingExports(history, "worker", LEASE, 5, stop);

    @Test
    void claimsOneAfterAnotherUntilNoneWaits() {
        UUID first = requested();
        UUID second = requested();

        assertThat(exports.read().id()).isEqualTo(first);
        assertThat(exports.read().id()).isEqualTo(second);
        assertThat(exports.read()).isNull();
    }

    @Test
    void takesBackInTheMiddleOfARunWhatADeadWorkerLeft() {
        UUID lost = requested();
        history.claim("dead worker", LONG_LEASE).orElseThrow();
        requested();
        Export.Processing own = exports.read();
        history.complete(own, Exports.anyFile(), LONG_LEASE);

        history.letPass(LONG_LEASE.plusSeconds(1));
        Export.Processing rescued = exports.read();

        assertThat(rescued.id()).isEqualTo(lost);
        assertThat(rescued.attempt()).isEqualTo(2);
    }

    @Test
    void waitsForARetryThatIsDueLater() {
        UUID id = requested();
        history.retry(exports.read(), Exports.storeUnavailable(), Duration.ofSeconds(30));
        Thread clock = new Thread(() -> {
            stop.await(Duration.ofMillis(200));
            history.letPass(Duration.ofSeconds(31));
        });
        clock.start();

        assertThat(exports.read().id()).isEqualTo(id);
    }

    @Test
    void claimsNothingOnceToldToStop() {
        requested();
        stop.stop();

        assertThat(exports.read()).isNull();
        assertThat(history.claim("another", LONG_LEASE)).isPresent();
    }

    private UUID requested() {
        return history.request(Requests.of(history.addUser())).id();
    }
}

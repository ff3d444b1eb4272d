package dev.satchel.batchexport.observe.actuator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.satchel.export.Export;
import dev.satchel.export.Exports;
import dev.satchel.export.InMemoryExportHistory;
import dev.satchel.export.Requests;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class SatchelEndpointTest {

    private static final Duration LEASE = Duration.ofMinutes(2);

    private final InMemoryExportHistory history = new InMemoryExportHistory();
    private final SatchelEndpoint endpoint = new SatchelEndpoint(history, Duration.ofMinutes(5));

    private Export.Processing claimed() {
        history.request(Requests.of(history.addUser()));
        return history.claim("worker", LEASE).orElseThrow();
    }

    @Test
    void leavesOutFailuresOfEarlierWeeksAndAnswersTheSameForAWhile() {
        history.fail(claimed(), Exports.accessDenied());
        history.letPass(Duration.ofDays(8));
        Export.Processing lately = claimed();
        history.fail(lately, Exports.accessDenied());

        SatchelEndpoint.State state = endpoint.state();
        history.request(Requests.of(history.addUser()));

        assertThat(state.failed())
                .extracting(SatchelEndpoint.Listed::id)
                .containsExactly(lately.id().toString());
        assertThat(endpoint.state()).isSameAs(state);
    }

    @Test
    void listsWhatIsPendingRunningAndFailedWithoutUsers() {
        Export.Processing failed = claimed();
        history.fail(failed, Exports.accessDenied());
        Export.Processing waiting = claimed();
        Export.Processing running = claimed();
        history.retry(waiting, Exports.storeUnavailable(), Duration.ofMinutes(1));
        UUID pending = history.request(Requests.of(history.addUser())).id();
        history.letPass(Duration.ofMinutes(10));

        SatchelEndpoint.State state = endpoint.state();

        assertThat(state.pendingExports()).isEqualTo(2);
        assertThat(state.oldestPendingSeconds()).isEqualTo(600);
        assertThat(state.stuckLeases()).isEqualTo(1);
        assertThat(state.filesOverdue()).isZero();
        assertThat(state.pending())
                .extracting(SatchelEndpoint.Listed::id, SatchelEndpoint.Listed::code)
                .containsExactlyInAnyOrder(
                        org.assertj.core.groups.Tuple.tuple(pending.toString(), null),
                        org.assertj.core.groups.Tuple.tuple(waiting.id().toString(), "store_unavailable"));
        assertThat(state.running())
                .extracting(SatchelEndpoint.Listed::id)
                .containsExactly(running.id().toString());
        assertThat(state.failed())
                .extracting(SatchelEndpoint.Listed::id, SatchelEndpoint.Listed::code)
                .containsExactly(org.assertj.core.groups.Tuple.tuple(failed.id().toString(), "access_denied"));
        assertThat(JsonMapper.shared().writeValueAsString(state))
                .doesNotContain(
                        failed.request().user().toString(),
                        running.request().user().toString());
    }
}

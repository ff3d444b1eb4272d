package dev.satchel.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class RepeatedRequestsTest {

    private final InMemoryExportHistory history = new InMemoryExportHistory();
    private final RepeatedRequests requests = new RepeatedRequests(history);

    private UUID failed(Failure failure) {
        history.request(Requests.of(history.addUser()));
        Export.Processing claimed =
                history.claim("worker", Duration.ofMinutes(1)).orElseThrow();
        return history.fail(claimed, failure).id();
    }

    @Test
    void asksAgainByIdAndByCode() {
        UUID one = failed(Exports.storeUnavailable());
        UUID other = failed(Failure.OUT_OF_MEMORY);

        List<UUID> again = requests.request(List.of(one), List.of(Failure.Code.OUT_OF_MEMORY))
                .added();

        assertThat(again).hasSize(2).doesNotContain(one, other);
        assertThat(history.backlog(Duration.ofMinutes(1)).waiting()).isEqualTo(2);
    }

    @Test
    void refusesAnExportThatDidNotFail() {
        UUID pending = history.request(Requests.of(history.addUser())).id();

        assertThatExceptionOfType(NotRepeatableException.class)
                .isThrownBy(() -> requests.request(List.of(pending), List.of()))
                .withMessage("no export with the id " + pending + " failed: 'satchel export show " + pending
                        + "' says what it is");
    }

    @Test
    void refusesACodeThatWouldComeAgain() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> requests.request(List.of(), List.of(Failure.Code.INVALID_REQUEST)))
                .withMessage("what failed with invalid_request would fail again: ask for what exists");
    }

    @Test
    void refusesToAskAgainForAllThatWasCancelled() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> requests.request(List.of(), List.of(Failure.Code.CANCELLED)))
                .withMessage("what was cancelled was not wanted any more: name the ids of those to ask for again");
    }
}
